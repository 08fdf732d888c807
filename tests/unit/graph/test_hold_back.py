"""What a limiter does after Graph has throttled a request."""

import pytest

from callrecords.graph.limits import Limit
from tests.unit.graph.fake_time import ONE_CALL, OTHER_CALL, TENANT, FakeTime, admitted, held_for


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.mark.parametrize(("retry_after", "held"), [(30, 30), (2.128, 2.128), (0, 0), (None, 10)])
async def test_what_graph_throttles_is_held_back_as_long_as_it_says(
    time: FakeTime, retry_after: float | None, held: float
) -> None:
    time.now = 1.0
    time.limiter.throttled((ONE_CALL,), retry_after)
    assert await held_for(time, ONE_CALL) == pytest.approx(held)
    time.now += held
    assert await time.admit(ONE_CALL) == 0


@pytest.mark.parametrize(("used", "all_are_held"), [(0, True), (1, True), (2, False), (4, False)])
async def test_the_narrowest_bucket_is_held_where_this_worker_used_half_of_it_else_all(
    time: FakeTime, used: int, all_are_held: bool
) -> None:
    four = (Limit(4, 4), "1")
    await admitted(time, used, four, TENANT)
    time.limiter.throttled((four, TENANT), 30)
    assert await held_for(time, four) == 30
    assert await held_for(time, OTHER_CALL, TENANT) == (30 if all_are_held else 0)


async def test_what_was_used_before_the_window_does_not_count_as_used(time: FakeTime) -> None:
    await admitted(time, 3, ONE_CALL, TENANT)
    time.now = 4.2
    time.limiter.throttled((ONE_CALL, TENANT), 30)
    assert await held_for(time, TENANT) == pytest.approx(30)


async def test_a_shorter_time_to_hold_back_does_not_end_a_longer_one(time: FakeTime) -> None:
    for retry_after in (20, 30, 10):
        time.limiter.throttled((ONE_CALL,), retry_after)
    assert await held_for(time, ONE_CALL) == 30


async def test_being_throttled_without_buckets_holds_nothing_back(time: FakeTime) -> None:
    time.limiter.throttled((), 30)
    assert await held_for(time, ONE_CALL, TENANT) == 0


async def test_nothing_is_held_back_for_more_than_an_hour(time: FakeTime) -> None:
    time.limiter.throttled((TENANT,), 1e300)
    assert await held_for(time, TENANT) <= 3_600


async def test_how_long_all_requests_are_held_back_is_told(time: FakeTime) -> None:
    assert time.limiter.held_for() == 0
    time.limiter.throttled((ONE_CALL, TENANT), 30)
    time.now += 10
    assert time.limiter.held_for() == pytest.approx(20)
    time.now += 25
    assert time.limiter.held_for() == 0


async def test_one_call_that_is_held_back_is_not_all(time: FakeTime) -> None:
    time.limiter.throttled((ONE_CALL,), 30)
    assert time.limiter.held_for() == 0
