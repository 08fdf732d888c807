"""The identity endpoint of an App Service.

https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
"""

from aiohttp import web

from local.graph.responses import json_response
from local.graph.simulator import GraphSimulator

_API_VERSION = "2019-08-01"


async def get_token(graph: GraphSimulator, request: web.Request) -> web.Response:
    """A token for `resource`; 401 without the right X-IDENTITY-HEADER, 400 for another protocol."""
    query = request.query
    if request.headers.get("X-IDENTITY-HEADER") != graph.identity_header:
        return _refusal(401, "X-IDENTITY-HEADER is missing or wrong.")
    if query.get("api-version") != _API_VERSION:
        return _refusal(400, f"api-version is {query.get('api-version')}: expected {_API_VERSION}.")
    if "resource" not in query:
        return _refusal(400, "resource is missing.")
    return json_response(graph.tokens.issue(query["resource"], query.get("client_id")))


def _refusal(status: int, message: str) -> web.Response:
    return json_response({"statusCode": status, "message": message}, status)
