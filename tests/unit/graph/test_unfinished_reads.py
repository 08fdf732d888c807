"""A record whose reading was throttled, or failed, is read on at the next fetch."""

import asyncio
from typing import Any

import httpx
import pytest

from callrecords.callrecord import CallRecord
from callrecords.errors import CallRecordsError, Garbled, Refused, Throttled, Unavailable
from callrecords.graph import records as records_module
from callrecords.graph.records import CallRecords
from callrecords.graphtypes import JsonObject
from tests.invented import CALL, call_id
from tests.unit.graph.fake_graph import FakeGraph
from tests.unit.graph.fake_time import FakeTime
from tests.unit.graph.record_answers import PagedCall

SESSIONS, PARTICIPANTS, VERSION = "sessions($expand=segments)", "participants_v2", "id,version"
LATER = 400.0  # seconds after which no limit holds anything back any more


class Worker:
    """A worker's CallRecords, with a time that passes when a test says so."""

    def __init__(self, graph: FakeGraph, call: PagedCall) -> None:
        graph.answer = call
        self.time, client = FakeTime(), graph.client
        client._limiter = self.time.limiter
        self.records = CallRecords(client)

    async def fails(self, error: type[CallRecordsError], call: str = CALL) -> None:
        """Fetches in vain, and lets time pass."""
        with pytest.raises(error):
            await self.records.fetch(call)
        self.time.now += LATER

    async def fetched(self, newer_than: int | None = None) -> CallRecord:
        record = await self.records.fetch(CALL, newer_than)
        assert record is not None
        return record


def ids(elements: list[JsonObject]) -> list[str]:
    return [element["id"] for element in elements]


def pages(version: int, followed: int) -> list[str]:
    """The ids of a list with so many pages after the first."""
    return [f"v{version}.{number}" for number in range(followed + 1)]


def asked(graph: FakeGraph) -> list[str]:
    """What was asked for, in order: the numbers of pages, and what was expanded or selected of the record."""
    return [next(iter(request.url.params.values())).rpartition(".")[2] for request in graph.requests]


async def test_no_page_is_asked_for_twice(graph: FakeGraph) -> None:
    worker = Worker(graph, PagedCall(sessions=120))
    await worker.fails(Throttled)
    await worker.fails(Throttled)
    record = await worker.fetched()
    assert ids(record.sessions) == pages(1, 120)
    assert asked(graph) == [SESSIONS, *map(str, range(1, 121)), PARTICIPANTS]


async def test_a_fetch_within_the_wait_costs_no_request_and_loses_nothing(graph: FakeGraph) -> None:
    worker = Worker(graph, PagedCall(sessions=60))
    for _ in range(3):
        with pytest.raises(Throttled):
            await worker.records.fetch(CALL)
    assert len(graph.requests) == 51
    worker.time.now += LATER
    assert ids((await worker.fetched()).sessions) == pages(1, 60)
    assert len(graph.requests) == 62


async def test_participants_are_read_on_too(graph: FakeGraph) -> None:
    worker = Worker(graph, PagedCall(sessions=30, participants=60))
    await worker.fails(Throttled)
    record = await worker.fetched()
    assert (ids(record.sessions), ids(record.participants)) == (pages(1, 30), pages(1, 60))
    assert asked(graph) == [
        *(SESSIONS, *map(str, range(1, 31))),
        *(PARTICIPANTS, *map(str, range(1, 61)), VERSION),
    ]


async def test_the_request_between_the_lists_is_one_to_go_on_with(graph: FakeGraph) -> None:
    call = PagedCall(sessions=1)
    worker = Worker(graph, call)
    call.faults = {PARTICIPANTS: httpx.Response(429)}
    await worker.fails(Throttled)
    call.faults = {}
    await worker.fetched()
    assert asked(graph) == [SESSIONS, "1", PARTICIPANTS, PARTICIPANTS]


@pytest.mark.parametrize("lists", [{"sessions": 60}, {"participants": 60}])
async def test_a_record_that_was_revised_in_the_wait_is_wholly_of_the_new_version(
    graph: FakeGraph, lists: dict[str, int]
) -> None:
    call = PagedCall(**lists)
    worker = Worker(graph, call)
    await worker.fails(Throttled)
    call.version = 2
    await worker.fails(Throttled)
    record = await worker.fetched()
    assert record.version == 2
    assert ids(record.sessions) == pages(2, lists.get("sessions", 0))
    assert ids(record.participants) == pages(2, lists.get("participants", 0))


@pytest.mark.parametrize(("status", "error"), [(429, Throttled), (503, Unavailable), (500, Unavailable)])
async def test_what_was_read_before_graph_failed_is_not_read_again(
    graph: FakeGraph, status: int, error: type[CallRecordsError]
) -> None:
    call = PagedCall(sessions=4)
    worker = Worker(graph, call)
    call.faults = {"3": httpx.Response(status)}
    await worker.fails(error)
    call.faults = {}
    assert ids((await worker.fetched()).sessions) == pages(1, 4)
    assert asked(graph) == [SESSIONS, "1", "2", "3", "3", "4", PARTICIPANTS]


@pytest.mark.parametrize("status", [400, 404, 410])
async def test_a_record_whose_next_link_expired_in_the_wait_is_begun_anew(graph: FakeGraph, status: int) -> None:
    call = PagedCall(sessions=4)
    worker = Worker(graph, call)
    call.faults = {"3": httpx.Response(429)}
    await worker.fails(Throttled)
    call.faults = {}
    call.expire_links(httpx.Response(status))
    assert ids((await worker.fetched()).sessions) == pages(1, 4)
    assert asked(graph)[-7:] == ["3", SESSIONS, "1", "2", "3", "4", PARTICIPANTS]


async def test_a_next_link_at_which_graph_always_fails_is_left_behind(graph: FakeGraph) -> None:
    call = PagedCall(sessions=4)
    worker = Worker(graph, call)
    call.faults = {"3": httpx.Response(429)}
    await worker.fails(Throttled)
    call.faults = {}
    call.expire_links(httpx.Response(500))
    await worker.fails(Unavailable)
    assert ids((await worker.fetched()).sessions) == pages(1, 4)


async def test_what_was_read_is_dropped_where_it_is_not_newer_than_what_is_there(graph: FakeGraph) -> None:
    worker = Worker(graph, PagedCall(sessions=60))
    await worker.fails(Throttled)
    assert await worker.records.fetch(CALL, newer_than=1) is None
    assert asked(graph)[-2:] == ["50", SESSIONS]


async def test_what_was_read_is_gone_on_with_where_it_is_newer_than_what_is_there(graph: FakeGraph) -> None:
    worker = Worker(graph, PagedCall(sessions=60))
    await worker.fails(Throttled)
    assert (await worker.fetched(newer_than=0)).version == 1
    assert asked(graph).count(SESSIONS) == 1


@pytest.mark.parametrize(
    ("page", "answer", "error"),
    [
        ("1", httpx.Response(429), Throttled),
        ("1", httpx.Response(200, text="not JSON"), Garbled),
        ("3", httpx.Response(410), Refused),
    ],
)
async def test_the_first_page_alone_and_what_led_to_a_refused_one_are_not_kept(
    graph: FakeGraph, page: str, answer: httpx.Response, error: type[CallRecordsError]
) -> None:
    call = PagedCall(sessions=4)
    worker = Worker(graph, call)
    call.faults = {page: answer}
    await worker.fails(error)
    call.faults = {}
    assert ids((await worker.fetched()).sessions) == pages(1, 4)
    assert asked(graph).count(SESSIONS) == 2


@pytest.mark.parametrize("garbled", [{"text": "not JSON"}, {"json": {"value": 5}}], ids=str)
async def test_what_led_to_a_garbled_page_is_kept_and_that_page_is_asked_for_again(
    graph: FakeGraph, garbled: dict[str, Any]
) -> None:
    call = PagedCall(sessions=4)
    worker = Worker(graph, call)
    call.faults = {"3": httpx.Response(200, **garbled)}
    await worker.fails(Garbled)
    call.faults = {}
    assert ids((await worker.fetched()).sessions) == pages(1, 4)
    assert asked(graph).count(SESSIONS) == 1


async def test_the_oldest_are_dropped_where_more_is_kept_than_memory_has_room_for(
    graph: FakeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records_module, "_KEPT_PAGES", 6)
    call = PagedCall(sessions=4)
    worker = Worker(graph, call)
    call.faults = {"4": httpx.Response(429)}
    for number in range(3):
        await worker.fails(Throttled, call_id(number))
    call.faults = {}
    before = len(graph.requests)
    for number in (2, 1, 0):
        record = await worker.records.fetch(call_id(number))
        assert record is not None
        assert ids(record.sessions) == pages(1, 4)
    assert asked(graph)[before:] == [
        *("4", PARTICIPANTS),
        *("4", PARTICIPANTS),
        *(SESSIONS, "1", "2", "3", "4", PARTICIPANTS),
    ]


async def test_one_that_alone_is_larger_than_that_is_kept(graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records_module, "_KEPT_PAGES", 10)
    worker = Worker(graph, PagedCall(sessions=60))
    await worker.fails(Throttled)
    assert ids((await worker.fetched()).sessions) == pages(1, 60)


async def test_fetches_of_one_call_at_a_time_do_not_share_what_was_read(graph: FakeGraph) -> None:
    call = PagedCall(sessions=4)
    worker = Worker(graph, call)
    call.faults = {"3": httpx.Response(429)}
    await worker.fails(Throttled)
    call.faults = {}
    both = await asyncio.gather(worker.fetched(), worker.fetched())
    assert [ids(record.sessions) for record in both] == [pages(1, 4)] * 2


async def test_of_two_fetches_at_a_time_what_came_further_is_kept(graph: FakeGraph) -> None:
    call = PagedCall(sessions=6)
    worker = Worker(graph, call)
    call.faults = {"4": httpx.Response(429)}
    await worker.fails(Throttled)
    call.faults = {number: httpx.Response(503) for number in ("3", "6")}
    both = await asyncio.gather(worker.fetched(), worker.fetched(), return_exceptions=True)
    assert [type(each) for each in both] == [Unavailable, Unavailable]
    call.faults = {}
    before = len(graph.requests)
    await worker.fetched()
    assert asked(graph)[before:] == ["6", PARTICIPANTS]
