"""The roll-up of a day from its fact rows."""

from collections import Counter
from copy import deepcopy
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.jsontypes import JsonObject
from callrecords.usage import FIELDS, roll_up
from tests.api.generated import DAYS, MEDIA, rows
from tests.unit.invented import TENANT

DAY = DAYS[0]
ROWS = [row for row in rows() if row["day"] == DAY]


def rolled_up(rows: list[JsonObject]) -> JsonObject:
    return roll_up(TENANT, DAY, rows)


@given(st.permutations(ROWS))
def test_the_order_of_rows_means_nothing(shuffled: list[JsonObject]) -> None:
    found = rolled_up(shuffled)
    assert str(found) == str(rolled_up(ROWS))  # the order of counts and lists included


@given(st.lists(st.sampled_from(rows()), max_size=12, unique_by=lambda row: row["id"]))
def test_a_roll_up_counts_what_its_rows_have(chosen: list[JsonObject]) -> None:
    found = rolled_up(chosen)
    assert found["calls"] == len(chosen) == sum(found["callsByType"].values())
    assert found["callsByModality"] == Counter(each for row in chosen for each in row["modalities"])
    assert found["callsByPlatform"] == Counter(each for row in chosen for each in row["platforms"])
    assert found["callsByConnectionType"] == Counter(each for row in chosen for each in row["connectionTypes"])
    assert found["distinctUsers"] == len({user for row in chosen for user in row["userIds"]})
    assert found["minutes"] == pytest.approx(sum(row["durationSeconds"] or 0 for row in chosen) / 60, abs=0.006)
    assert found["participantMinutes"] == pytest.approx(
        sum(row["participantSeconds"] for row in chosen) / 60, abs=0.006
    )
    assert (
        found["failedCalls"] == sum(row["failed"] for row in chosen) <= sum(each["calls"] for each in found["failures"])
    )
    for media in MEDIA if chosen else ():
        assert found["streams"][media]["poor"] == sum(row["quality"][media]["streams"]["poor"] for row in chosen)


def test_a_roll_up_reads_all_of_its_fields_of_a_row_and_no_others() -> None:
    assert rolled_up([{name: row[name] for name in FIELDS} for row in ROWS]) == rolled_up(ROWS)
    for field in FIELDS:
        with pytest.raises(KeyError, match=field):
            rolled_up([{name: ROWS[0][name] for name in FIELDS if name != field}])


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
