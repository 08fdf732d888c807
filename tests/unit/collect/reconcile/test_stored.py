"""How long a list is asked for."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.collect.reconcile.stored import LEAST_STEP, NOTHING, WANTED_IN_A_STEP, Stored, read_on
from callrecords.ports.rows import Row, TimedRow
from tests.invented import NOW, call_id
from tests.unit.collect.reconcile.world import DAY, HOUR, MINUTE, SECOND, Call, Rows

END = NOW + HOUR


def stored(*starts: datetime) -> Stored:
    return Stored(NOW, END, {call_id(number): TimedRow(Row(1), start) for number, start in enumerate(starts)})


def test_where_nothing_is_stored_all_is_listed_at_once() -> None:
    assert stored().step_end(NOW, END, 0) == END


def test_a_step_ends_before_the_call_that_no_longer_fits_on_a_page() -> None:
    every_minute = stored(*(NOW + number * MINUTE for number in range(60)))
    assert every_minute.step_end(NOW, END, 0) == NOW + WANTED_IN_A_STEP * MINUTE


def test_calls_that_cosmos_lacks_make_steps_shorter() -> None:
    assert stored().step_end(NOW, END, 1.0) == NOW + WANTED_IN_A_STEP * SECOND
    assert stored().step_end(NOW, END, 1_000.0) == NOW + LEAST_STEP


def test_a_second_of_many_calls_is_a_step_by_itself() -> None:
    burst = stored(*(NOW + MINUTE for _ in range(500)))
    assert burst.step_end(NOW, END, 0) == NOW + MINUTE
    assert burst.step_end(NOW + MINUTE, END, 0) == NOW + MINUTE + LEAST_STEP


@given(
    st.lists(st.integers(0, 3_599).map(lambda second: NOW + second * SECOND), max_size=400),
    st.integers(0, 3_599),
    st.integers(1, 3_600),
    st.floats(0, 10),
)
def test_a_step_is_as_long_as_it_can_be_and_never_empty(
    starts: list[datetime], position: int, length: int, surplus: float
) -> None:
    known, start = stored(*starts), NOW + position * SECOND
    limit = min(start + length * SECOND, END)
    end = known.step_end(start, limit, surplus)
    assert start < end <= max(limit, start + LEAST_STEP)
    if end > start + LEAST_STEP:
        assert known.count(start, end) + surplus * (end - start).total_seconds() <= WANTED_IN_A_STEP
    if end < limit:
        longer = end + LEAST_STEP
        assert known.count(start, longer) + surplus * (longer - start).total_seconds() > WANTED_IN_A_STEP


def test_a_row_that_does_not_tell_its_start_counts_nowhere() -> None:
    assert Stored(NOW, END, {call_id(1): TimedRow(Row(0), None)}).within(NOW, END) == {}


@pytest.mark.parametrize(("calls", "parts"), [(0, 1), (82, 1), (83, 2), (550, 10), (5_000, 12)])
def test_a_second_of_many_calls_is_listed_in_parts_of_about_a_page(calls: int, parts: int) -> None:
    burst = stored(*(NOW for _ in range(calls)))
    assert burst.parts(NOW, NOW + LEAST_STEP) == parts


async def test_about_as_much_is_read_at_once_as_a_page_has() -> None:
    rows = Rows()
    rows.hold(Call(call_id(1), 1, NOW))
    found = await read_on(NOTHING, rows, NOW, NOW + 5 * DAY, calls_a_day=1_000_000)
    assert (found.start, found.end, [*found.rows]) == (NOW, NOW + 6 * SECOND, [call_id(1)])


async def test_no_more_than_a_day_is_read_at_once() -> None:
    found = await read_on(NOTHING, Rows(), NOW, NOW + 5 * DAY, calls_a_day=0)
    assert found.end == (NOW + DAY).replace(hour=0, minute=0)
    assert (await read_on(NOTHING, Rows(), NOW, END, calls_a_day=0)).end == END
    least = await read_on(NOTHING, Rows(), NOW, END, calls_a_day=10**12)
    assert least.end - least.start == timedelta(seconds=1)


async def test_what_is_read_on_is_as_long_as_what_is_known_and_only_that_is_read() -> None:
    rows = Rows()
    for number, start in enumerate((NOW, NOW + 20 * MINUTE, NOW + 70 * MINUTE, NOW + 110 * MINUTE)):
        rows.hold(Call(call_id(number), 1, start))
    known = stored(NOW, NOW + 20 * MINUTE)
    found = await read_on(known, rows, NOW + 10 * MINUTE, NOW + DAY, calls_a_day=1_000_000)
    assert (found.start, found.end) == (NOW + 10 * MINUTE, END + 50 * MINUTE)
    assert [*found.rows] == [call_id(1), call_id(2)]
    assert rows.asked == [(END, END + 50 * MINUTE)]
