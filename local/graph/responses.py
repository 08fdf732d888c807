"""JSON in and out, as Graph has it."""

from collections.abc import Mapping
from decimal import Decimal

import orjson
from aiohttp import web

from callrecords.graphtypes import JsonObject
from local.graph.errors import bad_request

_CONTENT_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;charset=utf-8"


def json_response(body: JsonObject, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """The answer with `body`."""
    return web.Response(body=dump(body), status=status, headers={**(headers or {}), "Content-Type": _CONTENT_TYPE})


def dump(body: JsonObject) -> bytes:
    """The JSON of `body`, in which Decimals are numbers with just the digits that they have."""
    return orjson.dumps(body, default=_number)


def _number(value: object) -> orjson.Fragment:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is not in JSON.")
    return orjson.Fragment(format(value, "f"))


async def read_object(request: web.Request) -> JsonObject:
    """The JSON object in the body of the request. Raises GraphError 400."""
    try:
        body = orjson.loads(await request.read())
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise bad_request("Unable to read JSON request payload: expected an object.")
    return body
