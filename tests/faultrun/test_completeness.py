"""What the fault run finds wrong in what the app says of the completeness of a day."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from azure.cosmos import PartitionKey
from azure.cosmos.aio import CosmosClient

from callrecords.collect.reconcile.counting import digest_of
from callrecords.collect.reconcile.days import added
from callrecords.graphtypes import JsonObject
from local.cosmos import KEY, CosmosServer
from local.faultrun.completeness import Held, Truth, newly_found, truth, wrong
from local.serve import serve
from local.stack import DATABASE, TENANT_ID

DAY = date(2026, 3, 4)
MIDNIGHT = datetime.combine(DAY, time(), UTC)
SINCE = MIDNIGHT + timedelta(days=3)
NINE = 9
# One is there, one is in an older version, one is missing.
HELD = {name: Held(2, MIDNIGHT + timedelta(hours=NINE, minutes=30)) for name in ("whole", "stale", "missing")}
LACKING = Truth(DAY, HELD, {"whole": 3, "stale": 1})
WHOLE = Truth(DAY, HELD, dict.fromkeys(HELD, 2))
NAMED = ({"callId": "stale", "version": 2, "stored": 1}, {"callId": "missing", "version": 2})


def said(lacking: Sequence[JsonObject] = (), **figures: Any) -> JsonObject:
    """The item of the day, in which these calls are lacking."""
    return {
        "completeness": "incomplete" if lacking else "complete",
        "listed": 3,
        "stored": 2 if lacking else 3,
        "newest": 3 - len(lacking),
        "late": 0,
        "givenUp": len(lacking),
        "expired": 0,
        "unlisted": 0,
        "digest": added(digest_of(name, each.version) for name, each in HELD.items()),
        "hours": [hour(number, lacking if number == NINE else ()) for number in range(24)],
        **figures,
    }


def hour(number: int, lacking: Sequence[JsonObject] = (), **others: Any) -> JsonObject:
    return {
        "start": (MIDNIGHT + timedelta(hours=number)).isoformat(),
        "comparedAt": SINCE.isoformat(),
        "missing": 0,
        "stale": 0,
        "lacking": list(lacking),
        "lackingMore": 0,
        **others,
    }


def with_hour(item: JsonObject, number: int, **others: Any) -> JsonObject:
    """The item in which an hour is another one."""
    hours = [*item["hours"]]
    hours[number] = hours[number] | others
    return item | {"hours": hours}


def test_what_is_true_is_not_wrong() -> None:
    assert wrong(said(NAMED), LACKING, SINCE, is_last=False) == []
    assert wrong(said(), WHOLE, SINCE, is_last=True) == []


def test_a_day_of_which_there_is_no_item_is_wrong() -> None:
    assert wrong({}, WHOLE, SINCE, is_last=False) == ["There is no item of 2026-03-04."]


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        ({"listed": 2}, "listed is 2, and not 3."),
        ({"newest": 2}, "newest is 2, and not 1."),
        ({"stored": 3}, "stored is 3, and not 2."),
        ({"unlisted": 1}, "unlisted is 1, and not 0."),
        ({"givenUp": 1}, "0 late, 1 given up, 0 expired are not 2."),
        ({"completeness": "complete"}, "The day is called complete, and 2 calls are lacking."),
    ],
)
def test_a_figure_that_is_not_that_of_graph_and_cosmos_is_wrong(figures: JsonObject, sentence: str) -> None:
    assert wrong(said(NAMED) | figures, LACKING, SINCE, is_last=False) == [sentence]


def test_a_digest_of_other_versions_is_wrong() -> None:
    other = {**HELD, "whole": Held(3, HELD["whole"].start)}
    (sentence,) = wrong(said(NAMED), Truth(DAY, other, {"whole": 3, "stale": 1}), SINCE, is_last=False)
    assert sentence.startswith("digest is ")


def test_a_call_that_is_lacking_and_not_named_is_wrong() -> None:
    figures = {"newest": 1, "givenUp": 2, "stored": 2}
    assert wrong(said(NAMED[:1], **figures), LACKING, SINCE, is_last=False) == [
        "1 calls of the hour from 2026-03-04T09:00:00+00:00 on are called lacking."
    ]


def test_a_call_that_is_named_and_not_lacking_is_wrong() -> None:
    named = (NAMED[0], {"callId": "whole", "version": 2})
    assert wrong(said(named), LACKING, SINCE, is_last=False) == [
        "whole is called lacking in the hour from 2026-03-04T09:00:00+00:00 on."
    ]


def test_a_call_that_is_named_in_another_hour_is_wrong() -> None:
    item = with_hour(with_hour(said(NAMED), NINE, lacking=NAMED[:1]), 10, lacking=NAMED[1:])
    assert wrong(item, LACKING, SINCE, is_last=False) == [
        "1 calls of the hour from 2026-03-04T09:00:00+00:00 on are called lacking.",
        "1 calls of the hour from 2026-03-04T10:00:00+00:00 on are called lacking.",
        "missing is called lacking in the hour from 2026-03-04T10:00:00+00:00 on.",
    ]


def test_a_call_that_is_named_twice_is_wrong() -> None:
    assert wrong(said((NAMED[0], NAMED[0])), LACKING, SINCE, is_last=False) == ["stale is called lacking 2 times."]


@pytest.mark.parametrize("version", [{"version": 1}, {"stored": 2}])
def test_a_call_that_is_named_with_another_version_is_wrong(version: JsonObject) -> None:
    (sentence,) = wrong(said((NAMED[0] | version, NAMED[1])), LACKING, SINCE, is_last=False)
    assert sentence.startswith("stale is called lacking at ")


def test_calls_that_find_no_place_in_the_list_are_counted_as_well() -> None:
    item = with_hour(said(NAMED), NINE, lacking=NAMED[1:], lackingMore=1)
    assert wrong(item, LACKING, SINCE, is_last=False) == []
    assert wrong(with_hour(item, NINE, lackingMore=2), LACKING, SINCE, is_last=False) == [
        "3 calls of the hour from 2026-03-04T09:00:00+00:00 on are called lacking."
    ]


def test_an_hour_that_was_not_compared_since_or_not_at_all_is_wrong() -> None:
    early = (SINCE - timedelta(seconds=1)).isoformat()
    assert wrong(with_hour(said(), 3, comparedAt=early), WHOLE, SINCE, is_last=True) == [
        "The hour from 2026-03-04T03:00:00+00:00 on was last compared at 2026-03-06T23:59:59+00:00."
    ]
    item = said(NAMED)
    hours = [each for each in item["hours"] if "T09" not in each["start"]]
    assert wrong(item | {"hours": hours}, LACKING, SINCE, is_last=False) == [
        "23 hours are compared.",
        "2 calls are lacking in hours that are not compared.",
    ]


@pytest.mark.parametrize("word", ["soFar", "incomplete", "sampled"])
def test_in_the_end_the_day_has_to_be_called_complete(word: str) -> None:
    item = said(completeness=word)
    assert wrong(item, WHOLE, SINCE, is_last=False) == []
    assert wrong(item, WHOLE, SINCE, is_last=True) == [f"The day is called {word}."]


def test_what_the_last_comparison_found_is_counted_over_the_hours() -> None:
    item = with_hour(with_hour(said(), 3, missing=2), 4, stale=1)
    assert newly_found(item) == 3
    assert newly_found({}) == 0


@pytest.fixture
async def server() -> AsyncIterator[CosmosClient]:
    async with serve(CosmosServer().app()) as served, CosmosClient(served.url, KEY) as client:
        yield client


async def test_the_truth_is_that_of_the_calls_that_started_on_the_day(server: CosmosClient) -> None:
    database = await server.create_database(DATABASE)
    key = PartitionKey(path=["/tenantId", "/day", "/callId"], kind="MultiHash")
    calls = await database.create_container("calls", key)
    for name, day in (("one", "2026-03-04"), ("another", "2026-03-05")):
        await calls.create_item({"id": name, "callId": name, "tenantId": TENANT_ID, "day": day, "version": 7})
    records = {
        "one": {"version": 8, "startDateTime": "2026-03-04T23:59:59.5Z"},
        "another": {"version": 7, "startDateTime": "2026-03-05T00:00:00Z"},
    }
    found = await truth(DAY, records, calls)
    assert found.rows == {"one": 7}
    assert found.held == {"one": Held(8, datetime(2026, 3, 4, 23, 59, 59, 500_000, UTC))}
    assert found.lacking() == found.held
