"""The roll-up of a day from its fact rows."""

from collections import Counter
from copy import deepcopy
from random import Random
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.graphtypes import JsonObject
from callrecords.usage.day import FIELDS, DayUsage
from tests.generated import DAYS, MEDIA, roll_up, rows
from tests.invented import TENANT

if TYPE_CHECKING:
    from callrecords.ports.callrow import CallRow

DAY = DAYS[0]
# Rows leave these out where nothing tells them.
MAY_BE_MISSING = {"isTest", "type", "durationSeconds", "organizer"}
ALL = [cast("JsonObject", row) for row in rows()]
ROWS = [row for row in ALL if row["day"] == DAY]


def rolled_up(rows: list[JsonObject]) -> JsonObject:
    return roll_up(TENANT, DAY, cast("list[CallRow]", rows))


def without(row: JsonObject, field: str) -> JsonObject:
    return {name: value for name, value in row.items() if name != field}


def failing(*failures: JsonObject) -> JsonObject:
    """A row with these failures alone."""
    return {**ROWS[0], "failures": [*failures], "failed": any(each["kind"] != "expected" for each in failures)}


@given(st.permutations(ROWS))
def test_the_order_of_rows_means_nothing(shuffled: list[JsonObject]) -> None:
    found = rolled_up(shuffled)
    assert str(found) == str(rolled_up(ROWS))  # the order of counts and lists included


@given(st.lists(st.sampled_from(ALL), max_size=12, unique_by=lambda row: row["id"]))
def test_a_roll_up_counts_what_its_rows_have(chosen: list[JsonObject]) -> None:
    found, calls = rolled_up(chosen), [row for row in chosen if not row.get("isTest")]
    assert found["testCalls"] == len(chosen) - len(calls)
    assert found["calls"] == len(calls) == sum(found["callsByType"].values())
    assert found["callsByModality"] == Counter(each for row in calls for each in row["modalities"])
    assert found["callsByPlatform"] == Counter(each for row in calls for each in row["platforms"])
    assert found["callsByConnectionType"] == Counter(each for row in calls for each in row["connectionTypes"])
    assert found["distinctUsers"] == len({user for row in calls for user in row["userIds"]})
    own = {user for row in calls for user in {*row["userIds"]} - {*row["externalUserIds"]}}
    assert found["distinctOwnUsers"] == len(own)
    assert found["minutes"] == pytest.approx(sum(row.get("durationSeconds", 0) for row in calls) / 60, abs=0.006)
    assert found["participantMinutes"] == pytest.approx(sum(row["participantSeconds"] for row in calls) / 60, abs=0.006)
    assert (
        found["failedCalls"] == sum(row["failed"] for row in calls) <= sum(each["calls"] for each in found["failures"])
    )
    for media in MEDIA:
        counts = [row["quality"][media]["streams"] for row in calls if media in row["quality"]]
        for verdict in ("good", "poor", "unclassified"):
            assert found["streams"][media][verdict] == sum(each[verdict] for each in counts)


def test_a_roll_up_reads_all_of_its_fields_of_a_row_and_no_others() -> None:
    assert rolled_up([{name: row[name] for name in FIELDS if name in row} for row in ROWS]) == rolled_up(ROWS)
    for field in set(FIELDS) - MAY_BE_MISSING:
        with pytest.raises(KeyError, match=field):
            rolled_up([{name: ROWS[0][name] for name in FIELDS if name != field}])
    for field in MAY_BE_MISSING:
        assert rolled_up([without(row, field) for row in ROWS]) != rolled_up(ROWS)


def test_test_calls_are_counted_apart_and_are_in_no_other_figure() -> None:
    tests, calls = ([{**row, "isTest": is_test} for row in ROWS] for is_test in (True, False))
    assert rolled_up([*tests, *calls]) == {**rolled_up(calls), "testCalls": len(tests)}


def test_users_of_other_organisations_are_no_users_of_ones_own() -> None:
    both = {**ROWS[0], "userIds": ["a", "b"], "externalUserIds": ["b"]}
    found = rolled_up([both, {**both, "userIds": ["c"], "externalUserIds": ["c"]}])
    assert (found["distinctUsers"], found["distinctOwnUsers"]) == (3, 1)


def test_a_day_is_empty_until_a_call_or_a_test_call_is_added() -> None:
    for row in (ROWS[0], {**ROWS[0], "isTest": True}):
        usage = DayUsage(TENANT, DAY)
        assert usage.is_empty
        usage.add(cast("CallRow", row))
        assert not usage.is_empty


def test_a_roll_up_says_whose_and_of_which_day_it_is() -> None:
    found = rolled_up(ROWS)
    assert [found[name] for name in ("id", "tenantId", "month", "day")] == [DAY, TENANT, DAY[:7], DAY]


def test_an_organizer_of_two_calls_is_one_and_unknown_ones_are_none() -> None:
    row = next(row for row in ROWS if "id" in row.get("organizer", {}))
    assert (
        rolled_up([row, row, without(row, "organizer"), {**row, "organizer": {"kind": "unknown"}}])[
            "distinctOrganizers"
        ]
        == 1
    )


def test_a_type_that_graph_does_not_tell_is_unknown() -> None:
    assert rolled_up([without(ROWS[0], "type")])["callsByType"] == {"unknown": 1}


def test_durations_that_are_not_known_are_no_minutes() -> None:
    known = {**ROWS[0], "durationSeconds": 90.0, "participantSeconds": 180.0}
    found = rolled_up([known, {**without(known, "durationSeconds"), "participantSeconds": 0}])
    assert (found["minutes"], found["participantMinutes"]) == (1.5, 3.0)


def test_a_failure_counts_a_call_once_and_the_most_frequent_is_first() -> None:
    midcall: JsonObject = {"kind": "drop", "stage": "midcall", "reason": "lost"}
    setup, busy = {"kind": "setUp", "stage": "callSetup"}, {"kind": "expected", "stage": "callSetup", "reason": "busy"}
    several = [[midcall | {"sessions": 4}, setup | {"sessions": 1}], [midcall | {"sessions": 1}, busy], [busy], []]
    found = rolled_up([failing(*failures) for failures in several])
    assert found["failedCalls"] == 2
    assert found["failures"] == [
        {"stage": "midcall", "reason": "lost", "calls": 2},
        {"stage": "callSetup", "reason": "", "calls": 1},
    ]


def test_a_failure_of_a_stage_that_graph_does_not_tell_is_one_of_an_unknown_stage() -> None:
    found = rolled_up([failing({"kind": "unknown", "reason": "lost", "sessions": 1})])
    assert found["failures"] == [{"stage": "unknown", "reason": "lost", "calls": 1}]


def test_of_failures_the_most_frequent_are_kept() -> None:
    lost = [failing({"kind": "drop", "stage": "midcall", "reason": f"lost {n:02}", "sessions": 1}) for n in range(60)]
    found = rolled_up([*lost, *lost[55:]])["failures"]
    assert [each["reason"] for each in found] == [f"lost {n:02}" for n in (*range(55, 60), *range(45))]


def on_subnet(subnet: str, good: int, poor: int) -> JsonObject:
    row = deepcopy(ROWS[0])
    row["audioBySubnet"] = [{"subnet": subnet, "good": good, "poor": poor, "unclassified": 5}]
    return row


def test_the_worst_subnets_are_those_with_most_poor_audio_of_enough_streams() -> None:
    few, fine = on_subnet("10.1.0.0", 4, 5), on_subnet("10.2.0.0", 50, 0)
    bad, worse = [on_subnet("10.3.0.0", 6, 3)] * 2, on_subnet("10.4.0.0", 5, 5)
    assert rolled_up([few, fine, *bad, worse])["worstSubnets"] == [
        {"subnet": "10.4.0.0", "good": 5, "poor": 5, "poorRatio": 0.5},
        {"subnet": "10.3.0.0", "good": 12, "poor": 6, "poorRatio": 0.3333},
    ]


def test_lists_that_could_grow_without_end_are_cut() -> None:
    rng = Random(1)
    many = [
        on_subnet(f"10.{n}.0.0", 10, n + 1) | {"clientVersions": [f"1.{n}", *rng.choices("abc")]} for n in range(60)
    ]
    found = rolled_up(many)
    assert [each["subnet"] for each in found["worstSubnets"]] == [f"10.{n}.0.0" for n in range(59, 39, -1)]
    assert len(found["callsByClientVersion"]) == 50
    assert list(found["callsByClientVersion"])[:3] == [
        name
        for name, _ in sorted(Counter(row["clientVersions"][1] for row in many).items(), key=lambda e: (-e[1], e[0]))
    ]
