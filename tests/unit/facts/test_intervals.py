from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.facts.intervals import Interval, bounds_of, interval, overlap, seconds, told, union, within

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def minute(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def between(start: float, end: float) -> Interval:
    return Interval(minute(start), minute(end))


INTERVALS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda ends: between(min(ends), max(ends))), max_size=8
)


def test_a_time_is_told_unless_it_is_that_which_says_not_set() -> None:
    assert told("2026-03-04T12:00:00Z") == NOON
    assert told("0001-01-01T00:00:00Z") is told("0001-12-31T23:59:59Z") is told("later") is told(None) is None


def test_an_interval_needs_both_ends_the_right_way_round() -> None:
    assert interval(minute(0), minute(1)) == between(0, 1)
    assert interval(minute(1), minute(1)) == between(1, 1)
    assert interval(minute(1), minute(0)) is interval(None, minute(0)) is interval(minute(0), None) is None


def test_of_an_interval_that_part_counts_which_lies_in_the_bounds() -> None:
    bounds = between(10, 20)
    assert within(between(5, 15), bounds) == between(10, 15)
    assert within(between(12, 30), bounds) == between(12, 20)
    assert within(between(0, 60), bounds) == bounds
    assert within(between(0, 5), bounds) is within(between(30, 40), bounds) is within(None, bounds) is None


def test_one_bound_bounds_on_its_side_and_contradictory_ones_not_at_all() -> None:
    assert within(between(5, 15), bounds_of(minute(10), None)) == between(10, 15)
    assert within(between(5, 15), bounds_of(None, minute(10))) == between(5, 10)
    assert within(between(5, 15), bounds_of(None, None)) == between(5, 15)
    assert within(between(5, 15), bounds_of(minute(20), minute(0))) == between(5, 15)


def test_two_intervals_overlap_where_some_time_lies_in_both() -> None:
    assert overlap(between(0, 2), between(1, 3))
    assert overlap(between(0, 9), between(3, 4))
    assert not overlap(between(0, 1), between(1, 2))
    assert not overlap(between(5, 6), between(1, 2))


def test_intervals_that_overlap_or_touch_are_one() -> None:
    assert union([between(5, 9), between(0, 3), between(3, 4), between(6, 7)]) == (between(0, 4), between(5, 9))
    assert union([]) == ()


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        ([], 0),
        ([between(0, 1)], 60),
        ([between(0, 2), between(1, 3)], 180),
        ([between(0, 1), between(2, 3)], 120),
        ([between(0, 5), between(1, 2)], 300),
        ([Interval(NOON, NOON + timedelta(microseconds=1_234_567))], 1.235),
    ],
)
def test_time_that_several_intervals_cover_counts_once(intervals: list[Interval], expected: float) -> None:
    assert seconds(intervals) == expected


@given(INTERVALS)
def test_a_union_covers_the_same_minutes_in_separate_intervals_in_order(intervals: list[Interval]) -> None:
    found = union(intervals)
    halves = [minute(n + 0.5) for n in range(60)]
    covered = {half for half in halves if any(each.start <= half <= each.end for each in intervals)}
    assert {half for half in halves if any(each.start <= half <= each.end for each in found)} == covered
    assert all(one.end < other.start for one, other in pairwise(found))
    assert seconds(intervals) == 60 * len(covered)
    assert union(intervals[::-1]) == found
