"""The app's own Graph classes, through msgraph-sdk and azure-identity, against the Graph simulator."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from callrecords.collect.subscription import CHANGE_TYPE, LIFETIME
from callrecords.errors import Forbidden, Garbled, NotFound, Refused, Throttled, Unauthorized, Unavailable, Unreadable
from callrecords.graph import client as client_module
from callrecords.graph.client import GraphClient
from callrecords.graph.records import CallRecords
from callrecords.graph.subscriptions import Subscriptions
from callrecords.graphtypes import JsonObject
from callrecords.ports.subscriptions import NotificationTarget
from local.compare import without_nulls
from local.graph import (
    NO_LIMITS,
    Endless,
    Fault,
    GraphSimulator,
    Huge,
    LoneSurrogate,
    NextLinkLoop,
    NoContent,
    NotJson,
    Operation,
    OwnFailure,
    Redirect,
    Reset,
    Status,
    Truncate,
)
from local.serve import serve
from tests.contract.graph_client import client_of

CALL_ID = "7b1d0c52-9f6e-4f0c-8d0e-000000000001"
CLIENT_STATE = "a secret of fabrikam.example"


@pytest.fixture
def graph() -> GraphSimulator:
    """A simulator without limits, not served yet."""
    return GraphSimulator("11112222-3333-4444-5555-666677778888", limits=NO_LIMITS)


@pytest.fixture
async def client(graph: GraphSimulator, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GraphClient]:
    """The app's client of `graph`."""
    async with client_of(graph, monkeypatch) as client:
        yield client


@pytest.fixture
async def webhook() -> AsyncIterator[str]:
    """The URL of an endpoint that answers the handshake."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=request.query["validationToken"])

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    async with serve(app) as served:
        yield served.url


def call(sessions: int = 1, participants: int = 1, version: int = 1) -> JsonObject:
    """A call that started an hour ago."""
    return {
        "id": CALL_ID,
        "version": version,
        "type": "groupCall",
        "startDateTime": (datetime.now(UTC) - timedelta(hours=1)).isoformat(),
        "joinWebUrl": None,
        "organizer_v2": {"id": "0a11b22c-1111-4222-8333-444455556666"},
        "participants_v2": [{"id": f"+155501{number:05}"} for number in range(participants)],
        "sessions": [
            {"id": f"session {number}", "caller": {"productFamily": "azureCommunicationServices"}, "segments": []}
            for number in range(sessions)
        ],
    }


@pytest.mark.parametrize(("sessions", "participants"), [(0, 0), (1, 2), (60, 130), (61, 131), (300, 400)])
async def test_a_record_of_any_size_is_fetched_whole(
    graph: GraphSimulator, client: GraphClient, sessions: int, participants: int
) -> None:
    held = call(sessions, participants, version=7)
    graph.publish(held)
    record = await CallRecords(client).fetch(CALL_ID)
    assert (record.call_id, record.version) == (CALL_ID, 7)
    assert record.sessions == held["sessions"]
    assert record.participants == held["participants_v2"]
    names = {name for name in record.properties if "@" not in name}
    assert names == {"id", "version", "type", "startDateTime", "organizer_v2"}


async def test_a_record_is_read_on_from_any_page_by_another_reader(graph: GraphSimulator, client: GraphClient) -> None:
    held = call(sessions=150, participants=300, version=7)
    graph.publish(held)
    reading = await CallRecords(client).start(CALL_ID)
    sessions: list[JsonObject] = []
    participants: list[JsonObject] = []
    pages = 0
    while await reading.read_on():
        pages += 1
        sessions += reading.piece().sessions
        participants += reading.piece().participants
        reading.drop()
        reading = await CallRecords(client).resume(CALL_ID, reading.progress(()))
    record = reading.record()
    assert record is not None
    assert (pages, sessions, participants) == (6, held["sessions"], held["participants_v2"])
    assert record.properties["startDateTime"] == held["startDateTime"]
    assert record.caveats == ()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(Status(401), times=2), Unauthorized),
        (Fault(Status(403)), Forbidden),
        (Fault(Status(404)), NotFound),
        (Fault(Status(400)), Refused),
        (Fault(Status(429, retry_after=0.1), times=3), Throttled),
        (Fault(Status(503, retry_after=0.1), times=3), Throttled),
        (Fault(Status(503)), Unavailable),
        (Fault(Status(500), Operation.LIST_SESSIONS_NEXT), Unavailable),
        (Fault(Reset()), Unavailable),
        (Fault(Truncate()), Garbled),
        (Fault(NotJson()), Garbled),
        (Fault(NoContent()), Garbled),
        (Fault(Redirect()), Garbled),
        (Fault(OwnFailure()), Garbled),
        (Fault(Truncate(), Operation.LIST_PARTICIPANTS_NEXT), Garbled),
        (Fault(NextLinkLoop(), Operation.LIST_SESSIONS_NEXT), Unreadable),
    ],
)
async def test_what_goes_wrong_in_graph_is_told_by_meaning(
    graph: GraphSimulator, client: GraphClient, fault: Fault, error: type[Exception]
) -> None:
    graph.publish(call(sessions=61, participants=131))
    graph.faults.append(fault)
    with pytest.raises(error):
        await CallRecords(client).fetch(CALL_ID)
    assert graph.counters.injected.total() == fault.times
    record = await CallRecords(client).fetch(CALL_ID)
    assert record.version == 1


async def test_a_token_that_graph_does_not_accept_is_asked_for_anew(graph: GraphSimulator, client: GraphClient) -> None:
    graph.publish(call())
    graph.faults.append(Fault(Status(401)))
    assert (await CallRecords(client).fetch(CALL_ID)).version == 1


async def test_half_of_a_surrogate_pair_costs_one_character_and_no_record(
    graph: GraphSimulator, client: GraphClient
) -> None:
    graph.publish(call(sessions=2))
    graph.faults.append(Fault(LoneSurrogate()))
    record = await CallRecords(client).fetch(CALL_ID)
    assert (record.properties["nickname"], len(record.sessions), record.caveats) == ("\ufffd", 2, ("repaired",))


async def test_an_answer_without_an_end_is_given_up_in_time(
    graph: GraphSimulator, client: GraphClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "_ANSWER_SECONDS", 0.5)
    graph.publish(call(sessions=2))
    endless = Endless(seconds=0.05)
    graph.faults.append(Fault(endless))
    with pytest.raises(Unavailable, match="did not answer"):
        await CallRecords(client).fetch(CALL_ID)
    async with asyncio.timeout(5):
        while not endless.lasted:
            await asyncio.sleep(0.02)


async def test_a_gigabyte_of_gzip_is_refused(graph: GraphSimulator, client: GraphClient) -> None:
    graph.publish(call(sessions=2))
    graph.faults.append(Fault(Huge()))
    with pytest.raises(Garbled, match="more than 33554432 bytes"):
        await CallRecords(client).fetch(CALL_ID)


async def test_a_session_id_that_graph_repeats_brings_every_session_with_it(
    graph: GraphSimulator, client: GraphClient
) -> None:
    sessions = [{**session, "id": "one id for all"} for session in call(sessions=121)["sessions"]]
    graph.publish(call(sessions=121) | {"sessions": sessions})
    record = await CallRecords(client).fetch(CALL_ID)
    assert record.sessions == without_nulls(sessions)


@pytest.mark.parametrize(("sessions", "participants"), [(2, 0), (0, 2)])
async def test_lists_that_graph_leaves_out_because_they_are_empty_are_empty(
    graph: GraphSimulator, client: GraphClient, sessions: int, participants: int
) -> None:
    graph.omits_empty = True
    graph.publish(call(sessions=sessions, participants=participants))
    record = await CallRecords(client).fetch(CALL_ID)
    assert (len(record.sessions), len(record.participants)) == (sessions, participants)
    assert record.caveats == (() if sessions else ("noSessions",))
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert [each async for each in CallRecords(client).between(start, start + timedelta(days=1))] == []


async def test_a_cloud_that_has_no_participants_v2_gives_the_sessions(
    graph: GraphSimulator, client: GraphClient
) -> None:
    graph.cloud = "usgov"
    graph.publish(call(sessions=2, participants=3))
    record = await CallRecords(client).fetch(CALL_ID)
    assert (len(record.sessions), record.participants, record.caveats) == (2, [], ("participantsRefused",))


@pytest.mark.parametrize(("given", "seconds"), [(7, 7), (2.128, 2.128), (None, None)])
async def test_a_throttled_request_says_when_to_come_back(
    graph: GraphSimulator, client: GraphClient, given: float | None, seconds: float | None
) -> None:
    graph.faults.append(Fault(Status(429, given)))
    with pytest.raises(Throttled) as caught:
        await CallRecords(client).start(CALL_ID)
    assert caught.value.retry_after == seconds


async def test_somebody_who_waits_gets_a_record_that_was_throttled_for_a_moment(
    graph: GraphSimulator, client: GraphClient
) -> None:
    graph.publish(call())
    graph.faults.append(Fault(Status(429, 0.1), times=2))
    assert (await CallRecords(client).fetch(CALL_ID)).version == 1


async def test_a_record_that_graph_does_not_hold_is_not_found(client: GraphClient) -> None:
    with pytest.raises(NotFound, match="Graph answered 404 NotFound"):
        await CallRecords(client).fetch(CALL_ID)


async def test_a_record_is_forbidden_without_the_role(graph: GraphSimulator, client: GraphClient) -> None:
    graph.publish(call())
    graph.granted.clear()
    with pytest.raises(Forbidden):
        await CallRecords(client).fetch(CALL_ID)


def target(notification_url: str, lifecycle_url: str) -> NotificationTarget:
    """One with the secret of these tests."""
    return NotificationTarget(notification_url=notification_url, lifecycle_url=lifecycle_url, client_state=CLIENT_STATE)


async def test_a_subscription_is_created_listed_renewed_and_deleted(client: GraphClient, webhook: str) -> None:
    subscriptions = Subscriptions(client)
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)  # kiota sends whole seconds
    created = await subscriptions.create(target(f"{webhook}/n", f"{webhook}/l"), CHANGE_TYPE, expires)
    assert created.change_type == "updated"
    assert (created.notification_url, created.lifecycle_url) == (f"{webhook}/n", f"{webhook}/l")
    assert created.expires == expires
    assert await subscriptions.all() == [created]
    renewed = await subscriptions.renew(created.id, datetime.now(UTC) + LIFETIME)
    assert await subscriptions.all() == [renewed]
    assert renewed.expires > created.expires
    await subscriptions.delete(created.id)
    assert await subscriptions.all() == []
    with pytest.raises(NotFound):
        await subscriptions.renew(created.id, expires)
    with pytest.raises(NotFound):
        await subscriptions.delete(created.id)


async def test_a_subscription_to_an_endpoint_that_does_not_answer_is_refused(
    client: GraphClient, unused_tcp_port: int
) -> None:
    url = f"http://127.0.0.1:{unused_tcp_port}"
    with pytest.raises(Refused, match="Graph answered 400 ValidationError"):
        await Subscriptions(client).create(target(url, url), CHANGE_TYPE, datetime.now(UTC) + LIFETIME)


async def test_a_subscription_is_forbidden_without_the_role(
    graph: GraphSimulator, client: GraphClient, webhook: str
) -> None:
    graph.granted.clear()
    with pytest.raises(Forbidden, match="Graph answered 403 ExtensionError"):
        await Subscriptions(client).create(target(webhook, webhook), CHANGE_TYPE, datetime.now(UTC) + LIFETIME)
