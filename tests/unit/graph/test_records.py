import itertools
from collections.abc import Iterable

import httpx
import orjson
import pytest

from callrecords.callrecord import CallRecord
from callrecords.errors import Forbidden, Garbled, NotFound, Unavailable, Unreadable
from callrecords.graph.client import GraphClient
from callrecords.graph.limits import BACKLOG
from callrecords.graph.record import get_record
from callrecords.graph.records import CallRecords
from callrecords.graphtypes import JsonObject
from tests.invented import CALL, OTHER_CALL
from tests.unit.graph.fake_graph import ROOT, SCOPE, FakeGraph
from tests.unit.graph.record_answers import (
    PARTICIPANTS_NEXT,
    PATH,
    SESSIONS_NEXT,
    link,
    page,
    with_participants,
    with_sessions,
)


async def fetched(graph: FakeGraph, *answers: object) -> CallRecord:
    graph.answer_in_turn(answers)
    return await CallRecords(graph.client).fetch(CALL)


def ids(elements: Iterable[JsonObject]) -> list[str]:
    return [element["id"] for element in elements]


async def test_a_small_record_is_two_requests_each_with_one_relationship(graph: FakeGraph) -> None:
    await fetched(graph, with_sessions("s"), with_participants("p"))
    assert [dict(request.url.params) for request in graph.requests] == [
        {"$expand": "sessions($expand=segments)"},
        {"$expand": "participants_v2"},
    ]
    assert {request.url.path for request in graph.requests} == {PATH}


async def test_each_record_has_its_own_address_in_the_cloud_of_its_client(graph: FakeGraph) -> None:
    graph.answer = lambda request: httpx.Response(200, json={"id": request.url.path.rpartition("/")[2]})
    elsewhere = "https://graph.elsewhere.example"
    clients, calls = (graph.client, GraphClient(elsewhere, SCOPE, lambda: graph.credential)), (CALL, OTHER_CALL)
    for client, call_id in itertools.product(clients, calls):
        await get_record(client, call_id, BACKLOG)
    assert [str(request.url) for request in graph.requests] == [
        f"{root}/v1.0/communications/callRecords/{call_id}" for root in (ROOT, elsewhere) for call_id in calls
    ]


async def test_a_record_is_whole_and_has_its_lists_apart(graph: FakeGraph) -> None:
    record = await fetched(graph, with_sessions("s1", "s2"), with_participants("p1"))
    assert (record.call_id, record.version) == (CALL, 1)
    assert record.sessions == [{"id": "s1", "segments": []}, {"id": "s2", "segments": []}]
    assert record.participants == [{"id": "p1"}]
    assert record.properties == {
        "@odata.context": f"{ROOT}/v1.0/$metadata#communications/callRecords/$entity",
        "id": CALL,
        "version": 1,
        "somethingNew": {"kept": True},
    }


async def test_every_page_of_both_lists_is_read_in_order(graph: FakeGraph) -> None:
    record = await fetched(
        graph,
        with_sessions("s1", **{SESSIONS_NEXT: link("a")}),
        page("s2", next_link=link("b")),
        page("s3"),
        with_participants("p1", **{PARTICIPANTS_NEXT: link("c")}),
        page("p2"),
        {"id": CALL, "version": 1},
    )
    assert (ids(record.sessions), ids(record.participants)) == (["s1", "s2", "s3"], ["p1", "p2"])
    assert [str(graph.requests[number].url) for number in (1, 2, 4)] == [link("a"), link("b"), link("c")]
    assert not {SESSIONS_NEXT, "sessions", "participants_v2"} & record.properties.keys()


async def test_the_record_is_asked_for_again_after_the_last_page_of_participants(graph: FakeGraph) -> None:
    first_pages = with_sessions("s"), with_participants("p1", **{PARTICIPANTS_NEXT: link("c")})
    await fetched(graph, *first_pages, page("p2"), {"id": CALL, "version": 1})
    assert (graph.requests[-1].url.path, dict(graph.requests[-1].url.params)) == (PATH, {})


async def test_a_record_that_is_revised_while_it_is_read_is_read_again(graph: FakeGraph) -> None:
    record = await fetched(
        graph,
        with_sessions("old"),
        with_participants("p", version=2),
        with_sessions("new", version=2),
        with_participants("p", version=2),
    )
    assert (record.version, ids(record.sessions), record.properties["version"]) == (2, ["new"], 2)


async def test_participants_for_which_the_app_lacks_a_permission_are_waited_for(graph: FakeGraph) -> None:
    with pytest.raises(Forbidden):
        await fetched(graph, with_sessions("s"), httpx.Response(403))


async def test_a_record_that_is_revised_while_its_participants_are_paged_is_read_again(graph: FakeGraph) -> None:
    record = await fetched(
        graph,
        with_sessions("s"),
        with_participants("p1", **{PARTICIPANTS_NEXT: link("c")}),
        page("mixed"),
        {"id": CALL, "version": 2},
        with_sessions("s", version=2),
        with_participants("p3", version=2),
    )
    assert (record.version, ids(record.participants)) == (2, ["p3"])


async def test_a_record_that_is_revised_all_the_time_is_left_for_later(graph: FakeGraph) -> None:
    requests = [with_sessions, with_participants] * 3
    answers = [request(version=version) for version, request in enumerate(requests)]
    with pytest.raises(Unavailable, match=rf"^Call record {CALL}: was revised 3 times while it was read\.$"):
        await fetched(graph, *answers)
    assert len(graph.requests) == 6


async def test_the_id_in_the_answer_may_be_in_upper_case(graph: FakeGraph) -> None:
    record = await fetched(graph, with_sessions(id=CALL.upper()), with_participants(id=CALL.upper()))
    assert record.call_id == CALL


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ([with_sessions(sessions={"private": 1})], "sessions is a dict, expected a list of objects"),
        ([with_sessions(sessions=["private"])], "sessions is a list, expected a list of objects"),
        ([with_sessions(version=None), with_participants()], "version is a NoneType, expected a number from 0"),
        ([with_sessions(version="private"), with_participants()], "version is a str, expected a number from 0"),
        ([with_sessions(version=True), with_participants()], "version is a bool, expected a number from 0"),
        ([with_sessions(version=1.0), with_participants()], "version is a float, expected a number from 0"),
        ([with_sessions(version=-1), with_participants(version=-1)], "version is a int, expected a number from 0"),
        ([with_sessions(), with_participants(version=None)], "version is a NoneType, expected a number from 0"),
        ([with_sessions(**{SESSIONS_NEXT: link("a")}), {"error": "private"}], "value is a NoneType, expected a list"),
        ([with_sessions(**{SESSIONS_NEXT: 5})], "sessions@odata.nextLink is a int, expected a string"),
        ([with_sessions(id="private")], "Graph's answer has another id"),
        ([with_sessions(), with_participants(id=None)], "Graph's answer has another id"),
    ],
)
async def test_another_shape_is_garbled_and_nothing_of_it_is_told(
    graph: FakeGraph, answers: list[JsonObject], fault: str
) -> None:
    with pytest.raises(Garbled, match=rf"^Call record {CALL}: {fault}") as raised:
        await fetched(graph, *answers)
    assert "private" not in str(raised.value)


async def test_a_record_that_is_not_there_is_named(graph: FakeGraph) -> None:
    with pytest.raises(NotFound, match=rf"^Call record {CALL}: Graph answered 404"):
        await fetched(graph, httpx.Response(404))


async def test_a_failure_on_a_later_page_is_a_failure_of_the_whole(graph: FakeGraph) -> None:
    with pytest.raises(Unavailable):
        await fetched(graph, with_sessions("s", **{SESSIONS_NEXT: link("a")}), httpx.Response(500))


@pytest.mark.parametrize("left_out", [{"sessions": None}, {"sessions": []}])
async def test_a_record_without_sessions_is_one_with_a_caveat(graph: FakeGraph, left_out: JsonObject) -> None:
    record = await fetched(graph, with_sessions(**left_out), with_participants("p"))
    assert (record.sessions, record.participants, record.caveats) == ([], [{"id": "p"}], ("noSessions",))


async def test_lists_that_graph_leaves_out_are_empty(graph: FakeGraph) -> None:
    first, second = with_sessions(), with_participants()
    del first["sessions"], second["participants_v2"]
    record = await fetched(graph, first, second)
    assert (record.sessions, record.participants, record.caveats) == ([], [], ("noSessions",))


@pytest.mark.parametrize("status", [400, 405])
async def test_participants_that_graph_refuses_are_a_caveat(graph: FakeGraph, status: int) -> None:
    record = await fetched(graph, with_sessions("s"), httpx.Response(status))
    assert (record.sessions, record.participants) == ([{"id": "s", "segments": []}], [])
    assert record.caveats == ("participantsRefused",)


async def test_a_record_that_is_revised_while_its_participants_are_refused_is_read_again(graph: FakeGraph) -> None:
    refused = httpx.Response(400)
    paged = with_sessions("s", **{SESSIONS_NEXT: link("a")}), page("mixed"), refused
    record = await fetched(graph, *paged, {"id": CALL, "version": 2}, with_sessions("t", version=2), refused)
    assert (record.version, record.sessions) == (2, [{"id": "t", "segments": []}])


@pytest.mark.parametrize("repaired", [0, 1, 2])
async def test_a_record_of_which_something_had_to_be_replaced_says_so(graph: FakeGraph, repaired: int) -> None:
    answers = with_sessions("s", **{SESSIONS_NEXT: link("a")}), page("t"), with_participants("p")
    bodies = [orjson.dumps(answer) for answer in answers]
    bodies[repaired] = bodies[repaired].replace(b'"id":"', b'"x":"\\ud800","id":"', 1)
    record = await fetched(graph, *(httpx.Response(200, content=body) for body in bodies))
    assert record.caveats == ("repaired",)
    assert len(record.sessions) == 2


async def test_a_version_that_cosmos_cannot_tell_from_its_neighbours_is_refused_in_words(graph: FakeGraph) -> None:
    with pytest.raises(Unreadable, match=rf"^Call record {CALL}: version is {2**53 + 1}, expected at most {2**53}\.$"):
        await fetched(graph, with_sessions(version=2**53 + 1))
