"""A simulator on loopback, whoever asks it, and endpoints for it to call."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession, web

from callrecords.graphtypes import JsonObject
from local.graph import NO_LIMITS, GraphSimulator, application
from local.serve import serve as serve_application

TENANT_ID = "11112222-3333-4444-5555-666677778888"

type Serve = Callable[[GraphSimulator], Awaitable[ClientSession]]
type Listen = Callable[[Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serves a simulator; gives a client of it that is signed in."""
    async with AsyncExitStack() as stack:

        async def start(graph: GraphSimulator) -> ClientSession:
            served = await stack.enter_async_context(serve_application(application(graph)))
            stack.push_async_callback(graph.close)
            token = graph.tokens.issue(graph.tokens.audience, None)["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            return await stack.enter_async_context(ClientSession(served.url, headers=headers))

        yield start


@pytest.fixture
async def listen() -> AsyncIterator[Listen]:
    """Serves a handler for every POST; gives its URL."""
    async with AsyncExitStack() as stack:

        async def start(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> str:
            app = web.Application()
            app.router.add_post("/{path:.*}", handler)
            return (await stack.enter_async_context(serve_application(app))).url

        yield start


@pytest.fixture
def now() -> list[datetime]:
    """The simulator's clock: its only element is the time."""
    return [datetime(2026, 3, 4, 12, tzinfo=UTC)]


@pytest.fixture
def graph(now: list[datetime]) -> GraphSimulator:
    """A simulator without limits, not served yet."""
    return GraphSimulator(TENANT_ID, limits=NO_LIMITS, clock=lambda: now[0])


@pytest.fixture
async def client(graph: GraphSimulator, serve: Serve) -> ClientSession:
    """A client of `graph` that is signed in."""
    return await serve(graph)


@pytest.fixture
def new_call() -> Callable[..., JsonObject]:
    """Makes call records: `number` ends the id, the rest are properties."""
    return _new_call


def _new_call(number: int = 1, sessions: int = 1, participants: int = 2, **properties: object) -> JsonObject:
    people = [f"0a11b22c-1111-4222-8333-{number:06}{each:06}" for each in range(participants)]
    return {
        "id": f"7b1d0c52-9f6e-4f0c-8d0e-{number:012}",
        "version": 1,
        "type": "groupCall",
        "modalities": ["audio"],
        "startDateTime": "2026-03-04T10:00:03.1180021Z",
        "endDateTime": "2026-03-04T10:29:48Z",
        "joinWebUrl": None,
        "organizer_v2": {"id": people[0] if people else None, "identity": {"phone": None}},
        "participants_v2": [{"id": each, "identity": {"user": {"id": each}}} for each in people],
        "sessions": [_session(each) for each in range(sessions)],
        **properties,
    }


def _session(number: int) -> JsonObject:
    user_agent = {"platform": "web", "productFamily": "azureCommunicationServices"}
    session_id = f"2c8f5a3e-0000-4000-9000-{number:012}"
    return {
        "id": session_id,
        "isTest": False,
        "failureInfo": None,
        "caller": {"name": "LT-4471", "userAgent": user_agent},
        "segments": [{"id": session_id, "media": []}],
    }
