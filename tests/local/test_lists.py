"""The reconciliation in simulated time: the figures that are promised, with Graph's real limits."""

from datetime import timedelta

import pytest

from local.rates import ListFigures, office_day, simulate_lists
from local.rates.profile import OFFICE_DAY, Profile
from local.rates.withheld import WithheldCalls, withheld

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture(scope="module")
def few() -> ListFigures:
    profile = office_day(200)
    return simulate_lists(profile, days=1, calls=withheld(profile))


@pytest.fixture(scope="module")
def many() -> ListFigures:
    return simulate_lists(office_day(500_000, together=0.8), days=0.12)


def test_of_few_calls_every_hour_is_compared_at_each_rung_within_minutes(few: ListFigures) -> None:
    assert len(few.waits) == 11
    assert max(few.waits.values()) < timedelta(minutes=10)
    assert (max(few.behind.values()), len(few.graph.throttled)) == (timedelta(), 0)


def test_a_call_that_was_not_announced_is_found_within_two_hours_of_its_record(few: ListFigures) -> None:
    assert isinstance(few.calls, WithheldCalls)
    calls = [each for each in few.calls.found if each.what == "call"]
    assert len(calls) > 20
    assert max(each.took for each in calls if each.was_there_by_third_hour) <= 2 * HOUR
    assert max(each.enqueued - each.due for each in few.calls.found) < timedelta(minutes=10)
    assert any(each.what == "revision" for each in few.calls.found)


def test_of_many_calls_that_start_together_few_need_pages_that_follow(many: ListFigures) -> None:
    assert many.calls_a_page >= 45
    assert many.next_pages < 0.3
    assert len(many.graph.throttled) <= 2


def test_of_many_calls_the_first_rung_keeps_up_with_the_hours(many: ListFigures) -> None:
    assert many.waits["6 h"] < HOUR
    assert many.charges.of.total() / many.listed < 0.5


def test_a_day_of_an_office_has_so_many_calls_with_meetings_at_full_and_half_hours() -> None:
    profile = office_day(10_000, together=0.4, at_once=0.5)
    assert profile.calls == 10_000
    office = sum(profile.count(hour * 3_600, (hour + 1) * 3_600) for hour in range(8, 16))
    assert office == pytest.approx(8_000, rel=0.01)
    assert max(OFFICE_DAY) == OFFICE_DAY[9] == 13
    firsts = [second for second, count in enumerate(profile.at_once) if count]
    assert all(second % 1_800 == 0 for second in firsts)
    assert sum(profile.at_once) == pytest.approx(2_000, rel=0.1)


def test_the_calls_of_a_time_are_those_that_start_in_it_to_a_fraction_of_a_second() -> None:
    profile = Profile([0, 5, 2], [0, 1, 0])
    assert profile.start(0).after == profile.start(1).after == SECOND
    half = 1.5 * SECOND
    found = [
        [each.number for each in profile.between(start, end)] for start, end in ((SECOND, half), (half, 3 * SECOND))
    ]
    assert found == [[0, 1, 2], [3, 4, 5, 6]]
