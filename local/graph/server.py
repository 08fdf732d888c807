"""Graph over HTTP: the routes, what every request passes, and how errors are answered."""

import uuid
from collections.abc import Awaitable, Callable
from functools import partial

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from local.graph import identity_routes, phone_routes, record_routes, subscription_routes
from local.graph.errors import GraphError, bad_request
from local.graph.faults import take
from local.graph.operations import NEXT_PAGE, Operation
from local.graph.responses import json_response
from local.graph.simulator import GraphSimulator

type GraphHandler = Callable[[GraphSimulator, web.Request], Awaitable[web.Response]]

_RECORDS = "/v1.0/communications/callRecords"
# Both forms that OData has for a key: /{id} and ('{id}').
_RECORD = _RECORDS + r"{key:/[^/()]+|\((?:'|%27)[^/()]+\)}"
# A function may have the name of its namespace before its own.
_FUNCTION = _RECORDS + r"/{namespace:(?:microsoft\.graph\.callRecords\.)?}"
_PSTN_CALLS = _FUNCTION + "getPstnCalls({arguments:[^()]*})"
_DIRECT_ROUTING_CALLS = _FUNCTION + "getDirectRoutingCalls({arguments:[^()]*})"
_SUBSCRIPTIONS = "/v1.0/subscriptions"
_SUBSCRIPTION = _SUBSCRIPTIONS + "/{subscription_id}"

_ROUTES: list[tuple[str, str, Operation, GraphHandler]] = [
    ("GET", "/msi/token", Operation.GET_TOKEN, identity_routes.get_token),
    ("GET", _RECORDS, Operation.LIST_RECORDS, record_routes.list_records),
    ("GET", _RECORD, Operation.GET_RECORD, record_routes.get_record),
    ("GET", _RECORD + "/sessions", Operation.LIST_SESSIONS, record_routes.list_sessions),
    ("GET", _RECORD + "/participants_v2", Operation.LIST_PARTICIPANTS, record_routes.list_participants),
    ("GET", _PSTN_CALLS, Operation.GET_PSTN_CALLS, phone_routes.get_pstn_calls),
    ("GET", _DIRECT_ROUTING_CALLS, Operation.GET_DIRECT_ROUTING_CALLS, phone_routes.get_direct_routing_calls),
    ("POST", _SUBSCRIPTIONS, Operation.CREATE_SUBSCRIPTION, subscription_routes.create),
    ("GET", _SUBSCRIPTIONS, Operation.LIST_SUBSCRIPTIONS, subscription_routes.list_all),
    ("GET", _SUBSCRIPTION, Operation.GET_SUBSCRIPTION, subscription_routes.get),
    ("PATCH", _SUBSCRIPTION, Operation.UPDATE_SUBSCRIPTION, subscription_routes.update),
    ("DELETE", _SUBSCRIPTION, Operation.DELETE_SUBSCRIPTION, subscription_routes.delete),
    (
        "POST",
        _SUBSCRIPTION + "/reauthorize",
        Operation.REAUTHORIZE_SUBSCRIPTION,
        subscription_routes.reauthorize,
    ),
]


def application(graph: GraphSimulator) -> web.Application:
    """The web application that serves `graph`: Graph under /v1.0, the identity endpoint at /msi/token."""
    app = web.Application(middlewares=[_error_answers(graph)])
    for method, path, operation, handler in _ROUTES:
        app.router.add_route(method, path, partial(_serve, graph, operation, handler))
    return app


async def _serve(
    graph: GraphSimulator, operation: Operation, handler: GraphHandler, request: web.Request
) -> web.StreamResponse:
    if not {"$skiptoken", "$skip"}.isdisjoint(request.query):
        operation = NEXT_PAGE.get(operation, operation)
    call_id = record_routes.call_id(request)
    graph.counters.requests[operation] += 1
    if operation is not Operation.GET_TOKEN:
        client_id = graph.tokens.verify(request.headers.get("Authorization")).client_id
        graph.throttling.admit(operation, call_id, client_id)
        request[subscription_routes.CLIENT_ID] = client_id
    answer = partial(handler, graph, request)
    injection = take(graph.faults, operation, call_id, graph.counters.injected)
    return await (injection.inject(request, answer) if injection else answer())


def _error_answers(graph: GraphSimulator) -> Middleware:
    """Answers every error as Graph words it, and numbers the requests."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        request_id = str(uuid.uuid4())
        client_request_id = request.headers.get("client-request-id", request_id)
        try:
            response = await _known_route(request, handler)
        except GraphError as error:
            body = error.body(graph.clock(), request_id, client_request_id)
            response = json_response(body, error.status, error.headers)
        response.headers["request-id"] = request_id
        response.headers["client-request-id"] = client_request_id
        return response

    return answer


async def _known_route(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPNotFound:
        segment = request.path.rpartition("/")[2]
        raise bad_request(f"Resource not found for the segment '{segment}': it is not served here.") from None
    except web.HTTPMethodNotAllowed:
        raise GraphError(405, "BadRequest", "Specified HTTP method is not allowed for the request target.") from None
