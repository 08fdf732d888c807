"""What is said of a day."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from callrecords.collect.reconcile.days import LATE_ENOUGH, with_hours
from callrecords.ports.completeness import DayCompleteness, HourCompared
from tests.invented import TENANT
from tests.unit.collect.reconcile.world import DAY, HOUR, MINUTE, SECOND

START = datetime(2026, 3, 4, tzinfo=UTC)
LATER = START + 40 * DAY
WHOLE = tuple(
    HourCompared(
        start=START + number * HOUR,
        compared_at=START + (number + 1) * HOUR + LATE_ENOUGH,
        rung="2 d",
        listed=10,
        stored=10,
        newest=10,
        digest=f"{number + 1:032x}",
    )
    for number in range(24)
)


def day_of(hours: tuple[HourCompared, ...], known: DayCompleteness | None = None) -> DayCompleteness:
    return with_hours(TENANT, "2026-03-04", hours, LATER)(known)


def with_hour(number: int, hour: HourCompared) -> tuple[HourCompared, ...]:
    return (*WHOLE[:number], hour, *WHOLE[number + 1 :])


def test_a_day_whose_hours_were_all_compared_late_enough_and_lack_nothing_is_complete() -> None:
    day = day_of(WHOLE)
    assert (day.completeness, day.listed, day.stored, day.newest, day.share) == ("complete", 240, 240, 240, 1.0)
    assert (day.compared_until, day.rung) == (START + DAY, "2 d")
    assert day.compared_at == START + HOUR + LATE_ENOUGH
    assert int(day.digest, 16) == sum(range(1, 25))


def test_a_call_of_30_hours_whose_record_appears_after_150_minutes_is_waited_for() -> None:
    assert timedelta(hours=32, minutes=30) == LATE_ENOUGH
    assert day_of(with_hour(7, replace(WHOLE[7], compared_at=WHOLE[7].compared_at - SECOND))).completeness == "soFar"


@pytest.mark.parametrize("missing", [0, 11, 23])
def test_a_day_of_which_an_hour_was_not_compared_is_not_complete(missing: int) -> None:
    day = day_of(WHOLE[:missing] + WHOLE[missing + 1 :])
    assert day.completeness == "soFar"
    assert day.compared_until == (START + missing * HOUR if missing else None)
    assert day.share == pytest.approx(23 / 24, abs=0.0001)


@pytest.mark.parametrize(
    "doubt",
    [
        {"newest": 9, "late": 1},
        {"newest": 9, "given_up": 1, "given_up_reasons": {"never appeared": 1}},
        {"newest": 9, "expired": 1},
        {"unlisted": 1},
        {"contradictions": 1},
        {"unreadable": 1},
        {"left_aside": 1, "left_aside_seconds": ("07:00:00",)},
    ],
)
def test_a_day_that_lacks_something_or_whose_list_is_in_doubt_is_incomplete(doubt: dict[str, object]) -> None:
    day = day_of(with_hour(7, replace(WHOLE[7], **doubt)))  # type: ignore[arg-type]
    assert day.completeness == "incomplete"
    assert {name: value for name, value in vars(day).items() if name in doubt} == {
        name: 239 if name == "newest" else value for name, value in doubt.items() if name != "left_aside_seconds"
    }


def test_a_day_that_is_degraded_is_complete_and_tells_how_many_are() -> None:
    day = day_of(with_hour(7, replace(WHOLE[7], degraded=3)))
    assert (day.completeness, day.degraded) == ("complete", 3)


def test_a_day_of_whose_hours_only_some_minutes_were_compared_is_sampled() -> None:
    day = day_of(tuple(replace(hour, minutes=45) for hour in WHOLE))
    assert (day.completeness, day.share) == ("sampled", 0.75)
    lacking = day_of(tuple(replace(hour, minutes=45, newest=9, late=1) for hour in WHOLE))
    assert lacking.completeness == "incomplete"


def test_a_later_comparison_that_finds_something_corrects_the_day_and_is_told() -> None:
    found = replace(WHOLE[7], rung="29 d", compared_at=LATER, listed=11, newest=10, late=1, missing=1)
    day = day_of((found,), day_of(WHOLE))
    assert (day.completeness, day.listed, day.late, day.corrected) == ("incomplete", 241, 1, 1)
    (told,) = day.corrections
    assert (told.hour, told.rung, told.missing, told.stale, told.was_complete) == (found.start, "29 d", 1, 0, True)
    arrived = day_of((replace(found, newest=11, late=0),), day)
    assert (arrived.completeness, arrived.corrected, arrived.corrections) == ("complete", 1, (told,))


def test_what_the_first_comparison_finds_corrects_nothing() -> None:
    assert day_of(with_hour(7, replace(WHOLE[7], missing=5, stale=2))).corrections == ()


def test_a_later_comparison_that_finds_nothing_is_no_correction() -> None:
    again = tuple(replace(hour, compared_at=LATER, rung="29 d") for hour in WHOLE)
    day = day_of(again, day_of(WHOLE))
    assert (day.corrected, day.corrections, day.rung, day.compared_at) == (0, (), "29 d", LATER)


def test_an_older_comparison_does_not_take_the_place_of_a_newer_one() -> None:
    newer = replace(WHOLE[7], compared_at=LATER, newest=9, late=1)
    day = day_of((newer,), day_of(WHOLE))
    assert day_of((WHOLE[7],), day) == day


def test_of_many_corrections_the_last_are_told_and_all_are_counted() -> None:
    day = day_of(WHOLE)
    for number in range(30):
        day = day_of((replace(WHOLE[7], compared_at=LATER + number * MINUTE, missing=2),), day)
    assert (day.corrected, len(day.corrections)) == (60, 20)


def test_reasons_are_added_up() -> None:
    hours = with_hour(1, replace(WHOLE[1], given_up=2, given_up_reasons={"a": 1, "b": 1}))
    day = day_of((replace(WHOLE[2], given_up=3, given_up_reasons={"b": 3}),), day_of(hours))
    assert (day.given_up, day.given_up_reasons) == (5, {"a": 1, "b": 4})
