"""The rows of phone calls that Graph holds, page by page."""

import weakref
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import httpx
import pytest

from callrecords.errors import CallRecordsError, Forbidden, Garbled, Refused, Throttled, Unavailable, Unreadable
from callrecords.graph import pages as pages_module
from callrecords.graph.phonecalls import PhoneCalls
from callrecords.graphtypes import JsonObject
from callrecords.ports.phonecalls import PhoneCallPages, PhonePage
from callrecords.ports.phonerow import PhoneSource
from tests.unit.graph.fake_graph import ROOT, FakeGraph

FROM, UNTIL = datetime(2026, 3, 4, 9, tzinfo=UTC), datetime(2026, 3, 4, 10, tzinfo=UTC)
WHAT = "Rows of pstn calls from 2026-03-04 09:00:00 on"
NEXT = f"{ROOT}/v1.0/communications/callRecords/getPstnCalls(from=2026-03-04,to=2026-03-05)?$skip=1000"
SOURCES: tuple[PhoneSource, ...] = ("pstn", "directRouting")


def row(row_id: str = "r1", start: str | None = "2026-03-04T09:14:10.1234567Z") -> JsonObject:
    return {"id": row_id, "startDateTime": start}


async def read(graph: FakeGraph, *answers: object, source: PhoneSource = "pstn") -> list[PhonePage]:
    graph.answer_in_turn(answers)
    calls: PhoneCallPages = PhoneCalls(graph.client)
    return [each async for each in calls.pages(source, FROM, UNTIL)]


async def ids(graph: FakeGraph, *answers: object, source: PhoneSource = "pstn") -> list[list[str]]:
    """The ids of the rows of each page."""
    return [[each["id"] for each in page.rows] for page in await read(graph, *answers, source=source)]


@pytest.mark.parametrize(("source", "function"), [("pstn", "getPstnCalls"), ("directRouting", "getDirectRoutingCalls")])
async def test_rows_are_asked_for_by_the_start_of_their_calls(
    graph: FakeGraph, source: PhoneSource, function: str
) -> None:
    await read(graph, {"value": []}, source=source)
    (request,) = graph.requests
    arguments = "fromDateTime=2026-03-04T09:00:00Z,toDateTime=2026-03-04T10:00:00Z"
    assert str(request.url) == f"{ROOT}/v1.0/communications/callRecords/{function}({arguments})"


async def test_a_time_with_another_offset_or_with_a_fraction_is_asked_for_in_utc(graph: FakeGraph) -> None:
    graph.answer_in_turn([{"value": []}])
    east = FROM.astimezone(timezone(timedelta(hours=2))) + timedelta(microseconds=5)
    assert [each.rows async for each in PhoneCalls(graph.client).pages("pstn", east, UNTIL)] == [[]]
    assert "fromDateTime=2026-03-04T09:00:00.000005Z," in str(graph.requests[0].url)


async def test_money_has_the_digits_that_graph_gives_it_and_integers_stay_integers(graph: FakeGraph) -> None:
    body = b'{"value": [{"charge": 0.1230, "connectionCharge": 12345678901234567890.0001, "duration": 172, "x": 1E2}]}'
    (page,) = await read(graph, httpx.Response(200, content=body))
    (found,) = page.rows
    assert [str(value) for value in found.values()] == ["0.1230", "12345678901234567890.0001", "172", "1E+2"]
    assert [type(value) for value in found.values()] == [Decimal, Decimal, int, Decimal]
    assert not page.is_repaired


async def test_money_on_a_page_that_follows_has_its_digits_too(graph: FakeGraph) -> None:
    second = httpx.Response(200, content=b'{"value": [{"charge": 0.30}]}')
    pages = await read(graph, {"value": [], "@odata.nextLink": NEXT}, second)
    assert str(pages[1].rows[0]["charge"]) == "0.30"


async def test_a_page_says_whether_something_in_it_was_repaired(graph: FakeGraph) -> None:
    broken = rb'{"value": [{"userDisplayName": "Ann \ud83d", "charge": 0.10}], "@odata.nextLink": "%s"}' % NEXT.encode()
    pages = await read(graph, httpx.Response(200, content=broken), {"value": [row()]})
    assert [page.is_repaired for page in pages] == [True, False]
    assert pages[0].rows == [{"userDisplayName": "Ann \ufffd", "charge": Decimal("0.10")}]


async def test_each_page_has_the_link_to_the_next_one(graph: FakeGraph) -> None:
    first = {"@odata.count": 1, "value": [row()], "@odata.nextLink": NEXT}
    second = {"@odata.count": 1, "value": [row("r2")]}
    assert await read(graph, first, second) == [
        PhonePage(rows=[row()], next_link=NEXT, followed=0, is_repaired=False),
        PhonePage(rows=[row("r2")], next_link=None, followed=1, is_repaired=False),
    ]
    assert str(graph.requests[1].url) == NEXT


async def test_another_worker_goes_on_with_the_next_page(graph: FakeGraph) -> None:
    graph.answer_in_turn([{"value": [row("r2")], "@odata.nextLink": f"{NEXT}0"}, {"value": [row("r3")]}])
    pages = PhoneCalls(graph.client).pages("pstn", FROM, UNTIL, NEXT, followed=6)
    found = [(each.rows[0]["id"], each.next_link, each.followed) async for each in pages]
    assert found == [("r2", f"{NEXT}0", 7), ("r3", None, 8)]
    assert [str(request.url) for request in graph.requests] == [NEXT, f"{NEXT}0"]


async def test_who_takes_one_page_pays_for_one(graph: FakeGraph) -> None:
    graph.answer_in_turn([{"value": [row()], "@odata.nextLink": NEXT}])
    async for page in PhoneCalls(graph.client).pages("pstn", FROM, UNTIL):
        assert page.next_link == NEXT
        break
    assert len(graph.requests) == 1


async def test_one_page_is_in_memory_at_a_time(graph: FakeGraph) -> None:
    yielded: list[weakref.ref[PhonePage]] = []
    alive: list[int] = []

    def answer(_: httpx.Request) -> httpx.Response:
        alive.append(sum(each() is not None for each in yielded))
        page = {"value": [row()]} if len(alive) == 3 else {"value": [row()], "@odata.nextLink": f"{NEXT}{len(alive)}"}
        return httpx.Response(200, json=page)

    graph.answer = answer
    async for page in PhoneCalls(graph.client).pages("pstn", FROM, UNTIL):
        yielded.append(weakref.ref(page))
        del page
    assert alive == [0, 0, 0]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    ("start", "is_kept"),
    [
        ("2026-03-04T09:00:00Z", True),
        ("2026-03-04T09:59:59.9999999Z", True),
        ("2026-03-04T10:00:00Z", False),
        ("2026-03-04T11:00:00+01:00", False),
        ("2026-03-04T10:00:00.0000001Z", False),
        ("0001-01-01T00:00:00Z", True),
        ("private", True),
        (None, True),
    ],
)
async def test_a_call_that_starts_at_the_end_is_of_the_next_span_and_what_does_not_tell_is_kept(
    graph: FakeGraph, source: PhoneSource, start: str | None, is_kept: bool
) -> None:
    expected = [["r1"] if is_kept else []]
    assert await ids(graph, {"value": [row(start=start)]}, source=source) == expected


async def test_what_graph_sends_beyond_what_is_known_is_kept(graph: FakeGraph) -> None:
    sent = {**row(), "transferorCorrelationId": None, "newColumn": {"a": [1]}}
    (page,) = await read(graph, {"value": [sent]})
    assert page.rows == [sent]


@pytest.mark.parametrize("answer", [{"value": []}, {"value": None}, {"@odata.count": 0}])
async def test_a_page_that_is_empty_may_have_no_list(graph: FakeGraph, answer: JsonObject) -> None:
    assert await ids(graph, answer) == [[]]


@pytest.mark.parametrize("value", ["private", ["private"], {"private": 1}])
async def test_what_is_no_list_of_objects_is_garbled(graph: FakeGraph, value: object) -> None:
    with pytest.raises(Garbled) as raised:
        await read(graph, {"value": value})
    assert str(raised.value) == f"{WHAT}: value is a {type(value).__name__}, expected a list of objects."


@pytest.mark.parametrize("is_first", [True, False])
async def test_a_link_to_anywhere_else_is_not_followed(graph: FakeGraph, is_first: bool) -> None:
    elsewhere = "https://elsewhere.example/v1.0/communications/callRecords/getPstnCalls()?$skip=1"
    graph.answer_in_turn([{"value": [], "@odata.nextLink": elsewhere}] if is_first else [])
    pages = PhoneCalls(graph.client).pages("pstn", FROM, UNTIL, None if is_first else elsewhere)
    with pytest.raises(Unreadable, match=rf"^{WHAT}: Graph's nextLink does not lead to {ROOT}/v1.0\.$"):
        assert [each async for each in pages]
    assert len(graph.requests) == is_first


async def test_a_loop_of_links_ends(graph: FakeGraph) -> None:
    page = {"value": [], "@odata.nextLink": NEXT}
    with pytest.raises(Unreadable, match=rf"^{WHAT}: Graph's pages do not end after 1\.$"):
        await read(graph, page, page)


async def test_a_loop_from_worker_to_worker_ends_by_the_number_of_pages(graph: FakeGraph) -> None:
    with pytest.raises(Unreadable, match="pages do not end after 500"):
        assert [
            each async for each in PhoneCalls(graph.client).pages("pstn", FROM, UNTIL, NEXT, pages_module.MAX_PAGES)
        ]
    assert graph.requests == []


@pytest.mark.parametrize(
    ("status", "meaning"), [(400, Refused), (406, Refused), (403, Forbidden), (429, Throttled), (500, Unavailable)]
)
@pytest.mark.parametrize("is_first", [True, False])
async def test_a_failure_on_any_page_is_told_by_meaning(
    graph: FakeGraph, status: int, meaning: type[CallRecordsError], is_first: bool
) -> None:
    before = [] if is_first else [{"value": [], "@odata.nextLink": NEXT}]
    with pytest.raises(meaning, match=rf"^{WHAT}: Graph answered {status}"):
        await read(graph, *before, httpx.Response(status, headers={"Retry-After": "60"}))


async def test_each_function_is_asked_ten_times_in_twenty_seconds(graph: FakeGraph) -> None:
    graph.answer = lambda _: httpx.Response(200, json={"value": []})
    calls = PhoneCalls(graph.client)
    for _ in range(10):
        assert [each.rows async for each in calls.pages("pstn", FROM, UNTIL)] == [[]]
    with pytest.raises(Throttled, match=rf"^{WHAT}: held back for (20|21) s by Graph's limits\.$"):
        assert [each async for each in calls.pages("pstn", FROM, UNTIL)]
    assert [each.rows async for each in calls.pages("directRouting", FROM, UNTIL)] == [[]]
    assert len(graph.requests) == 11
