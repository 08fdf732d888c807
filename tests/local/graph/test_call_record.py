"""GET /communications/callRecords/{id} and the lists under it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession

from callrecords.graphtypes import JsonObject
from local.graph import GraphSimulator

RECORDS = "/v1.0/communications/callRecords"

type NewCall = Callable[..., JsonObject]
type Serve = Callable[[GraphSimulator], Awaitable[ClientSession]]


async def get(client: ClientSession, path: str, prefer: str = "", **options: str) -> JsonObject:
    """The body of the answer, whatever its status."""
    params = {f"${name}": text for name, text in options.items()}
    async with client.get(path, params=params, headers={"Prefer": prefer}) as response:
        body: JsonObject = await response.json()
        return body


async def error_of(client: ClientSession, path: str, prefer: str = "", **options: str) -> tuple[str, str]:
    """Code and message of the error that the answer has to be."""
    error = (await get(client, path, prefer, **options))["error"]
    return error["code"], error["message"]


async def follow(client: ClientSession, next_link: str | None, prefer: str = "") -> list[JsonObject]:
    """The pages from `next_link` on."""
    pages = []
    while next_link:
        pages.append(await get(client, next_link, prefer))
        next_link = pages[-1].get("@odata.nextLink")
    return pages


async def test_a_record_without_expand_has_its_organizer_but_no_sessions_or_participants(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall
) -> None:
    call = new_call()
    graph.publish(call)
    record = await get(client, f"{RECORDS}/{call['id']}")
    assert {name for name in record if "@" not in name} == call.keys() - {"sessions", "participants_v2"}
    assert record["organizer_v2"] == call["organizer_v2"]
    assert record["joinWebUrl"] is None


@pytest.mark.parametrize("form", ["/{}", "('{}')", "(%27{}%27)"])
async def test_a_record_is_found_by_its_key_in_both_forms_of_odata(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall, form: str
) -> None:
    call = new_call()
    graph.publish(call)
    assert (await get(client, RECORDS + form.format(call["id"])))["id"] == call["id"]


@pytest.mark.parametrize(
    ("expand", "relationship"),
    [("sessions", "sessions"), ("sessions($expand=segments)", "sessions"), ("participants_v2", "participants_v2")],
)
async def test_one_relationship_can_be_expanded(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall, expand: str, relationship: str
) -> None:
    call = new_call()
    graph.publish(call)
    record = await get(client, f"{RECORDS}/{call['id']}", "include-unknown-enum-members", expand=expand)
    others = {"sessions", "participants_v2"} - {relationship}
    assert record.keys().isdisjoint(others)
    assert f"{relationship}@odata.nextLink" not in record
    expected: list[JsonObject] = [dict(each) for each in call[relationship]]
    if expand == "sessions":
        for session in expected:
            del session["segments"]
    assert record[relationship] == expected


@pytest.mark.parametrize(("relationship", "page", "count"), [("sessions", 60, 150), ("participants_v2", 130, 300)])
async def test_an_expanded_list_is_cut_into_pages_that_nextlinks_join_without_a_gap(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall, relationship: str, page: int, count: int
) -> None:
    call = new_call(sessions=150, participants=300)
    graph.publish(call)
    record = await get(client, f"{RECORDS}/{call['id']}", expand=relationship)
    following = await follow(client, record[f"{relationship}@odata.nextLink"])
    lists = [record[relationship], *(each["value"] for each in following)]
    assert [len(each) for each in lists] == [page, page, count - 2 * page]
    assert [each["id"] for part in lists for each in part] == [each["id"] for each in call[relationship]]


async def test_the_pages_after_an_expanded_one_keep_what_was_expanded_in_it(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall
) -> None:
    call = new_call(sessions=61)
    graph.publish(call)
    record = await get(client, f"{RECORDS}/{call['id']}", expand="sessions($expand=segments)")
    (last,) = await follow(client, record["sessions@odata.nextLink"])
    assert last["value"][0]["segments"] == call["sessions"][60]["segments"]


async def test_a_full_page_that_is_the_last_has_no_nextlink(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall
) -> None:
    call = new_call(sessions=60)
    graph.publish(call)
    assert "sessions@odata.nextLink" not in await get(client, f"{RECORDS}/{call['id']}", expand="sessions")


async def test_pages_that_follow_a_revision_come_from_the_new_version(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall
) -> None:
    graph.publish(new_call(sessions=61))
    record = await get(client, f"{RECORDS}/{new_call()['id']}", expand="sessions")
    graph.publish(new_call(sessions=63, version=2))
    (last,) = await follow(client, record["sessions@odata.nextLink"])
    assert len(last["value"]) == 3


@pytest.mark.parametrize("relationship", ["sessions", "participants_v2"])
async def test_the_lists_under_a_record_have_the_pages_and_the_size_that_is_preferred(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall, relationship: str
) -> None:
    call = new_call(sessions=5, participants=5)
    graph.publish(call)
    pages = await follow(client, f"{RECORDS}/{call['id']}/{relationship}", "odata.maxpagesize=2")
    assert [len(page["value"]) for page in pages] == [2, 2, 1]


async def test_sessions_have_segments_only_when_these_are_expanded(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall
) -> None:
    call = new_call()
    graph.publish(call)
    path = f"{RECORDS}/{call['id']}/sessions"
    assert "segments" not in (await get(client, path))["value"][0]
    expanded = await get(client, path, expand="segments")
    assert expanded["value"][0]["segments"] == call["sessions"][0]["segments"]


async def test_select_leaves_the_properties_that_are_named_and_what_graph_expands_by_itself(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall
) -> None:
    graph.publish(new_call())
    record = await get(client, f"{RECORDS}/{new_call()['id']}", select="id,version", expand="participants_v2")
    assert {name for name in record if "@" not in name} == {"id", "version", "organizer_v2", "participants_v2"}
    sessions = await get(client, f"{RECORDS}/{new_call()['id']}/sessions", select="id, isTest")
    assert sessions["value"][0].keys() == {"id", "isTest"}


async def test_nulls_are_left_out_when_that_is_preferred(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall
) -> None:
    graph.publish(new_call())
    record = await get(client, f"{RECORDS}/{new_call()['id']}", "omit-values=nulls", expand="sessions")
    assert "joinWebUrl" not in record
    assert record["organizer_v2"]["identity"] == {}
    assert "failureInfo" not in record["sessions"][0]


@pytest.mark.parametrize(
    ("prefer", "product_family"),
    [("", "unknownFutureValue"), ("include-unknown-enum-members", "azureCommunicationServices")],
)
async def test_a_late_enum_member_is_hidden_unless_it_is_asked_for(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall, prefer: str, product_family: str
) -> None:
    graph.publish(new_call())
    record = await get(client, f"{RECORDS}/{new_call()['id']}", prefer, expand="sessions")
    assert record["sessions"][0]["caller"]["userAgent"] == {"platform": "web", "productFamily": product_family}


async def test_preferences_can_share_a_header(graph: GraphSimulator, client: ClientSession, new_call: NewCall) -> None:
    graph.publish(new_call(sessions=2))
    prefer = "include-unknown-enum-members, omit-values=nulls, odata.maxpagesize=1"
    record = await get(client, f"{RECORDS}/{new_call()['id']}", prefer, expand="sessions")
    (session,) = record["sessions"]
    assert session["caller"]["userAgent"]["productFamily"] == "azureCommunicationServices"
    assert "failureInfo" not in session


async def test_a_record_is_not_found_before_it_is_published_nor_after_it_is_forgotten(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall
) -> None:
    path = f"{RECORDS}/{new_call()['id']}"
    before = await error_of(client, path)
    graph.publish(new_call())
    assert (await get(client, path))["version"] == 1
    graph.forget(new_call()["id"])
    message = (
        "Could not find the requested call record. Records about calls or online meetings that started more than"
        " 30 days ago are not available."
    )
    assert before == await error_of(client, path) == ("NotFound", message)


async def test_a_record_is_not_found_from_30_days_after_the_start_of_the_call(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall, now: list[datetime]
) -> None:
    now[0] = datetime(2026, 3, 4, 12, tzinfo=UTC)
    graph.publish(new_call(1, startDateTime="2026-02-02T12:00:00Z"))
    graph.publish(new_call(2, startDateTime="2026-02-02T12:00:01Z"))
    assert (await error_of(client, f"{RECORDS}/{new_call(1)['id']}/sessions"))[0] == "NotFound"
    assert "error" not in await get(client, f"{RECORDS}/{new_call(2)['id']}/sessions")


async def test_an_older_version_does_not_replace_a_newer_one(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall
) -> None:
    graph.publish(new_call(version=3))
    graph.publish(new_call(version=2))
    assert (await get(client, f"{RECORDS}/{new_call()['id']}"))["version"] == 3


async def test_the_us_government_cloud_has_no_istest(serve: Serve, new_call: NewCall, now: list[datetime]) -> None:
    graph = GraphSimulator("11112222-3333-4444-5555-666677778888", cloud="usgov", clock=lambda: now[0])
    graph.publish(new_call())
    record = await get(await serve(graph), f"{RECORDS}/{new_call()['id']}", expand="sessions")
    assert record["sessions"][0].keys() == new_call()["sessions"][0].keys() - {"isTest", "segments"}


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("", {"expand": "sessions,participants_v2"}),
        ("", {"expand": "segments"}),
        ("", {"expand": "sessions($select=id)"}),
        ("", {"select": "id,callDuration"}),
        ("", {"filter": "startDateTime ge 2026-03-04T10:00:00Z"}),
        ("", {"top": "1"}),
        ("/sessions", {"top": "1"}),
        ("/sessions", {"expand": "media"}),
        ("/sessions", {"skiptoken": "!"}),
        ("/sessions", {"skiptoken": "bm90IGEgbnVtYmVy"}),
        ("/participants_v2", {"expand": "identity"}),
        ("/participants_v2", {"orderby": "id"}),
        ("/organizer_v2", {}),
        ("/getPstnCalls(fromDateTime=2026-03-01,toDateTime=2026-03-02)", {}),
    ],
)
async def test_what_graph_does_not_document_for_a_record_is_refused(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall, path: str, options: dict[str, str]
) -> None:
    graph.publish(new_call())
    assert (await error_of(client, f"{RECORDS}/{new_call()['id']}{path}", **options))[0] == "BadRequest"


async def test_an_option_that_is_given_twice_is_refused(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall
) -> None:
    graph.publish(new_call())
    path = f"{RECORDS}/{new_call()['id']}?$expand=sessions&$expand=participants_v2"
    assert "more than once" in (await error_of(client, path))[1]


@pytest.mark.parametrize("size", ["0", "many", "61"])
async def test_a_page_size_beyond_what_is_allowed_is_refused(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall, size: str
) -> None:
    graph.publish(new_call())
    error = await error_of(client, f"{RECORDS}/{new_call()['id']}/sessions", f"odata.maxpagesize={size}")
    assert error[0] == "BadRequest"


@pytest.mark.parametrize("path", ["/v1.0/users", "/beta/communications/callRecords", f"{RECORDS}/getSmsLog()"])
async def test_what_is_not_served_is_refused_by_name(client: ClientSession, path: str) -> None:
    code, message = await error_of(client, path)
    assert code == "BadRequest"
    assert path.rpartition("/")[2] in message


async def test_a_method_that_graph_does_not_have_is_refused(client: ClientSession) -> None:
    response = await client.delete(RECORDS)
    assert response.status == 405


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"id": None}, "id is None, expected a str"),
        ({"participants_v2": None}, "participants_v2 is None, expected a list"),
        ({"startDateTime": "yesterday"}, "'yesterday' is not a date and time"),
        ({"sessions": [{"id": "s1"}]}, "Session s1: segments are missing"),
    ],
)
def test_what_is_no_whole_record_is_not_published(
    graph: GraphSimulator, new_call: NewCall, properties: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        graph.publish(new_call() | properties)
