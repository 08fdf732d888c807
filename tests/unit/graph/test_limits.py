import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.errors import Throttled
from callrecords.graph.limits import LONGEST_WAIT, Bucket, Limit
from tests.unit.graph.fake_time import ONE_CALL, OTHER_CALL, TENANT, THREE, FakeTime, admitted, held_for

SOME_BUCKETS: list[tuple[Bucket, ...]] = [(), (ONE_CALL,), (TENANT,), (ONE_CALL, TENANT), (OTHER_CALL, TENANT)]
REQUESTS = st.lists(st.tuples(st.floats(0, 3), st.sampled_from(SOME_BUCKETS)), max_size=40)


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@given(REQUESTS)
async def test_no_bucket_ever_gets_more_than_its_limit_within_its_window(
    requests: list[tuple[float, tuple[Bucket, ...]]],
) -> None:
    time, left = FakeTime(), dict[Bucket, list[float]]()
    for pause, buckets in requests:
        time.now += pause
        try:
            wait = await time.admit(*buckets)
        except Throttled as error:
            assert error.retry_after is not None
            assert error.retry_after > LONGEST_WAIT
            continue
        assert 0 <= wait <= LONGEST_WAIT
        for bucket in buckets:
            left.setdefault(bucket, []).append(time.left[-1])
    for (limit, _), times in left.items():
        times.sort()
        spans = [last - first for first, last in zip(times, times[limit.requests :], strict=False)]
        assert all(span > limit.seconds for span in spans)


@given(REQUESTS)
async def test_a_request_waits_only_for_a_bucket_that_is_full(
    requests: list[tuple[float, tuple[Bucket, ...]]],
) -> None:
    time, taken = FakeTime(), dict[Bucket, list[float]]()
    for pause, buckets in requests:
        time.now += pause
        full = [
            bucket
            for bucket in buckets
            if sum(at > time.now - bucket[0].seconds * 1.05 for at in taken.get(bucket, ())) >= bucket[0].requests
        ]
        try:
            wait = await time.admit(*buckets)
        except Throttled:
            assert full
            continue
        assert wait == 0 or full
        for bucket in buckets:
            taken.setdefault(bucket, []).append(time.left[-1])


async def test_a_request_over_the_limit_leaves_when_the_window_and_a_bit_have_passed(time: FakeTime) -> None:
    assert await admitted(time, 5, ONE_CALL) == pytest.approx([0, 0, 0, 4.1, 4.1])


async def test_an_invocation_waits_no_longer_than_that_in_all(time: FakeTime) -> None:
    await admitted(time, 3, ONE_CALL)
    await admitted(time, 3, OTHER_CALL)

    async def invocation() -> None:
        await time.limiter.admit((ONE_CALL,), "Call record 1")
        await time.limiter.admit((OTHER_CALL,), "Call record 2")

    with pytest.raises(Throttled, match=r"^Call record 2: held back for 4 s"):
        await asyncio.create_task(invocation())
    assert time.sleeps == pytest.approx([4.1])


async def test_a_request_without_buckets_leaves_at_once(time: FakeTime) -> None:
    assert await admitted(time, 100) == [0] * 100


async def test_every_call_has_its_own_window(time: FakeTime) -> None:
    assert await admitted(time, 3, ONE_CALL) + await admitted(time, 3, OTHER_CALL) == [0] * 6


async def test_limits_on_the_same_call_have_their_own_windows(time: FakeTime) -> None:
    next_page = (Limit(2, 4), "1")
    assert await admitted(time, 3, ONE_CALL) + await admitted(time, 2, next_page) == [0] * 5


async def test_a_request_counts_in_every_bucket_at_the_time_at_which_it_leaves(time: FakeTime) -> None:
    waits = await admitted(time, 5, ONE_CALL, TENANT)
    assert waits == pytest.approx([0, 0, 0, 4.1, 4.1])
    time.now = 10.0
    assert await admitted(time, 4, TENANT) == pytest.approx([0.25, 0.25, 0.25, 4.35])


async def test_a_request_that_waits_for_its_call_takes_its_place_among_those_of_the_tenant(time: FakeTime) -> None:
    await admitted(time, 3, ONE_CALL)
    assert await time.admit(ONE_CALL, TENANT) == pytest.approx(4.1)
    assert await admitted(time, 4, TENANT) == [0] * 4
    time.now = 10.0
    assert await admitted(time, 5, TENANT) == pytest.approx([0.25] * 4 + [4.35])


@pytest.mark.parametrize(("pause", "is_soon"), [(5.3, True), (5.2, False)])
async def test_a_wait_of_over_five_seconds_is_left_to_the_queue(time: FakeTime, pause: float, is_soon: bool) -> None:
    await admitted(time, 5, TENANT)
    time.now = pause
    if is_soon:
        assert await time.admit(TENANT) == pytest.approx(4.95)
        return
    with pytest.raises(Throttled) as raised:
        await time.admit(TENANT)
    assert str(raised.value) == "Call record 1: held back for 5 s by Graph's limits."
    assert raised.value.retry_after == pytest.approx(5.05)


async def test_what_is_left_to_the_queue_does_not_count(time: FakeTime) -> None:
    await admitted(time, 5, TENANT)
    for _ in range(10):
        with pytest.raises(Throttled):
            await time.admit(ONE_CALL, TENANT)
    time.now = 10.3
    assert await admitted(time, 3, ONE_CALL, TENANT) == [0] * 3


async def test_windows_that_still_count_outlive_those_of_thousands_of_calls(time: FakeTime) -> None:
    await time.admit(ONE_CALL)
    time.limiter.throttled((OTHER_CALL,), 60)
    time.now = 3.0
    await admitted(time, 2, ONE_CALL)
    for number in range(999):
        await time.admit((THREE, f"call {number}"))
    time.now = 4.2
    await time.admit((THREE, "one more"))
    assert await admitted(time, 2, ONE_CALL) == pytest.approx([0, 2.9])
    assert await held_for(time, OTHER_CALL) == pytest.approx(55.8)


async def test_windows_that_no_longer_count_are_forgotten(time: FakeTime) -> None:
    for number in range(5_000):
        time.now += 0.1
        await time.admit((THREE, f"call {number}"))
    assert len(time.limiter._windows) <= 1_000


async def test_requests_leave_in_the_order_in_which_they_came(time: FakeTime) -> None:
    await admitted(time, 6, ONE_CALL)
    assert all(first <= second for first, second in pairwise(time.left))
