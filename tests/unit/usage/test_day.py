"""The roll-up of a day from its fact rows."""

from collections import Counter
from copy import deepcopy
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.graphtypes import JsonObject
from callrecords.usage.day import FIELDS, DayUsage
from tests.generated import DAYS, MEDIA, roll_up, rows
from tests.invented import TENANT

DAY = DAYS[0]
NEW = {"isTest", "ownUserIds"}
ROWS = [row for row in rows() if row["day"] == DAY]


def rolled_up(rows: list[JsonObject]) -> JsonObject:
    return roll_up(TENANT, DAY, rows)


@given(st.permutations(ROWS))
def test_the_order_of_rows_means_nothing(shuffled: list[JsonObject]) -> None:
    found = rolled_up(shuffled)
    assert str(found) == str(rolled_up(ROWS))  # the order of counts and lists included


@given(st.lists(st.sampled_from(rows()), max_size=12, unique_by=lambda row: row["id"]))
def test_a_roll_up_counts_what_its_rows_have(chosen: list[JsonObject]) -> None:
    found, calls = rolled_up(chosen), [row for row in chosen if not row["isTest"]]
    assert found["testCalls"] == len(chosen) - len(calls)
    assert found["calls"] == len(calls) == sum(found["callsByType"].values())
    assert found["callsByModality"] == Counter(each for row in calls for each in row["modalities"])
    assert found["callsByPlatform"] == Counter(each for row in calls for each in row["platforms"])
    assert found["callsByConnectionType"] == Counter(each for row in calls for each in row["connectionTypes"])
    assert found["distinctUsers"] == len({user for row in calls for user in row["userIds"]})
    assert found["distinctOwnUsers"] == len({user for row in calls for user in row["ownUserIds"]})
    assert found["minutes"] == pytest.approx(sum(row["durationSeconds"] or 0 for row in calls) / 60, abs=0.006)
    assert found["participantMinutes"] == pytest.approx(sum(row["participantSeconds"] for row in calls) / 60, abs=0.006)
    assert (
        found["failedCalls"] == sum(row["failed"] for row in calls) <= sum(each["calls"] for each in found["failures"])
    )
    for media in MEDIA:
        assert found["streams"][media]["poor"] == sum(row["quality"][media]["streams"]["poor"] for row in calls)


def test_a_roll_up_reads_all_of_its_fields_of_a_row_and_no_others() -> None:
    assert rolled_up([{name: row[name] for name in FIELDS} for row in ROWS]) == rolled_up(ROWS)
    for field in set(FIELDS) - NEW:
        with pytest.raises(KeyError, match=field):
            rolled_up([{name: ROWS[0][name] for name in FIELDS if name != field}])


def test_a_row_of_an_earlier_version_of_the_app_counts_without_the_fields_that_are_new() -> None:
    older = [{name: row[name] for name in row if name not in NEW} for row in ROWS]
    assert rolled_up(older) == rolled_up([{**row, "isTest": None, "ownUserIds": []} for row in ROWS])


def test_test_calls_are_counted_apart_and_are_in_no_other_figure() -> None:
    tests, calls = ([{**row, "isTest": is_test} for row in ROWS] for is_test in (True, False))
    assert rolled_up([*tests, *calls]) == {**rolled_up(calls), "testCalls": len(tests)}


def test_users_of_other_organisations_are_no_users_of_ones_own() -> None:
    both = {**ROWS[0], "userIds": ["a", "b"], "ownUserIds": ["a"]}
    found = rolled_up([both, {**both, "userIds": ["c"], "ownUserIds": []}])
    assert (found["distinctUsers"], found["distinctOwnUsers"]) == (3, 1)


def test_a_day_is_empty_until_a_call_or_a_test_call_is_added() -> None:
    for row in (ROWS[0], {**ROWS[0], "isTest": True}):
        usage = DayUsage(TENANT, DAY)
        assert usage.is_empty
        usage.add(row)
        assert not usage.is_empty


def test_a_roll_up_says_whose_and_of_which_day_it_is() -> None:
    found = rolled_up(ROWS)
    assert [found[name] for name in ("id", "tenantId", "month", "day")] == [DAY, TENANT, DAY[:7], DAY]


def test_an_organizer_of_two_calls_is_one_and_unknown_ones_are_none() -> None:
    row = next(row for row in ROWS if (row["organizer"] or {}).get("id"))
    others = [{**row, "organizer": organizer} for organizer in (row["organizer"], None, {"kind": "unknown"})]
    assert rolled_up([row, *others])["distinctOrganizers"] == 1


def test_a_type_that_graph_does_not_tell_is_unknown() -> None:
    assert rolled_up([{**ROWS[0], "type": None}])["callsByType"] == {"unknown": 1}


def test_durations_that_are_not_known_are_no_minutes() -> None:
    known = {**ROWS[0], "durationSeconds": 90.0, "participantSeconds": 180.0}
    found = rolled_up([known, {**known, "durationSeconds": None, "participantSeconds": 0}])
    assert (found["minutes"], found["participantMinutes"]) == (1.5, 3.0)


def test_a_failure_counts_a_call_once_and_the_most_frequent_is_first() -> None:
    midcall, setup = {"stage": "midcall", "reason": "lost"}, {"stage": "callSetup", "reason": None}
    several = [[midcall | {"legCount": 4}, setup | {"legCount": 1}], [midcall | {"legCount": 1}], []]
    found = rolled_up([{**ROWS[0], "failures": failures, "failed": bool(failures)} for failures in several])
    assert found["failedCalls"] == 2
    assert found["failures"] == [
        {"stage": "midcall", "reason": "lost", "calls": 2},
        {"stage": "callSetup", "reason": "", "calls": 1},
    ]


def test_a_failure_of_a_stage_that_graph_does_not_tell_is_one_of_an_unknown_stage() -> None:
    failures = [{"stage": stage, "reason": "lost", "legCount": 1} for stage in ("unknown", None)]
    found = rolled_up([{**ROWS[0], "failures": failures}])
    assert found["failures"] == [{"stage": "unknown", "reason": "lost", "calls": 1}]


def test_of_failures_the_most_frequent_are_kept() -> None:
    failing = [
        {**ROWS[0], "failures": [{"stage": "midcall", "reason": f"lost {n:02}", "legCount": 1}]} for n in range(60)
    ]
    found = rolled_up([*failing, *failing[55:]])["failures"]
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
