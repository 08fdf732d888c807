"""How a worker finds out the rate at which it may ask Graph."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.graph.limits import APP_AND_TENANT, RECORD_FIRST_PAGE
from callrecords.graph.rate import LEAST, MOST, START, WINDOW, Rate


def throttle(rate: Rate, now: float, retry_after: float | None, names: str = "12") -> None:
    for name in names:
        rate.throttled(now, (RECORD_FIRST_PAGE, name), retry_after)


def answers(rate: Rate, start: float, seconds: float) -> None:
    """Asks and is answered as fast as the rate allows."""
    now = start
    while now < start + seconds:
        rate.used(now)
        rate.answered(now)
        now += 1 / rate.per_second


def test_a_worker_starts_at_a_third_and_alone_comes_to_nine_tenths_within_a_minute() -> None:
    rate = Rate()
    assert rate.per_second == APP_AND_TENANT.rate / 3
    answers(rate, 0, 60)
    assert rate.per_second == pytest.approx(APP_AND_TENANT.rate * 0.9)


def test_a_worker_without_work_does_not_go_faster() -> None:
    rate = Rate()
    for now in range(60):
        rate.answered(now)
    assert rate.per_second < START * 1.2


@pytest.mark.parametrize(
    ("retry_after", "left"),
    [(0, 0.93), (1, 0.88), (5, 0.70), (10, 0.465), (19, 0.25), (20, 0.75), (1e9, 0.75), (None, 0.75)],
)
def test_a_worker_goes_slower_by_as_much_as_graph_was_overrun(retry_after: float | None, left: float) -> None:
    rate = Rate()
    throttle(rate, 0.0, 0)
    before = rate.per_second
    throttle(rate, 50.0, retry_after)
    assert rate.per_second == pytest.approx(before * left, rel=0.01)


@pytest.mark.parametrize(("retry_after", "left"), [(0, 0.5), (5, 0.5), (15, 0.25), (None, 0.5)])
def test_a_new_worker_at_least_halves_its_rate(retry_after: float | None, left: float) -> None:
    rate = Rate()
    throttle(rate, 100.0, retry_after)
    assert rate.per_second == pytest.approx(START * left)


def test_requests_that_had_left_before_do_not_make_it_slower_once_more() -> None:
    rate = Rate()
    throttle(rate, 100.0, 5)
    slower = rate.per_second
    throttle(rate, 100.4, 5, "34567")
    assert rate.per_second == slower
    throttle(rate, 106.0, 5, "89")
    assert rate.per_second < slower


def test_some_of_many_that_are_throttled_count_as_the_tenant_where_they_are_too_many() -> None:
    few, many = Rate(), Rate()
    for number in range(500):
        for rate, every in ((few, 100), (many, 10)):
            rate.answered(number / 10)
            if number % every == 0:
                rate.throttled(number / 10, (RECORD_FIRST_PAGE, str(number)), 1)
    assert few.per_second > START
    assert many.per_second < START / 2


def test_for_a_window_a_worker_goes_no_faster_then_slowly_then_as_fast_as_before() -> None:
    rate = Rate()
    rate.used(0.0)
    throttle(rate, 0.0, 1)
    slower = rate.per_second
    answers(rate, 2, WINDOW - 2)
    assert rate.per_second == slower
    answers(rate, WINDOW, 20)
    assert slower < rate.per_second < slower * 1.1
    answers(rate, WINDOW + 20, 60)
    assert rate.per_second == MOST


def test_what_was_found_out_before_a_pause_is_forgotten() -> None:
    rate = Rate()
    answers(rate, 0, 60)
    rate.used(60 + 2 * WINDOW + 1)
    assert rate.per_second == START


def test_a_pause_makes_no_worker_faster() -> None:
    rate = Rate()
    throttle(rate, 0.0, 15)
    slower = rate.per_second
    rate.used(100)
    assert rate.per_second == slower


@given(st.lists(st.tuples(st.floats(0, 100), st.none() | st.floats(allow_nan=False)), max_size=50))
def test_whatever_graph_says_no_worker_stands_still_or_takes_the_reserve(
    said: list[tuple[float, float | None]],
) -> None:
    rate, now = Rate(), 0.0
    for pause, retry_after in said:
        now += pause
        throttle(rate, now, retry_after)
        assert LEAST <= rate.per_second <= MOST
    answers(rate, now + WINDOW, 400)
    assert rate.per_second > START
