"""At which ages hours are compared, and how much of them."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.collect.reconcile import ladder
from callrecords.collect.reconcile.ladder import (
    LISTED_A_DAY,
    RUNGS,
    Ladder,
    begun,
    is_chosen,
    minutes_for,
    rungs_for,
)
from tests.invented import NOW
from tests.unit.collect.reconcile.world import DAY, HOUR, MINUTE, NO_TIME

NAMES = [rung.name for rung in RUNGS]


def test_the_ladder_has_eleven_rungs_from_an_hour_to_29_days() -> None:
    ages = [1 * HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 27 * HOUR, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY, 29 * DAY]
    assert [rung.age for rung in RUNGS] == ages
    assert sorted(ladder._WANTED) == sorted(NAMES)


@pytest.mark.parametrize(
    ("calls_a_day", "names"),
    [
        (0, NAMES),
        (1_000, NAMES),
        (196_000, NAMES),
        (197_000, [name for name in NAMES if name != "2 h"]),
        (540_000, ["1 h", "6 h", "2 d", "29 d"]),
        (720_000, ["6 h", "2 d", "29 d"]),
        (721_000, ["6 h", "29 d"]),
        (1_080_000, ["6 h", "29 d"]),
        (50_000_000, ["6 h", "29 d"]),
    ],
)
def test_with_volume_rungs_are_left_out_until_6_h_and_29_d_are_left(calls_a_day: int, names: list[str]) -> None:
    assert [rung.name for rung in rungs_for(calls_a_day)] == names


@given(st.integers(1, 1_080_000))
def test_all_that_is_compared_takes_two_thirds_of_graphs_lists_at_most(calls_a_day: int) -> None:
    assert len(rungs_for(calls_a_day)) * calls_a_day <= LISTED_A_DAY == 2_160_000


@given(st.integers(1, 10_000_000), st.integers(0, 1_000_000))
def test_with_more_calls_a_rung_never_comes_back(calls_a_day: int, more: int) -> None:
    assert {*rungs_for(calls_a_day + more)} <= {*rungs_for(calls_a_day)}


@pytest.mark.parametrize(
    ("calls_a_day", "minutes"), [(0, 60), (1_080_000, 60), (1_100_000, 58), (2_160_000, 30), (10**9, 1)]
)
def test_where_two_rungs_do_not_fit_some_minutes_of_each_hour_are_compared(calls_a_day: int, minutes: int) -> None:
    assert minutes_for(calls_a_day) == minutes


@given(st.integers(1, 60), st.sampled_from(["6 h", "29 d", "gap"]))
def test_as_many_minutes_are_chosen_as_are_to_be(minutes: int, rung: str) -> None:
    assert sum(is_chosen(minute, minutes, rung) for minute in range(60)) == minutes


@pytest.mark.parametrize("minutes", range(30, 61))
def test_the_two_last_rungs_together_miss_no_minute_where_each_has_half_of_them(minutes: int) -> None:
    assert all(is_chosen(each, minutes, "6 h") or is_chosen(each, minutes, "29 d") for each in range(60))


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))  # noqa: DTZ001 - made of UTC below
def test_on_a_new_ladder_each_hour_that_graph_keeps_is_due_once(moment: datetime) -> None:
    now = moment.replace(tzinfo=NOW.tzinfo)
    spans = sorted(begun(now).due(rung, now) for rung in RUNGS)
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    assert now - 30 * DAY <= spans[0][0] < now - 30 * DAY + HOUR
    assert now - 2 * HOUR - HOUR < spans[-1][1] - HOUR <= now - 2 * HOUR


@pytest.mark.parametrize("rung", RUNGS, ids=NAMES)
def test_an_hour_is_due_when_its_end_is_as_old_as_the_rung(rung: ladder.Rung) -> None:
    start = datetime(2026, 3, 4, 10, tzinfo=NOW.tzinfo)
    known = Ladder(reached={rung.name: start}, at=start)
    due_at = start + HOUR + rung.age
    assert known.due(rung, due_at - MINUTE) == (start, start)
    assert known.due(rung, due_at) == (start, start + HOUR)
    assert known.behind(rung, due_at - MINUTE) == NO_TIME
    assert known.behind(rung, due_at + MINUTE) == MINUTE


def test_hours_that_graph_has_begun_to_forget_are_not_due() -> None:
    known = Ladder(reached={"29 d": NOW - 90 * DAY}, at=NOW)
    start, until = known.due(RUNGS[-1], NOW)
    assert (start, until) == (NOW.replace(hour=11, minute=0) - 30 * DAY, NOW.replace(minute=0) - 29 * DAY)


def test_something_is_due_where_an_hour_is_or_calls_are_to_be_looked_at_again() -> None:
    hour = NOW.replace(minute=0)
    done = Ladder(reached={rung.name: hour - rung.age for rung in RUNGS}, at=NOW)
    assert not done.is_due(NOW)
    assert done.is_due(NOW + 3 * HOUR)
    looked = Ladder(reached=done.reached, open_hours={"2026-03-04T08:00:00+00:00": NOW + MINUTE}, at=NOW)
    assert not looked.is_due(NOW)
    assert looked.is_due(NOW + MINUTE)


def test_nothing_is_behind_before_it_is_due() -> None:
    assert {begun(NOW).behind(rung, NOW) for rung in RUNGS[:1]} == {timedelta(minutes=30)}


def test_a_rung_that_is_further_than_it_can_be_is_put_right() -> None:
    hour = NOW.replace(minute=0)
    right = {rung.name: hour - rung.age for rung in RUNGS}
    wrong = Ladder(reached=right | {"6 h": NOW + 90 * DAY}, at=NOW)
    assert wrong.is_due(NOW)
    assert wrong.put_right(NOW).reached == right
