"""A search over days, page by page, on the real Cosmos protocol."""

import base64
import json
from collections import Counter
from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from callrecords.cosmos.account import Account
from callrecords.cosmos.containers import PARTITION_KEYS
from callrecords.graphtypes import JsonObject
from callrecords.http.answers import BadParameter
from callrecords.http.search import SORTS, SearchCalls, parse
from local.cosmos import CosmosServer
from local.cosmos.partitions import PartitionKeyDefinition
from tests.asking import body, next_page, pages
from tests.doubles import Clock
from tests.generated import DAYS, store_rows
from tests.integration.cosmos.cosmosaccount import CosmosAccount, running_account
from tests.integration.http.searching import json_rows, searching
from tests.invented import CALL, NOW, TENANT

pytestmark = pytest.mark.usefixtures("generated")

ROWS = json_rows()
PERIOD = {"begin": DAYS[0], "to": DAYS[-1]}


@pytest.mark.parametrize("top", [1, 7, 40, 60, 120, 500])
async def test_every_call_is_found_once_newest_first(search_calls: SearchCalls, top: int) -> None:
    found = await pages(search_calls, **PERIOD, top=str(top))
    calls = [row for page in found for row in page]
    assert Counter(row["id"] for row in calls) == Counter(row["id"] for row in ROWS)
    assert [row["startDateTime"] for row in calls] == sorted((row["startDateTime"] for row in ROWS), reverse=True)
    assert all(len(page) == top for page in found[:-1])


def worst_first(rows: Iterable[JsonObject]) -> list[str]:
    """The ids of the rows, that of the call with most affected endpoints first."""
    order = sorted(rows, key=lambda row: (-row["affectedEndpoints"], -row["poorStreams"], str(row["id"])))
    return [row["id"] for row in order]


@pytest.mark.parametrize("top", [1, 7, 40, 119, 120, 500])
async def test_the_worst_calls_of_the_whole_period_are_found_once_in_order(search_calls: SearchCalls, top: int) -> None:
    found = await pages(search_calls, **PERIOD, sort="worst", top=str(top))
    assert [row["id"] for page in found for row in page] == worst_first(ROWS)
    assert all(len(page) == top for page in found[:-1])
    assert found[-1]


async def test_the_worst_calls_of_one_day_are_found_page_by_page(search_calls: SearchCalls) -> None:
    found = await pages(search_calls, begin=DAYS[1], to=DAYS[1], sort="worst", top="13")
    wanted = worst_first(row for row in ROWS if row["day"] == DAYS[1])
    assert [row["id"] for page in found for row in page] == wanted


async def test_the_worst_calls_are_those_that_the_filters_leave(search_calls: SearchCalls) -> None:
    found = await pages(search_calls, **PERIOD, sort="worst", top="5", type="groupCall")
    wanted = [row for row in ROWS if row["type"] == "groupCall"]
    assert [row["id"] for page in found for row in page] == worst_first(wanted)


async def test_a_found_call_is_its_fact_row_without_details_and_nothing_of_cosmos(search_calls: SearchCalls) -> None:
    ((first, *_), *_) = await pages(search_calls, **PERIOD)
    row = next(row for row in ROWS if row["id"] == first["id"])
    assert "details" in row
    assert first == {name: value for name, value in row.items() if name != "details"}


@pytest.mark.parametrize("fields", [["type"], ["details"], ["participantCount", "organizer", "startDateTime"], ["id"]])
async def test_a_found_call_has_the_fields_that_are_asked_for_and_no_others(
    search_calls: SearchCalls, fields: list[str]
) -> None:
    found = [row for page in await pages(search_calls, **PERIOD, top="7", fields=", ".join(fields)) for row in page]
    order = sorted(ROWS, key=lambda row: str(row["id"]))
    order.sort(key=lambda row: str(row["startDateTime"]), reverse=True)
    assert found == [{name: row[name] for name in fields if name in row} for row in order]


async def test_other_fields_may_be_asked_for_on_the_next_page(search_calls: SearchCalls) -> None:
    first = await next_page(search_calls, "", **PERIOD, top="7", fields="id")
    second = await next_page(search_calls, first["continuation"], **PERIOD, top="7", fields="callId", count="true")
    assert {*map(len, second["calls"])} == {1}
    assert second["count"] == len(ROWS)


async def test_from_is_included_and_to_is_not(search_calls: SearchCalls) -> None:
    times = sorted(row["startDateTime"] for row in ROWS)
    begin, end = times[10], times[-10]
    (found,) = await pages(search_calls, begin=begin, to=end, top="500")
    assert sorted(row["startDateTime"] for row in found) == [time for time in times if begin <= time < end]


async def test_a_day_on_two_physical_partitions_is_found_in_order() -> None:
    # The hashes of call ids, which are the last level of the key, go from 00 to 3F.
    day = PartitionKeyDefinition(PARTITION_KEYS["calls"], "MultiHash", 2).scope(json.dumps([TENANT, DAYS[1]]))[0].low
    server = CosmosServer(split_at=[f"{day}20"])
    async with running_account(server) as cosmos, cosmos.open() as account:
        await store_rows(account, ROWS)
        search_calls = searching(account)
        found = [row for page in await pages(search_calls, **PERIOD, top="7") for row in page]
        worst = [row["id"] for page in await pages(search_calls, **PERIOD, sort="worst", top="7") for row in page]
        counted = await next_page(search_calls, "", **PERIOD, count="true")
        before = server.requests["query"]
        await pages(search_calls, begin=DAYS[1], to=DAYS[1], top="500")
        assert server.requests["query"] == before + 2
    assert worst == worst_first(ROWS)
    assert counted["count"] == len(ROWS)
    order = sorted(ROWS, key=lambda row: row["id"])
    order.sort(key=lambda row: str(row["startDateTime"]), reverse=True)
    assert [row["id"] for row in found] == [row["id"] for row in order]


async def test_calls_of_one_second_are_found_once(account: Account, search_calls: SearchCalls) -> None:
    period = {"begin": "2026-05-01", "to": "2026-05-01"}
    ids = [f"00000000-0000-4000-9000-{number:012x}" for number in range(10)]
    await store_rows(account, [moved(ROWS[0], call_id, "2026-05-01T10:00:00Z") for call_id in reversed(ids)])
    assert [row["id"] for page in await pages(search_calls, **period, top="3") for row in page] == ids


async def test_a_search_without_calls_is_an_empty_page(search_calls: SearchCalls) -> None:
    assert await pages(search_calls, begin="2026-04-01", to="2026-04-03") == [[]]


async def test_a_search_within_a_day_asks_cosmos_once(search_calls: SearchCalls, cosmos: CosmosAccount) -> None:
    await next_page(search_calls, "", **PERIOD)
    before = cosmos.server.requests["query"]
    await next_page(search_calls, "", begin=DAYS[0], to=DAYS[0], top="10")
    assert cosmos.server.requests["query"] == before + 1


async def test_a_search_up_to_now_goes_on_while_time_does(account: Account) -> None:
    clock = Clock(datetime(2026, 3, 4, 12, tzinfo=UTC))
    search_calls = searching(account, clock)
    found: Counter[str] = Counter()
    continuation: str | None = ""
    while continuation is not None:
        page = await next_page(search_calls, continuation, top="7")
        found.update(row["id"] for row in page["calls"])
        continuation = page["continuation"]
        clock.forward(timedelta(seconds=61))
    wanted = (row["id"] for row in ROWS if "2026-03-03T12:00:00Z" <= row["startDateTime"] < "2026-03-04T12:00:00Z")
    assert found == Counter(wanted)


@pytest.mark.parametrize("others", [{"failed": "true"}, {"sort": "worst"}], ids=str)
@pytest.mark.parametrize("top", ["7", "40"], ids=["within a day", "at the end of a day"])
async def test_a_continuation_of_another_search_is_refused(
    search_calls: SearchCalls, top: str, others: dict[str, str]
) -> None:
    page = await next_page(search_calls, "", **PERIOD, top=top)
    asked = {"from": DAYS[0], "to": DAYS[-1], "top": top, **others, "continuation": page["continuation"]}
    answer = await search_calls(asked)
    assert answer.status == 400
    assert body(answer)["error"].startswith("continuation is ")


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize(
    "wrong", [7, "wrong", [], {}, [1, 2], [-1, 0, CALL], [True, 0, CALL], [0, 2**60, CALL]], ids=str
)
async def test_a_continuation_that_was_tampered_with_is_refused(
    search_calls: SearchCalls, wrong: object, sort: str
) -> None:
    page = await next_page(search_calls, "", **PERIOD, top="7", sort=sort)
    parts = orjson.loads(base64.urlsafe_b64decode(page["continuation"]))
    for place in range(len(parts)):
        tampered = base64.urlsafe_b64encode(orjson.dumps([*parts[:place], wrong, *parts[place + 1 :]])).decode()
        answer = await search_calls(
            {"from": DAYS[0], "to": DAYS[-1], "top": "7", "sort": sort, "continuation": tampered}
        )
        assert answer.status == 400, place
        assert body(answer)["error"].startswith("continuation is ")


@pytest.mark.parametrize("day", ["9999-12-31", "2026-03-05", "2026-03-01", "0001-01-01"])
def test_a_continuation_of_a_day_that_is_not_searched_is_refused(day: str) -> None:
    period = {"from": DAYS[0], "to": DAYS[-1]}
    search = parse(period, NOW)
    foreign = orjson.loads(base64.urlsafe_b64decode(search.continuation(search.search.place)))
    foreign[foreign.index(search.search.place.day.isoformat())] = day
    continuation = base64.urlsafe_b64encode(orjson.dumps(foreign)).decode()
    with pytest.raises(BadParameter, match=r"^continuation is "):
        parse({**period, "continuation": continuation}, NOW)


def crafted(asked: object, after: object) -> str:
    """A continuation of the search without parameters, with these."""
    search = parse({}, NOW)
    place = [search.fingerprint, asked, search.search.place.day.isoformat(), after]
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode()


@pytest.mark.parametrize(
    ("asked", "after"),
    [
        ("0001-01-01T00:00:00+00:00", None),
        ("9999-12-31T23:59:59+00:00", None),
        ("1999-12-31T00:00:00+00:00", None),
        (NOW.isoformat(), ["2026-03-04T10:00:00Z"]),
        (NOW.isoformat(), ["2026-03-04T10:00:00Z", "11112222-3333-4444-5555-666677778888", ""]),
        (NOW.isoformat(), ["yesterday", "11112222-3333-4444-5555-666677778888"]),
        (NOW.isoformat(), ["2026-03-04T10:00:00Z", "a\r\nb"]),
        (NOW.isoformat(), ["2026-03-04T10:00:00Z", 5]),
    ],
)
async def test_a_continuation_that_was_made_up_is_refused(
    search_calls: SearchCalls, asked: str, after: list[object] | None
) -> None:
    answer = await search_calls({"continuation": crafted(asked, after)})
    assert answer.status == 400
    assert body(answer)["error"].startswith("continuation is malformed: expected ")


def moved(row: JsonObject, call_id: str, time: str) -> JsonObject:
    """Another call like that of `row`."""
    return {**deepcopy(row), "id": call_id, "callId": call_id, "startDateTime": time, "day": time[:10]}


async def test_calls_that_arrive_meanwhile_disturb_no_search(search_calls: SearchCalls, account: Account) -> None:
    before = Counter(row["id"] for page in await pages(search_calls, **PERIOD, top="500") for row in page)
    page = await next_page(search_calls, "", **PERIOD, top="20")
    found, continuation = Counter(row["id"] for row in page["calls"]), page["continuation"]
    late, number = iter(("T23:59:59Z", "T12:00:00Z", "T00:00:00Z") * 40), 0
    while continuation:
        for day in DAYS:
            number += 1
            call_id = f"00000000-0000-4000-8000-{number:012x}"
            await store_rows(account, [moved(ROWS[number], call_id, day + next(late))])
        page = await next_page(search_calls, continuation, **PERIOD, top="20")
        found.update(row["id"] for row in page["calls"])
        continuation = page["continuation"]
    assert number > 6
    assert found.keys() >= before.keys()
    assert max(found.values()) == 1
