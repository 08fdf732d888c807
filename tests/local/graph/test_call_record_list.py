"""GET /communications/callRecords."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession

from callrecords.graphtypes import JsonObject
from local.graph import GraphSimulator

RECORDS = "/v1.0/communications/callRecords"
A_PARTICIPANT = "0a11b22c-1111-4222-8333-000002000001"

type NewCall = Callable[..., JsonObject]


async def list_pages(client: ClientSession, prefer: str = "", **options: str) -> list[JsonObject]:
    """Every page."""
    params: dict[str, str] | None = {f"${name}": text for name, text in options.items()}
    next_link, pages = RECORDS, []
    while next_link:
        async with client.get(next_link, params=params, headers={"Prefer": prefer}) as response:
            pages.append(await response.json())
        next_link, params = pages[-1].get("@odata.nextLink"), None
    return pages


async def list_ids(client: ClientSession, **options: str) -> list[str]:
    return [record["id"] for page in await list_pages(client, **options) for record in page["value"]]


async def test_items_have_version_and_organizer_but_no_sessions_or_participants(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall
) -> None:
    graph.publish(new_call(version=4))
    ((item,),) = [page["value"] for page in await list_pages(client)]
    assert item["version"] == 4
    assert item["organizer_v2"] == new_call()["organizer_v2"]
    assert {"sessions", "participants_v2"}.isdisjoint(item)


async def test_pages_hold_60_records_in_no_order_of_time(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall
) -> None:
    calls = [new_call(each, startDateTime=f"2026-03-04T10:00:{each % 60:02}Z") for each in range(150)]
    for call in calls:
        graph.publish(call)
    pages = await list_pages(client)
    assert [len(page["value"]) for page in pages] == [60, 60, 30]
    listed = [record for page in pages for record in page["value"]]
    assert sorted(each["id"] for each in listed) == [call["id"] for call in calls]
    starts = [each["startDateTime"] for each in listed]
    assert starts not in (sorted(starts), sorted(starts, reverse=True))


async def test_a_record_that_is_published_between_pages_repeats_and_skips_no_other(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall
) -> None:
    for each in range(70):
        graph.publish(new_call(each))
    async with client.get(RECORDS) as response:
        first = await response.json()
    graph.publish(new_call(99_999))
    graph.publish(new_call(100_000))
    async with client.get(first["@odata.nextLink"]) as response:
        second = await response.json()
    ids = [each["id"] for page in (first, second) for each in page["value"]]
    assert len(ids) == len(set(ids))
    assert {new_call(each)["id"] for each in range(70)} <= set(ids)


async def test_the_preferred_page_size_is_honoured(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall
) -> None:
    for each in range(5):
        graph.publish(new_call(each))
    pages = await list_pages(client, prefer="odata.maxpagesize=2")
    assert [len(page["value"]) for page in pages] == [2, 2, 1]


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ("startDateTime lt 2026-03-04T10:00:01.0000001Z", [0]),
        ("startDateTime le 2026-03-04T10:00:01.0000001Z", [0, 1]),
        ("startDateTime gt 2026-03-04T10:00:01.0000001Z", [2]),
        ("startDateTime ge 2026-03-04T10:00:01.0000001Z", [1, 2]),
        ("startDateTime ge 2026-03-04T11:00:01.0000001+01:00", [1, 2]),
        ("startDateTime gt 2026-03-04T10:00:00Z and startDateTime lt 2026-03-04T10:00:01.0000002Z", [0, 1]),
        (f"participants_v2/any(p:p/id eq '{A_PARTICIPANT}')", [2]),
        (f"participants_v2/any(who:who/id eq '{A_PARTICIPANT}') and startDateTime lt 2026-03-04T10:00:01.0000002Z", []),
    ],
)
async def test_records_are_filtered_by_start_and_participant(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall, filter_: str, found: list[int]
) -> None:
    for each, start in enumerate(("10:00:00.9999999", "10:00:01.0000001", "10:00:01.0000002")):
        graph.publish(new_call(each, startDateTime=f"2026-03-04T{start}Z"))
    assert sorted(await list_ids(client, filter=filter_)) == [new_call(each)["id"] for each in found]


async def test_following_pages_keep_filter_and_select(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall
) -> None:
    for each in range(100):
        graph.publish(new_call(each, startDateTime=f"2026-03-04T{10 + each % 2}:00:00Z"))
    graph.publish(new_call(200, startDateTime="2026-03-04T09:00:00Z"))
    filter_ = "startDateTime ge 2026-03-04T12:00:00+02:00"
    first, second = await list_pages(client, filter=filter_, select="id,version")
    assert len(first["value"]) + len(second["value"]) == 100
    names = {name for record in second["value"] for name in record if "@" not in name}
    assert names == {"id", "version", "organizer_v2"}


async def test_records_of_calls_that_started_30_days_ago_are_not_listed(
    graph: GraphSimulator, client: ClientSession, new_call: NewCall, now: list[datetime]
) -> None:
    now[0] = datetime(2026, 3, 4, 12, tzinfo=UTC)
    graph.publish(new_call(1, startDateTime="2026-02-02T12:00:00Z"))
    graph.publish(new_call(2, startDateTime="2026-02-02T12:00:01Z"))
    assert await list_ids(client) == [new_call(2)["id"]]


@pytest.mark.parametrize(
    "options",
    [
        {"expand": "sessions"},
        {"orderby": "startDateTime"},
        {"top": "10"},
        {"skip": "10"},
        {"count": "true"},
        {"select": "sessions"},
        {"filter": ""},
        {"filter": "lastModifiedDateTime ge 2026-03-04T10:00:00Z"},
        {"filter": "startDateTime eq 2026-03-04T10:00:00Z"},
        {"filter": "startDateTime ge 2026-03-04"},
        {"filter": "startDateTime ge 2026-03-04T10:00:00"},
        {"filter": "startDateTime ge 2026-03-04T10:00:00 02:00"},
        {"filter": "startDateTime ge 2026-13-04T10:00:00Z"},
        {"filter": "startDateTime ge 2026-03-04T10:00:00Z or version ge 2"},
        {"filter": "startDateTime ge 2026-03-04T10:00:00Z and"},
        {"filter": "not startDateTime ge 2026-03-04T10:00:00Z"},
        {"filter": "participants_v2/any(p:q/id eq '')"},
    ],
)
async def test_what_graph_does_not_document_for_the_list_is_refused(
    client: ClientSession, options: dict[str, str]
) -> None:
    (page,) = await list_pages(client, **options)
    assert page["error"]["code"] == "BadRequest"
