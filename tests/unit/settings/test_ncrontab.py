from calendar import monthrange
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from callrecords.settings.ncrontab import NCrontab

RANGES = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
LEAP_YEAR = 2000


def following(expression: str, after: str, count: int = 1) -> list[str]:
    """The next times, as `YYYY-MM-DD hh:mm:ss`."""
    times = [datetime.fromisoformat(after).replace(tzinfo=UTC)]
    for _ in range(count):
        times.append(NCrontab.parse(expression).next(times[-1]))
    return [str(time.replace(tzinfo=None)) for time in times[1:]]


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("0 */5 * * * *", "2026-03-01 10:00:00", ["2026-03-01 10:05:00", "2026-03-01 10:10:00"]),
        ("*/5 * * * *", "2026-03-01 10:01:30", ["2026-03-01 10:05:00", "2026-03-01 10:10:00"]),
        ("0 0 9-17 * * MON-FRI", "2026-03-06 16:30:00", ["2026-03-06 17:00:00", "2026-03-09 09:00:00"]),
        ("0 30 9 * jan,July 3", "2026-01-27 00:00:00", ["2026-01-28 09:30:00", "2026-07-01 09:30:00"]),
        ("10/25 0 0 1 * *", "2026-01-31 23:59:59", ["2026-02-01 00:00:10", "2026-02-01 00:00:35"]),
        ("0 0 0 1-9/4,20 * *", "2026-04-05 00:00:00", ["2026-04-09 00:00:00", "2026-04-20 00:00:00"]),
        ("0 0 0 31 * *", "2026-01-31 00:00:00", ["2026-03-31 00:00:00", "2026-05-31 00:00:00"]),
        ("59 59 23 31 12 *", "2026-12-31 23:59:58", ["2026-12-31 23:59:59", "2027-12-31 23:59:59"]),
    ],
)
def test_the_next_times_follow_the_expression(expression: str, after: str, expected: list[str]) -> None:
    assert following(expression, after, len(expected)) == expected


def test_day_and_weekday_must_both_match() -> None:
    assert following("0 0 0 13 * FRI", "2026-01-01 00:00:00", 3) == [
        "2026-02-13 00:00:00",
        "2026-03-13 00:00:00",
        "2026-11-13 00:00:00",
    ]


def test_a_leap_day_on_a_given_weekday_is_found_across_a_century() -> None:
    assert following("0 0 0 29 2 MON", "2088-03-01 00:00:00") == ["2112-02-29 00:00:00"]


def test_a_fraction_of_a_second_counts_as_after_its_second() -> None:
    assert following("* * * * * *", "2026-01-01 00:00:00.999999") == ["2026-01-01 00:00:01"]


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ("* * *", "has 3 fields"),
        ("* * * * * * *", "has 7 fields"),
        ("60 * * * * *", "second is '60': expected 0 to 59"),
        ("* * 24 * * *", "hour is '24'"),
        ("* * * 0 * *", "day is '0': expected 1 to 31"),
        ("* * * * foo *", "month is 'foo': expected 1 to 12 or a name such as JAN"),
        ("* * * * * 7", "day-of-week is '7'"),
        ("* * * * * mo", "day-of-week is 'mo'"),
        ("1, * * * * *", "second is ''"),
        ("-5 * * * * *", "second is ''"),
        ("*/0 * * * * *", "second has the step '0'"),
        ("*/ * * * * *", "second has the step ''"),
        ("* * 22-2 * * *", "hour '22-2' starts after its end"),
        ("* * * L * *", "day is 'L'"),
        ("0 0 0 31 2,4,jun * *", "has 7 fields"),
        ("0 0 0 31 2,4,jun *", "never comes"),
        ("0 0 0 30 feb *", "never comes"),
    ],
)
def test_a_wrong_expression_is_refused_by_its_fault(expression: str, fault: str) -> None:
    with pytest.raises(ValueError, match=expression.replace("*", r"\*")) as refusal:
        NCrontab.parse(expression)
    assert fault in str(refusal.value)


@st.composite
def fields(draw: st.DrawFn, lowest: int, highest: int) -> tuple[str, frozenset[int]]:
    """A field, and the values that it names."""
    values: set[int] = set()
    items = []
    for _ in range(draw(st.integers(1, 3))):
        first = draw(st.integers(lowest, highest))
        last = draw(st.integers(first, highest))
        step = draw(st.integers(1, 20))
        item, named = draw(
            st.sampled_from(
                [
                    ("*", range(lowest, highest + 1)),
                    (f"*/{step}", range(lowest, highest + 1, step)),
                    (f"{first}", range(first, first + 1)),
                    (f"{first}-{last}", range(first, last + 1)),
                    (f"{first}-{last}/{step}", range(first, last + 1, step)),
                    (f"{first}/{step}", range(first, highest + 1, step)),
                ]
            )
        )
        items.append(item)
        values.update(named)
    return ",".join(items), frozenset(values)


def matches(time: datetime, values: list[frozenset[int]]) -> bool:
    parts = (time.second, time.minute, time.hour, time.day, time.month, time.isoweekday() % 7)
    return all(part in named for part, named in zip(parts, values, strict=True))


@given(
    drawn=st.tuples(*(fields(*bounds) for bounds in RANGES)),
    after=st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - `timezones`
)
def test_the_next_time_is_the_first_match_after_the_given_one(
    drawn: tuple[tuple[str, frozenset[int]], ...], after: datetime
) -> None:
    values = [named for _, named in drawn]
    assume(any(min(values[3]) <= monthrange(LEAP_YEAR, month)[1] for month in values[4]))
    found = NCrontab.parse(" ".join(text for text, _ in drawn)).next(after)
    assert found > after
    assert found.microsecond == 0
    assert matches(found, values)
    # Every second of the first half hour, and every day until then.
    earlier = after.replace(microsecond=0) + timedelta(seconds=1)
    while earlier < min(found, after + timedelta(minutes=30)):
        assert not matches(earlier, values)
        earlier += timedelta(seconds=1)
    midnight = after.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while midnight.date() < found.date():
        assert not matches(midnight, [frozenset([0])] * 3 + values[3:])
        midnight += timedelta(days=1)
