"""Each filter against the same filter in Python over the generated rows."""

from collections.abc import AsyncIterator, Callable, Iterator
from itertools import islice
from random import Random
from typing import Any

import pytest

from callrecords.graphtypes import JsonObject
from callrecords.http.search import MOST_UNPACKED, SearchCalls
from local.cosmos import CosmosServer
from tests.asking import next_page, pages
from tests.generated import DAYS, store_rows
from tests.integration.cosmos.cosmosaccount import CosmosAccount, running_account
from tests.integration.http.searching import json_rows, packed_rows, searching

pytestmark = pytest.mark.usefixtures("generated")

ROWS = json_rows()
PERIOD = {"begin": DAYS[0], "to": DAYS[-1], "top": "500"}

# For each parameter what a row has of it.
OF_CALL: dict[str, Callable[[JsonObject], list[Any]]] = {
    "number": lambda row: row["phoneNumbers"],
    "type": lambda row: [row["type"]],
    "modality": lambda row: row["modalities"],
    "organizer": lambda row: in_lower_case(row.get("organizer", {}), "id", "userPrincipalName"),
    "joinUrl": lambda row: [row[name] for name in ("joinWebUrl", "threadId") if "threadId" in row],
    "id": lambda row: [row["callId"]],
}
# What an endpoint has.
OF_ENDPOINT: dict[str, Callable[[JsonObject], list[Any]]] = {
    "user": lambda end: in_lower_case(end["who"], "id", "userPrincipalName") if end["who"]["kind"] == "user" else [],
    "platform": lambda end: [end[name] for name in ("platform",) if name in end],
    "clientVersion": lambda end: [end[name] for name in ("clientVersion",) if name in end],
    "device": lambda end: [
        *end.get("captureDevices", []), *end.get("renderDevices", []), *end.get("cameras", [])
    ],
    "rating": lambda end: [end[name] for name in ("rating",) if name in end],
    "quality": lambda end: [end["quality"]],
    "failed": lambda end: [str(end["failed"]).lower()],
}  # fmt: skip
# What a network of it has.
OF_NETWORK = ("connectionType", "subnet", "publicAddress")
OF_END = (*OF_ENDPOINT, *OF_NETWORK)
IN_ANY_CASE = ("device",)


def in_lower_case(party: JsonObject, *names: str) -> list[str]:
    return [party[name].lower() for name in names if name in party]


def clients(row: JsonObject) -> list[JsonObject]:
    return [end for end in row["endpoints"] if end["who"]["kind"] not in ("phone", "application")]


def of_network(end: JsonObject, network: JsonObject, name: str) -> list[Any]:
    return OF_ENDPOINT[name](end) if name in OF_ENDPOINT else [network[name]] if name in network else []


def of_any_end(row: JsonObject, name: str) -> list[Any]:
    """What the clients of a call have; a user need not be at an end, and a call may have failed for no client."""
    if name == "user":
        return [*row["userIds"], *row["userPrincipalNames"]]
    if name == "failed":
        return [str(row["failed"]).lower()]
    return [
        value
        for end in clients(row)
        for network in end.get("networks", [{}])
        for value in of_network(end, network, name)
    ]


def values_of(row: JsonObject, name: str) -> list[Any]:
    return OF_CALL[name](row) if name in OF_CALL else of_any_end(row, name)


def fulfils(row: JsonObject, asked: dict[str, str]) -> bool:
    """Whether the row is what all of the parameters ask for."""
    at_end = {name: value for name, value in asked.items() if name in OF_END}
    if any(value not in OF_CALL[name](row) for name, value in asked.items() if name in OF_CALL):
        return False
    if len(at_end) < 2:
        return all(value in of_any_end(row, name) for name, value in at_end.items())
    return any(
        all(value in of_network(end, network, name) for name, value in at_end.items())
        for end in clients(row)
        for network in end.get("networks", [{}])
    )


def values(name: str) -> list[str]:
    """All values of the parameter with which some call is found."""
    return sorted({value for row in ROWS for value in values_of(row, name)})


def expected(asked: dict[str, str]) -> list[str]:
    return sorted(row["id"] for row in ROWS if fulfils(row, asked))


async def found(search_calls: SearchCalls, asked: dict[str, str]) -> list[str]:
    return sorted(row["id"] for page in await pages(search_calls, **PERIOD, **asked) for row in page)


def combinations(rng: Random) -> Iterator[dict[str, str]]:
    """Filters that a call fulfils all of, most of them of one endpoint."""
    while True:
        row = rng.choice(ROWS)
        end = rng.choice(row["endpoints"])
        network = rng.choice(end.get("networks", [{}]))
        told = {name: OF_CALL[name](row) for name in OF_CALL} | {
            name: of_network(end, network, name) for name in OF_END
        }
        names = [*rng.sample(OF_END, rng.randrange(1, 5)), *rng.sample([*OF_CALL], rng.randrange(2))]
        asked = {name: rng.choice(told[name]) for name in names if told[name]}
        if len(asked) > 1 and fulfils(row, asked):
            yield asked


@pytest.mark.parametrize("name", [*OF_CALL, *OF_END])
async def test_a_filter_finds_what_it_names(search_calls: SearchCalls, name: str) -> None:
    choice = values(name)
    assert len(choice) > 1
    for value in Random(name).sample(choice, min(len(choice), 6)):
        assert await found(search_calls, {name: value}) == expected({name: value}) != []


async def test_filters_together_find_what_fulfils_all_of_them_at_one_end(search_calls: SearchCalls) -> None:
    for asked in islice(combinations(Random(3)), 60):
        assert await found(search_calls, asked) == expected(asked) != [], asked


@pytest.mark.parametrize("name", ["user", "organizer"])
async def test_a_person_is_found_in_capitals(search_calls: SearchCalls, name: str) -> None:
    for value in (values(name)[0], next(value for value in values(name) if "@" in value)):
        assert await found(search_calls, {name: value.upper()}) == expected({name: value}) != []


async def test_the_poor_quality_of_somebody_else_is_not_that_of_a_person(search_calls: SearchCalls) -> None:
    row, end = next(
        (row, end)
        for row in ROWS
        for end in clients(row)
        if row["affectedEndpoints"] and end["who"]["kind"] == "user" and end["who"]["id"] not in row["poorUserIds"]
    )
    for name in ("id", "userPrincipalName"):
        asked = {"user": end["who"][name], "quality": "poor"}
        assert row["id"] not in await found(search_calls, asked) == expected(asked)


@pytest.mark.parametrize("part", ["headset", "HEADSET DUO", "hörkapsel", "room bar"])
async def test_a_device_is_found_by_a_part_of_its_name(search_calls: SearchCalls, part: str) -> None:
    names = [name for name in values("device") if part.lower() in name.lower()]
    wanted = sorted({call_id for name in names for call_id in expected({"device": name})})
    assert await found(search_calls, {"device": part}) == wanted != []


@pytest.mark.parametrize(
    "spelled", ["+{0}", " {0}", "{0}", "+{1} {2}", "+{1}-{2}", "({1}) {2}", "+{1}.{2}", "[{1}]{2}", "+ {0}"]
)
async def test_a_number_is_found_however_it_is_written(search_calls: SearchCalls, spelled: str) -> None:
    number = values("number")[0]
    digits = number.removeprefix("+")
    assert await found(search_calls, {"number": spelled.format(digits, digits[:4], digits[4:])}) == expected(
        {"number": number}
    )


async def test_a_subnet_is_found_with_its_mask(search_calls: SearchCalls) -> None:
    for subnet in values("subnet")[:3]:
        assert await found(search_calls, {"subnet": f"{subnet}/24"}) == expected({"subnet": subnet}) != []


@pytest.mark.parametrize(
    ("name", "text", "known"),
    [
        ("type", "groupcall", "groupCall"),
        ("type", "PeerToPeer", "peerToPeer"),
        ("modality", "Audio", "audio"),
        ("modality", "videobasedscreensharing", "videoBasedScreenSharing"),
        ("platform", "MACOS", "macOS"),
        ("connectionType", "WiFi", "wifi"),
        ("rating", "Bad", "bad"),
    ],
)
async def test_a_member_that_is_known_is_found_in_any_case(
    search_calls: SearchCalls, name: str, text: str, known: str
) -> None:
    assert await found(search_calls, {name: text}) == expected({name: known}) != []


@pytest.mark.parametrize("name", [name for name in (*OF_CALL, *OF_END) if name not in ("id", "quality", "failed")])
async def test_a_filter_finds_nothing_for_what_is_not_there(search_calls: SearchCalls, name: str) -> None:
    absent = "19:nothing' OR true OR '@thread.v2" if name == "joinUrl" else "nothing' OR true OR '"
    assert await found(search_calls, {name: absent}) == []


async def test_filtered_pages_lose_nothing(search_calls: SearchCalls) -> None:
    asked = {"type": "groupCall"}
    small = [row["id"] for page in await pages(search_calls, **PERIOD | {"top": "3"}, **asked) for row in page]
    assert sorted(small) == expected(asked)


@pytest.mark.parametrize("asked", [{}, {"type": "peerToPeer"}, {"quality": "good"}, {"user": "", "failed": "true"}])
async def test_the_calls_of_the_whole_period_are_counted(search_calls: SearchCalls, asked: dict[str, str]) -> None:
    if "user" in asked:
        asked = {
            **asked,
            "user": next(name for row in ROWS if row["failed"] for name in row["userPrincipalNames"]),
        }
    page = await next_page(search_calls, "", **PERIOD | {"top": "1"}, **asked, count="true")
    assert (page["count"], page["notCounted"]) == (len(expected(asked)), 0)
    page = await next_page(search_calls, page["continuation"] or "", **PERIOD | {"top": "1"}, **asked, count="true")
    assert page["count"] == len(expected(asked))


@pytest.fixture(scope="module", params=["endpointsAndDetails", "endpoints"])
async def packed(request: pytest.FixtureRequest) -> AsyncIterator[CosmosAccount]:
    """An account whose rows have packed endpoints."""
    async with running_account(CosmosServer()) as cosmos, cosmos.open() as account:
        await store_rows(account, packed_rows(request.param))
        yield cosmos


async def test_calls_with_packed_endpoints_are_found_as_others_are(packed: CosmosAccount) -> None:
    async with packed.open() as account:
        for asked in islice(combinations(Random(4)), 20):
            assert await found(searching(account), asked) == expected(asked) != [], asked


async def test_no_page_unpacks_the_endpoints_of_many_calls(packed: CosmosAccount) -> None:
    asked = {"platform": "windows", "connectionType": "wired"}
    async with packed.open() as account:
        before = packed.server.requests["read"]
        page = await next_page(searching(account), "", **PERIOD, **asked)
        assert before < packed.server.requests["read"] <= before + MOST_UNPACKED + 1  # one is of the container
        assert page["continuation"]
        page = await next_page(searching(account), "", **PERIOD, **asked, count="true")
    assert page["count"] == 0
    assert page["notCounted"] >= len(expected(asked))


async def test_calls_whose_endpoints_are_not_in_their_rows_are_named() -> None:
    asked = {"platform": "windows", "connectionType": "wired"}
    alone = {"platform": "windows"}
    async with running_account(CosmosServer()) as cosmos, cosmos.open() as account:
        await store_rows(account, packed_rows("nothing"))
        named: list[str] = []
        continuation: str | None = ""
        while continuation is not None:
            page = await next_page(searching(account), continuation, **PERIOD, **asked)
            assert page["calls"] == []
            named += page["notSearched"]
            continuation = page["continuation"]
        assert {*expected(asked)} <= {*named} <= {*expected(alone)}
        assert await found(searching(account), alone) == expected(alone)
