"""Each filter against the same filter in Python over the generated rows."""

from collections.abc import Callable, Iterator
from itertools import islice
from random import Random
from typing import Any

import pytest

from callrecords.graphtypes import JsonObject
from callrecords.http.search import SearchCalls
from tests.asking import pages
from tests.generated import DAYS, MEDIA, rows

pytestmark = pytest.mark.usefixtures("generated")

PERIOD = {"begin": DAYS[0], "to": DAYS[-1], "top": "500"}

# For each parameter whether a row is what a value asks for.
WANTED: dict[str, Callable[[JsonObject, str], bool]] = {
    "user": lambda row, value: value.lower() in (*row["userIds"], *row["userPrincipalNames"]),
    "number": lambda row, value: value in row["phoneNumbers"],
    "type": lambda row, value: row["type"] == value,
    "modality": lambda row, value: value in row["modalities"],
    "quality": lambda row, value: value in verdicts(row),
    "failed": lambda row, value: row["failed"] == (value == "true"),
    "subnet": lambda row, value: value in row["subnets"],
}


def verdicts(row: JsonObject) -> set[str]:
    """Those of the media of which the call has streams."""
    return {row["quality"][media]["verdict"] for media in MEDIA if any(row["quality"][media]["streams"].values())}


def values(name: str) -> list[str]:
    """All values of the parameter with which some call is found."""
    return sorted({value for row in rows() for value in _values(row, name)})


def _values(row: JsonObject, name: str) -> list[Any]:
    lists = {"number": "phoneNumbers", "modality": "modalities", "subnet": "subnets"}
    match name:
        case "user":
            return [*row["userIds"], *row["userPrincipalNames"]]
        case "type":
            return [row["type"]]
        case "failed":
            return [str(row["failed"]).lower()]
        case "quality":
            return sorted(verdicts(row))
    found: list[str] = row[lists[name]]
    return found


def fulfils(row: JsonObject, asked: dict[str, str]) -> bool:
    """Whether the row is what all of the parameters ask for; poor quality on a subnet is that of its audio."""
    if asked.get("quality") == "poor" and "subnet" in asked:
        poor_on = {each["subnet"] for each in row["audioBySubnet"] if each["poor"]}
        others = {name: value for name, value in asked.items() if name != "quality"}
        return asked["subnet"] in poor_on and fulfils(row, others)
    return all(WANTED[name](row, value) for name, value in asked.items())


def expected(asked: dict[str, str]) -> list[str]:
    return sorted(row["id"] for row in rows() if fulfils(row, asked))


async def found(search_calls: SearchCalls, asked: dict[str, str]) -> list[str]:
    return sorted(row["id"] for page in await pages(search_calls, **PERIOD, **asked) for row in page)


@pytest.mark.parametrize("name", WANTED)
async def test_a_filter_finds_what_it_names(search_calls: SearchCalls, name: str) -> None:
    choice = values(name)
    assert len(choice) > 1
    for value in Random(name).sample(choice, min(len(choice), 6)):
        assert await found(search_calls, {name: value}) == expected({name: value}) != []


async def test_a_user_is_found_in_capitals(search_calls: SearchCalls) -> None:
    value = next(name for row in rows() for name in row["userPrincipalNames"])
    assert await found(search_calls, {"user": value.upper()}) == expected({"user": value}) != []


async def test_a_media_without_streams_is_not_unclassified(search_calls: SearchCalls) -> None:
    without = [row["id"] for row in rows() if "unclassified" not in verdicts(row)]
    assert without
    assert set(without).isdisjoint(await found(search_calls, {"quality": "unclassified"}))


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
    ],
)
async def test_a_member_that_is_known_is_found_in_any_case(
    search_calls: SearchCalls, name: str, text: str, known: str
) -> None:
    assert await found(search_calls, {name: text}) == expected({name: known}) != []


@pytest.mark.parametrize("name", ["user", "number", "type", "modality", "subnet"])
async def test_a_filter_finds_nothing_for_what_is_not_there(search_calls: SearchCalls, name: str) -> None:
    assert await found(search_calls, {name: "nothing' OR true OR '"}) == []


def combinations(rng: Random) -> Iterator[dict[str, str]]:
    """Filters that a call fulfils all of."""
    while True:
        row = rng.choice(rows())
        names = [name for name in WANTED if _values(row, name)]
        asked = {name: rng.choice(_values(row, name)) for name in rng.sample(names, rng.randrange(2, 5))}
        if fulfils(row, asked):
            yield asked


async def test_filters_together_find_what_fulfils_all_of_them(search_calls: SearchCalls) -> None:
    for asked in islice(combinations(Random(3)), 15):
        assert await found(search_calls, asked) == expected(asked) != []


async def test_poor_quality_on_a_subnet_is_that_of_the_subnet(search_calls: SearchCalls) -> None:
    row, subnet = next(
        (row, each["subnet"])
        for row in rows()
        for each in row["audioBySubnet"]
        if not each["poor"] and row["quality"]["audio"]["verdict"] == "poor"
    )
    asked = {"quality": "poor", "subnet": subnet}
    assert row["id"] not in await found(search_calls, asked) == expected(asked)


async def test_filtered_pages_lose_nothing(search_calls: SearchCalls) -> None:
    asked = {"type": "groupCall"}
    small = [row["id"] for page in await pages(search_calls, **PERIOD | {"top": "3"}, **asked) for row in page]
    assert sorted(small) == expected(asked)
