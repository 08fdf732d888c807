"""A record whose reading was throttled, or failed, is read on by whichever worker gets its message next."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest

from callrecords.callrecord import CallRecord, Piece
from callrecords.collect import fetch as fetch_module
from callrecords.collect.fetch import Fetched, Fetching
from callrecords.elements import compress
from callrecords.errors import CallRecordsError, Forbidden, Garbled, Throttled, Unavailable, Unreadable
from callrecords.graph import pages as pages_module
from callrecords.graph import reading as reading_module
from callrecords.graph.records import CallRecords
from callrecords.graphtypes import JsonObject
from callrecords.ports.records import Absent, Saved, Stored
from callrecords.queues.messages import CallMessage
from callrecords.queues.workqueue import Unfinished
from tests.invented import CALL, DAY, NOW, call_message
from tests.unit.graph.fake_graph import FakeGraph
from tests.unit.graph.fake_time import FakeTime
from tests.unit.graph.record_answers import PagedCall

SESSIONS, PARTICIPANTS, RECORD = "sessions($expand=segments)", "participants_v2", "record"
LATER = 400.0  # seconds after which no limit holds anything back any more


@dataclass
class Store:
    """Stands for a RecordStore: keeps the pieces that are put aside; `failure` is that of its writes."""

    pieces: dict[str, Piece] = field(default_factory=dict)
    failure: CallRecordsError | None = None

    async def write_ahead(self, piece: Piece, parts: tuple[str, ...]) -> tuple[str, ...]:
        if self.failure:
            raise self.failure
        part_id = f"part {len(self.pieces)}"
        self.pieces[part_id] = piece
        return (*parts, part_id)

    async def look(self, call_id: str) -> Absent | Stored:
        return Absent(call_id=call_id, part_ids=frozenset(self.pieces))

    async def save(
        self, record: CallRecord, found: Absent | Stored, parts: tuple[str, ...] = ()
    ) -> tuple[Saved, Stored]:
        raise AssertionError

    async def whole(self, record: CallRecord, parts: tuple[str, ...]) -> CallRecord:
        raise AssertionError

    async def add_former_day(self, call_id: str, day: str) -> None:
        raise AssertionError

    async def tidy(self, stored: Stored) -> None:
        raise AssertionError

    async def former_days(self, call_id: str) -> frozenset[str]:
        raise AssertionError

    async def load(self, call_id: str) -> CallRecord | None:
        raise AssertionError


class Workers:
    """The workers that get the message about a call one after another, each a new one.

    Time passes when a test says so.
    """

    def __init__(self, graph: FakeGraph, call: PagedCall) -> None:
        self._graph = graph
        graph.answer = call
        self.time, self.store, self.message = FakeTime(), Store(), call_message()

    async def visit(self, found: Absent | Stored | None = None) -> Fetched | None:
        """What the next worker fetches, if Graph has something newer. Raises what keeps it from that."""
        client = self._graph.client
        client._limiter = self.time.limiter
        fetching = Fetching(CallRecords(client), self.store)
        try:
            outcome = await fetching.fetch(self.message, found or await self.store.look(CALL))
            if isinstance(outcome, Unfinished):
                self.message = CallMessage.parse(str(outcome.message))
                raise outcome.error
        except CallRecordsError as error:
            if not isinstance(error, Throttled):
                self.message = self.message.failed(type(error).__name__, NOW)  # as the failure table does
            raise
        return outcome

    async def fails(self, error: type[CallRecordsError]) -> None:
        """The next worker fetches in vain, and time passes."""
        with pytest.raises(error):
            await self.visit()
        self.time.now += LATER

    async def fetched(self) -> CallRecord:
        """The record that the next worker fetches, with all that was put aside."""
        fetched = await self.visit()
        assert fetched is not None
        pieces: list[Piece] = [self.store.pieces[part] for part in fetched.parts]
        lists: list[Piece | CallRecord] = [*pieces, fetched.record]
        assert {(piece.version, piece.day) for piece in pieces} <= {(fetched.record.version, DAY)}
        return replace(
            fetched.record,
            sessions=[each for whole in lists for each in whole.sessions],
            participants=[each for whole in lists for each in whole.participants],
        )


def ids(elements: Iterable[JsonObject]) -> list[str]:
    return [element["id"] for element in elements]


def pages(version: int, followed: int) -> list[str]:
    """The ids of a list with so many pages after the first."""
    return [f"v{version}.{number}" for number in range(followed + 1)]


def asked(graph: FakeGraph) -> list[str]:
    """What was asked for, in order: the numbers of pages, and what was expanded, or the record alone."""
    asked = [next(iter(request.url.params.values()), RECORD) for request in graph.requests]
    return [each.rpartition(".")[2] for each in asked]


async def test_no_page_is_asked_for_twice_by_whichever_worker(graph: FakeGraph) -> None:
    workers = Workers(graph, PagedCall(sessions=120))
    await workers.fails(Throttled)
    await workers.fails(Throttled)
    record = await workers.fetched()
    assert ids(record.sessions) == pages(1, 120)
    assert asked(graph) == [SESSIONS, *map(str, range(1, 121)), PARTICIPANTS]
    assert record.properties == {"id": CALL, "version": 1, "startDateTime": record.properties["startDateTime"]}


async def test_a_visit_within_the_wait_costs_no_request_and_loses_nothing(graph: FakeGraph) -> None:
    workers = Workers(graph, PagedCall(sessions=60))
    for _ in range(3):
        with pytest.raises(Throttled):
            await workers.visit()
    assert len(graph.requests) == 51
    workers.time.now += LATER
    assert ids((await workers.fetched()).sessions) == pages(1, 60)
    assert len(graph.requests) == 62


async def test_participants_are_read_on_too(graph: FakeGraph) -> None:
    workers = Workers(graph, PagedCall(sessions=30, participants=60))
    await workers.fails(Throttled)
    record = await workers.fetched()
    assert (ids(record.sessions), ids(record.participants)) == (pages(1, 30), pages(1, 60))
    assert asked(graph) == [
        *(SESSIONS, *map(str, range(1, 31))),
        *(PARTICIPANTS, *map(str, range(1, 61)), RECORD),
    ]


@pytest.mark.parametrize("request_", [PARTICIPANTS, RECORD])
@pytest.mark.parametrize(("status", "error"), [(429, Throttled), (500, Unavailable), (403, Forbidden)])
async def test_the_requests_between_and_after_the_lists_are_ones_to_go_on_with(
    graph: FakeGraph, request_: str, status: int, error: type[CallRecordsError]
) -> None:
    call = PagedCall(sessions=1, participants=1)
    workers = Workers(graph, call)
    call.faults = {request_: httpx.Response(status)}
    await workers.fails(error)
    await workers.fails(error)
    call.faults = {}
    record = await workers.fetched()
    assert (ids(record.sessions), ids(record.participants)) == (pages(1, 1), pages(1, 1))
    whole = [SESSIONS, "1", PARTICIPANTS, "1", RECORD]
    at = whole.index(request_)
    assert asked(graph) == [*whole[:at], request_, request_, *whole[at:]]


async def test_no_more_is_held_than_a_part_is_made_of(graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    page = len(compress([{"id": "v1.0"}]))
    monkeypatch.setattr(fetch_module, "_MOST_HELD_BYTES", 2 * page)
    workers = Workers(graph, PagedCall(sessions=7, participants=4))
    fetched = await workers.visit()
    assert fetched is not None
    put_aside = [(ids(piece.sessions), ids(piece.participants)) for piece in workers.store.pieces.values()]
    assert put_aside == [
        (["v1.0", "v1.1", "v1.2"], []),
        (["v1.3", "v1.4", "v1.5"], []),
        (["v1.6", "v1.7"], ["v1.0", "v1.1"]),
        ([], ["v1.2", "v1.3", "v1.4"]),
    ]
    assert (fetched.record.sessions, fetched.record.participants) == ([], [])
    assert fetched.record.caveats == ()


@pytest.mark.parametrize("lists", [{"sessions": 60}, {"participants": 60}])
async def test_a_record_that_was_revised_in_the_wait_is_wholly_of_the_new_version(
    graph: FakeGraph, lists: dict[str, int]
) -> None:
    call = PagedCall(**lists)
    workers = Workers(graph, call)
    await workers.fails(Throttled)
    call.version = 2
    await workers.fails(Throttled)
    record = await workers.fetched()
    assert record.version == 2
    assert ids(record.sessions) == pages(2, lists.get("sessions", 0))
    assert ids(record.participants) == pages(2, lists.get("participants", 0))


async def test_a_record_that_is_revised_all_the_time_is_left_for_later(graph: FakeGraph) -> None:
    call = PagedCall()

    def revised(request: httpx.Request) -> httpx.Response:
        call.version += 1
        return call(request)

    workers = Workers(graph, call)
    graph.answer = revised
    await workers.fails(Unavailable)
    assert asked(graph) == [SESSIONS, PARTICIPANTS] * 3
    assert workers.message.progress is None


@pytest.mark.parametrize(("status", "error"), [(429, Throttled), (503, Unavailable), (500, Unavailable)])
async def test_what_was_read_before_graph_failed_is_not_read_again(
    graph: FakeGraph, status: int, error: type[CallRecordsError]
) -> None:
    call = PagedCall(sessions=4)
    workers = Workers(graph, call)
    call.faults = {"3": httpx.Response(status)}
    await workers.fails(error)
    call.faults = {}
    assert ids((await workers.fetched()).sessions) == pages(1, 4)
    assert asked(graph) == [SESSIONS, "1", "2", "3", "3", "4", PARTICIPANTS]


@pytest.mark.parametrize("garbled", [{"text": "not JSON"}, {"json": {"value": 5}}], ids=str)
async def test_what_led_to_a_garbled_page_is_kept_and_that_page_is_asked_for_again(
    graph: FakeGraph, garbled: dict[str, Any]
) -> None:
    call = PagedCall(sessions=4)
    workers = Workers(graph, call)
    call.faults = {"3": httpx.Response(200, **garbled)}
    await workers.fails(Garbled)
    call.faults = {}
    assert ids((await workers.fetched()).sessions) == pages(1, 4)
    assert asked(graph).count(SESSIONS) == 1


async def test_a_worker_that_has_read_for_long_leaves_the_rest_to_another(
    graph: FakeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_module, "_READING_SECONDS", -1)
    workers = Workers(graph, PagedCall(sessions=1))
    workers.message = replace(workers.message, attempt=3, failure="Unavailable", failing_since=NOW)
    with pytest.raises(Unavailable, match="was not read whole within -1 s"):
        await workers.visit()
    assert workers.message.attempt == 4
    monkeypatch.setattr(fetch_module, "_READING_SECONDS", 60)
    assert ids((await workers.fetched()).sessions) == pages(1, 1)


async def test_a_message_that_has_come_further_has_not_failed(graph: FakeGraph) -> None:
    call = PagedCall(sessions=4)
    workers = Workers(graph, call)
    workers.message = replace(workers.message, attempt=3, failure="Garbled", failing_since=NOW)
    call.faults = {"3": httpx.Response(500)}
    await workers.fails(Unavailable)
    assert replace(workers.message, progress=None) == call_message().failed("Unavailable", NOW)


@pytest.mark.parametrize("status", [400, 404, 410])
async def test_a_record_whose_next_link_expired_in_the_wait_is_begun_anew(graph: FakeGraph, status: int) -> None:
    call = PagedCall(sessions=4)
    workers = Workers(graph, call)
    call.faults = {"3": httpx.Response(429)}
    await workers.fails(Throttled)
    call.faults = {}
    call.expire_links(httpx.Response(status))
    assert ids((await workers.fetched()).sessions) == pages(1, 4)
    assert asked(graph)[-7:] == ["3", SESSIONS, "1", "2", "3", "4", PARTICIPANTS]


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(200, text="not JSON")])
async def test_a_next_link_at_which_graph_always_fails_is_left_behind(graph: FakeGraph, answer: httpx.Response) -> None:
    call = PagedCall(sessions=4)
    workers = Workers(graph, call)
    call.faults = {"3": httpx.Response(429)}
    await workers.fails(Throttled)
    call.faults = {}
    call.expire_links(answer)
    for _ in range(4):
        with pytest.raises((Unavailable, Garbled)):
            await workers.visit()
    assert ids((await workers.fetched()).sessions) == pages(1, 4)
    assert asked(graph).count("3") == 1 + 4 + 1


@pytest.mark.parametrize("status", [410, 404, 400])
async def test_a_record_whose_next_link_never_holds_is_begun_anew_a_few_times_and_then_told_of(
    graph: FakeGraph, status: int
) -> None:
    call = PagedCall(sessions=4)
    workers = Workers(graph, call)
    call.faults = {"3": httpx.Response(status)}
    await workers.fails(Unavailable)
    assert (workers.message.restarts, workers.message.progress) == (3, None)
    with pytest.raises(Unreadable, match=f"Graph did not follow its own nextLink, 6 times: .* {status}"):
        await workers.visit()
    assert workers.message.restarts == 5
    assert asked(graph) == [SESSIONS, "1", "2", "3"] * 6


async def test_a_restart_is_counted_where_graph_throttles_what_follows_it(graph: FakeGraph) -> None:
    call = PagedCall(sessions=60)
    workers = Workers(graph, call)
    call.faults = {"50": httpx.Response(404)}
    await workers.fails(Throttled)
    assert (workers.message.restarts, workers.message.progress) == (1, None)


async def test_a_restart_is_counted_where_what_follows_it_cannot_be_put_aside(graph: FakeGraph) -> None:
    call = PagedCall(sessions=4)
    workers = Workers(graph, call)
    call.faults = {"3": httpx.Response(404)}

    def failing_after_the_restart(request: httpx.Request) -> httpx.Response:
        answer = call(request)
        if answer.status_code == 404:
            call.faults = {"2": httpx.Response(500)}
        return answer

    graph.answer = failing_after_the_restart
    workers.store.failure = Unavailable("Cosmos is away")
    await workers.fails(Unavailable)
    assert (workers.message.restarts, workers.message.progress) == (1, None)


async def test_a_record_of_too_many_pages_is_told_of_at_once(graph: FakeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (pages_module, reading_module):
        monkeypatch.setattr(module, "MAX_PAGES", 60)
    workers = Workers(graph, PagedCall(sessions=62))
    await workers.fails(Throttled)
    with pytest.raises(Unreadable, match="Graph's pages do not end after 60"):
        await workers.visit()
    assert workers.message.restarts == 0


async def test_a_next_link_that_always_fails_is_left_behind_a_few_times_and_then_waited_for(graph: FakeGraph) -> None:
    call = PagedCall(sessions=2)
    workers = Workers(graph, call)
    call.faults = {"2": httpx.Response(500)}
    for _ in range(30):
        await workers.fails(Unavailable)
    assert workers.message.restarts == 5
    assert workers.message.progress is not None
    assert asked(graph) == [SESSIONS, "1", *["2"] * 4] * 5 + [SESSIONS, "1", *["2"] * 10]
    call.faults = {}
    assert ids((await workers.fetched()).sessions) == pages(1, 2)


async def test_a_loop_of_next_links_is_begun_anew(graph: FakeGraph) -> None:
    call = PagedCall(sessions=2)
    workers = Workers(graph, call)
    loops = [True]

    def once_in_a_loop(request: httpx.Request) -> httpx.Response:
        answer = call(request)
        if request.url.params.get("$skiptoken") == "0.1" and loops:
            loops.clear()
            return httpx.Response(200, json=answer.json() | {"@odata.nextLink": str(request.url)})
        return answer

    graph.answer = once_in_a_loop
    assert ids((await workers.fetched()).sessions) == pages(1, 2)


@pytest.mark.parametrize("version", [1, 2])
async def test_a_record_that_is_not_newer_than_what_is_there_is_one_request(graph: FakeGraph, version: int) -> None:
    workers = Workers(graph, PagedCall())
    assert await workers.visit(Stored(call_id=CALL, version=version, etag="", day=DAY)) is None
    assert asked(graph) == [SESSIONS]


async def test_what_was_read_is_dropped_where_it_is_not_newer_than_what_is_there(graph: FakeGraph) -> None:
    workers = Workers(graph, PagedCall(sessions=60))
    await workers.fails(Throttled)
    stored = Stored(call_id=CALL, version=1, etag="", day=DAY, part_ids=frozenset(workers.store.pieces))
    assert await workers.visit(stored) is None
    assert asked(graph)[-2:] == ["50", SESSIONS]


async def test_what_was_read_is_gone_on_with_where_it_is_newer_than_what_is_there(graph: FakeGraph) -> None:
    workers = Workers(graph, PagedCall(sessions=60))
    await workers.fails(Throttled)
    stored = Stored(call_id=CALL, version=0, etag="", day=DAY, part_ids=frozenset(workers.store.pieces))
    assert await workers.visit(stored)
    assert asked(graph).count(SESSIONS) == 1


async def test_a_record_of_which_what_was_put_aside_is_gone_is_begun_anew(graph: FakeGraph) -> None:
    workers = Workers(graph, PagedCall(sessions=60))
    await workers.fails(Throttled)
    workers.store.pieces.clear()
    await workers.fails(Throttled)
    assert ids((await workers.fetched()).sessions) == pages(1, 60)
    assert asked(graph).count(SESSIONS) == 2


async def test_what_could_not_be_put_aside_is_read_again(graph: FakeGraph) -> None:
    call = PagedCall(sessions=4)
    workers = Workers(graph, call)
    call.faults = {"3": httpx.Response(429)}
    workers.store.failure = Unavailable("Cosmos is away")
    await workers.fails(Unavailable)
    assert workers.message.progress is None
    call.faults, workers.store.failure = {}, None
    assert ids((await workers.fetched()).sessions) == pages(1, 4)


@pytest.mark.parametrize(
    ("answer", "error"), [(httpx.Response(429), Throttled), (httpx.Response(200, text="not JSON"), Garbled)]
)
async def test_the_first_page_alone_is_not_worth_putting_aside(
    graph: FakeGraph, answer: httpx.Response, error: type[CallRecordsError]
) -> None:
    call = PagedCall(sessions=4)
    workers = Workers(graph, call)
    call.faults = {"1": answer}
    await workers.fails(error)
    assert (workers.message.progress, workers.store.pieces) == (None, {})
    call.faults = {}
    assert ids((await workers.fetched()).sessions) == pages(1, 4)


async def test_caveats_are_remembered_from_visit_to_visit(graph: FakeGraph) -> None:
    call = PagedCall(sessions=2)
    workers = Workers(graph, call)
    surrogate = b'{"value": [{"id": "v1.1", "name": "\\ud800"}], "@odata.nextLink": "%s"}'
    link = f"https://graph.fabrikam.example/v1.0/communications/callRecords/{CALL}/sessions?$skiptoken=0.2"
    call.faults = {
        "1": httpx.Response(200, content=surrogate % link.encode()),
        PARTICIPANTS: httpx.Response(400),
        RECORD: httpx.Response(429),
    }
    await workers.fails(Throttled)
    call.faults = {}
    record = await workers.fetched()
    assert record.caveats == ("participantsRefused", "repaired")
    assert asked(graph) == [SESSIONS, "1", "2", PARTICIPANTS, RECORD, RECORD]


async def test_two_messages_of_one_call_at_a_time_do_not_share_what_was_read(graph: FakeGraph) -> None:
    call = PagedCall(sessions=4)
    workers = Workers(graph, call)
    call.faults = {"3": httpx.Response(429)}
    await workers.fails(Throttled)
    call.faults = {}
    both = await asyncio.gather(workers.fetched(), workers.fetched())
    assert [ids(record.sessions) for record in both] == [pages(1, 4)] * 2
