"""The routes of subscriptions. None takes query options."""

from aiohttp import web

from local.graph.errors import GraphError, bad_request
from local.graph.responses import json_response, read_object
from local.graph.simulator import GraphSimulator
from local.graph.subscriptions import Subscription

CLIENT_ID = web.RequestKey("client_id", str)


async def create(graph: GraphSimulator, request: web.Request) -> web.Response:
    """POST /subscriptions"""
    _refuse_options(request)
    subscription = await graph.subscriptions.create(
        await read_object(request),
        request[CLIENT_ID],
        authorize=lambda: graph.authorize(_not_authorized("Create")),
    )
    return _entity(request, subscription, 201)


async def list_all(graph: GraphSimulator, request: web.Request) -> web.Response:
    """GET /subscriptions, where Graph does not show the clientState."""
    _refuse_options(request)
    values = [each.shown(with_client_state=False) for each in graph.subscriptions.live()]
    return json_response({"@odata.context": _context(request), "value": values})


async def get(graph: GraphSimulator, request: web.Request) -> web.Response:
    """GET /subscriptions/{id}"""
    _refuse_options(request)
    return _entity(request, graph.subscriptions.get(_id(request)))


async def update(graph: GraphSimulator, request: web.Request) -> web.Response:
    """PATCH /subscriptions/{id}"""
    _refuse_options(request)
    graph.authorize(_not_authorized("Update"))
    return _entity(request, await graph.subscriptions.update(_id(request), await read_object(request)))


async def reauthorize(graph: GraphSimulator, request: web.Request) -> web.Response:
    """POST /subscriptions/{id}/reauthorize"""
    _refuse_options(request)
    graph.authorize(_not_authorized("Reauthorize"))
    graph.subscriptions.get(_id(request))
    return web.Response(status=204)


async def delete(graph: GraphSimulator, request: web.Request) -> web.Response:
    """DELETE /subscriptions/{id}"""
    _refuse_options(request)
    graph.subscriptions.delete(_id(request))
    return web.Response(status=204)


def _entity(request: web.Request, subscription: Subscription, status: int = 200) -> web.Response:
    return json_response({"@odata.context": f"{_context(request)}/$entity", **subscription.shown()}, status)


def _context(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}/v1.0/$metadata#subscriptions"


def _id(request: web.Request) -> str:
    return request.match_info["subscription_id"]


def _refuse_options(request: web.Request) -> None:
    for name in request.query:
        raise bad_request(f"Query option '{name}' is not allowed.")


def _not_authorized(operation: str) -> GraphError:
    return GraphError(
        403,
        "ExtensionError",
        f"Operation: {operation}; Exception: [Status Code: Forbidden; Reason: The request is not authorized for"
        " this user or application.]",
    )
