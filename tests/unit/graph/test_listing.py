"""The list of the call records that Graph holds."""

from datetime import UTC, datetime, timedelta, timezone

import httpx
import pytest

from callrecords.errors import CallRecordsError, Forbidden, Garbled, Throttled, Unavailable, Unreadable
from callrecords.graph.records import CallRecords
from callrecords.graphtypes import JsonObject
from callrecords.ports.records import Listed
from tests.invented import CALL, OTHER_CALL, START
from tests.unit.graph.fake_graph import ROOT, FakeGraph

FROM, UNTIL = datetime(2026, 3, 4, 9, 30, tzinfo=UTC), datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
WHAT = "Call records from 2026-03-04 09:30:00 on"
BEGAN = datetime(2026, 3, 4, 10, 0, 3, 118002, tzinfo=UTC)
NEXT = f"{ROOT}/v1.0/communications/callRecords?$skiptoken=a"


def element(call_id: str = CALL, **changed: object) -> JsonObject:
    return {"id": call_id, "version": 2, "startDateTime": START, **changed}


async def listed(graph: FakeGraph, *answers: object) -> list[Listed | Unreadable]:
    graph.answer_in_turn(answers)
    return [each async for each in CallRecords(graph.client).between(FROM, UNTIL)]


async def test_a_listed_call_has_its_id_version_and_start(graph: FakeGraph) -> None:
    assert await listed(graph, {"value": [element()]}) == [Listed(call_id=CALL, version=2, start=BEGAN)]


async def test_the_list_is_chosen_by_the_start_of_the_calls_and_has_what_is_compared(graph: FakeGraph) -> None:
    await listed(graph, {"value": []})
    (request,) = graph.requests
    assert request.url.path == "/v1.0/communications/callRecords"
    assert dict(request.url.params) == {
        "$filter": "startDateTime ge 2026-03-04T09:30:00Z and startDateTime lt 2026-03-04T10:30:00Z",
        "$select": "id,version,startDateTime",
    }


async def test_a_part_of_a_second_can_be_chosen(graph: FakeGraph) -> None:
    graph.answer_in_turn([{"value": []}])
    async for _ in CallRecords(graph.client).between(FROM, FROM + timedelta(milliseconds=250)):
        pass
    chosen = "startDateTime ge 2026-03-04T09:30:00Z and startDateTime lt 2026-03-04T09:30:00.250000Z"
    assert graph.requests[0].url.params["$filter"] == chosen


async def test_every_page_is_listed(graph: FakeGraph) -> None:
    first = {"value": [element()], "@odata.nextLink": NEXT}
    found = await listed(graph, first, {"value": [element(OTHER_CALL)]})
    assert found == [Listed(call_id=CALL, version=2, start=BEGAN), Listed(call_id=OTHER_CALL, version=2, start=BEGAN)]
    assert str(graph.requests[1].url) == NEXT


async def test_a_listed_id_is_in_lower_case(graph: FakeGraph) -> None:
    assert await listed(graph, {"value": [element(CALL.upper())]}) == [Listed(call_id=CALL, version=2, start=BEGAN)]


async def test_the_start_of_a_listed_call_is_in_utc(graph: FakeGraph) -> None:
    found = await listed(graph, {"value": [element(startDateTime="2026-03-04T23:30:00-01:00")]})
    assert found == [Listed(call_id=CALL, version=2, start=datetime(2026, 3, 5, 0, 30, tzinfo=UTC))]


async def test_who_needs_one_call_pays_for_one_page(graph: FakeGraph) -> None:
    graph.answer_in_turn([{"value": [element()], "@odata.nextLink": NEXT}])
    async for found in CallRecords(graph.client).between(FROM, UNTIL):
        assert found == Listed(call_id=CALL, version=2, start=BEGAN)
        break
    assert len(graph.requests) == 1


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ({"private": []}, f"{WHAT}: value is a NoneType, expected a list of objects."),
        ({"value": ["private"]}, f"{WHAT}: value is a list, expected a list of objects."),
    ],
)
async def test_what_is_no_list_of_objects_is_garbled(graph: FakeGraph, answer: JsonObject, fault: str) -> None:
    with pytest.raises(Garbled) as raised:
        await listed(graph, answer)
    assert str(raised.value) == fault


@pytest.mark.parametrize("answer", [{"value": []}, {"value": None}, {"@odata.context": f"{ROOT}/v1.0/$metadata"}])
async def test_a_list_that_is_empty_may_be_null_or_left_out(graph: FakeGraph, answer: JsonObject) -> None:
    assert await listed(graph, answer) == []


@pytest.mark.parametrize(
    ("wrong", "version", "start"),
    [
        ({"version": "private"}, None, BEGAN),
        ({"version": None}, None, BEGAN),
        ({"startDateTime": "private"}, 2, None),
        ({"startDateTime": None}, 2, None),
    ],
)
async def test_a_call_of_which_the_list_tells_nonsense_is_listed_without_it(
    graph: FakeGraph, wrong: JsonObject, version: int | None, start: datetime | None
) -> None:
    assert await listed(graph, {"value": [element(**wrong), element(OTHER_CALL)]}) == [
        Listed(call_id=CALL, version=version, start=start),
        Listed(call_id=OTHER_CALL, version=2, start=BEGAN),
    ]


@pytest.mark.parametrize("call_id", [None, "", "private", f"../{CALL}"])
async def test_an_id_that_is_no_guid_is_an_error_among_the_others(graph: FakeGraph, call_id: object) -> None:
    found = await listed(graph, {"value": [{**element(), "id": call_id}, element(OTHER_CALL)]})
    assert list(map(str, found)) == [
        f"{WHAT}: an id is not a GUID.",
        str(Listed(call_id=OTHER_CALL, version=2, start=BEGAN)),
    ]


async def test_a_time_with_another_offset_is_asked_for_in_utc(graph: FakeGraph) -> None:
    graph.answer_in_turn([{"value": []}])
    east = FROM.astimezone(timezone(timedelta(hours=2)))
    assert [each async for each in CallRecords(graph.client).between(east, UNTIL)] == []
    assert "ge 2026-03-04T09:30:00Z" in graph.requests[0].url.params["$filter"]


@pytest.mark.parametrize(("status", "meaning"), [(403, Forbidden), (429, Throttled), (500, Unavailable)])
@pytest.mark.parametrize("is_first", [True, False])
async def test_a_failure_on_any_page_is_one_of_the_list(
    graph: FakeGraph, status: int, meaning: type[CallRecordsError], is_first: bool
) -> None:
    before = [] if is_first else [{"value": [], "@odata.nextLink": NEXT}]
    with pytest.raises(meaning, match=rf"^{WHAT}: Graph answered {status}"):
        await listed(graph, *before, httpx.Response(status, headers={"Retry-After": "60"}))


async def test_fifteen_lists_are_asked_for_in_twenty_seconds(graph: FakeGraph) -> None:
    graph.answer = lambda _: httpx.Response(200, json={"value": []})
    records = CallRecords(graph.client)
    for _ in range(15):
        assert [each async for each in records.between(FROM, UNTIL)] == []
    with pytest.raises(Throttled, match=rf"^{WHAT}: held back for (20|21) s by Graph's limits\.$"):
        assert [each async for each in records.between(FROM, UNTIL)] == []
    assert len(graph.requests) == 15


async def test_fifty_five_pages_that_follow_are_listed_in_five_minutes(graph: FakeGraph) -> None:
    answers = [{"value": [], "@odata.nextLink": f"{NEXT}{number}"} for number in range(57)]
    with pytest.raises(Throttled, match=rf"^{WHAT}: held back for 30\d s"):
        await listed(graph, *answers)
    assert len(graph.requests) == 1 + 55
