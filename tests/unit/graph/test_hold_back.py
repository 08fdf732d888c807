"""What a limiter does after Graph has throttled a request."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.errors import NotFound, Throttled
from callrecords.graph.limits import BACKLOG, LIST_FIRST_PAGE, RECORD_FIRST_PAGE, RESERVED, Bucket, Limit
from callrecords.graph.rate import BRIEFLY, WINDOW
from callrecords.graph.windows import HELD_MOST
from tests.unit.graph.fake_time import ONE_CALL, FakeTime, admitted, held_for

ROUNDING = 1e-6
YEAR = 365 * 86_400.0
WILD = st.none() | st.floats(allow_nan=False) | st.floats(0, 30)


def of_call(name: str, share: Bucket = BACKLOG) -> tuple[Bucket, ...]:
    return ((RECORD_FIRST_PAGE, name), share)


OTHERS = of_call("any other")


@pytest.fixture
def time() -> FakeTime:
    time = FakeTime()
    time.now = 1.0
    return time


@pytest.mark.parametrize(("retry_after", "held"), [(30, 30), (2.128, 2.128), (0, 0), (None, 2), (YEAR, HELD_MOST)])
async def test_a_record_that_graph_throttles_is_held_back_as_long_as_it_says_but_for_minutes_at_most(
    time: FakeTime, retry_after: float | None, held: float
) -> None:
    time.limiter.throttled((ONE_CALL,), retry_after)
    assert await held_for(time, ONE_CALL) == pytest.approx(held)
    time.now += held
    assert await time.admit(ONE_CALL) == 0


async def test_a_shorter_time_to_hold_back_does_not_end_a_longer_one(time: FakeTime) -> None:
    for retry_after in (20, 30, 10):
        time.limiter.throttled((ONE_CALL,), retry_after)
    assert await held_for(time, ONE_CALL) == 30


async def test_being_throttled_without_buckets_holds_nothing_back(time: FakeTime) -> None:
    time.limiter.throttled((), 30)
    assert await held_for(time, *of_call("1")) == 0


@pytest.mark.parametrize("retry_after", [0.1, 20, YEAR, None])
async def test_one_record_that_is_throttled_again_and_again_holds_all_others_for_a_second(
    time: FakeTime, retry_after: float | None
) -> None:
    for _ in range(20):
        time.limiter.throttled(of_call("1"), retry_after)
    assert await held_for(time, *OTHERS) == BRIEFLY
    assert time.limiter._backlog.rate.per_second == FakeTime().limiter._backlog.rate.per_second


async def test_one_record_after_another_that_is_throttled_holds_all_others_as_long_as_graph_says(
    time: FakeTime,
) -> None:
    for name in ("1", "2"):
        time.limiter.throttled(of_call(name), 9)
    assert await held_for(time, *OTHERS) == 9


async def test_an_answer_between_two_that_are_throttled_tells_that_the_tenant_is_not(time: FakeTime) -> None:
    for name in ("1", "2", "3"):
        time.limiter.throttled(of_call(name), 9)
        time.limiter.answered(OTHERS)
    assert await held_for(time, *OTHERS) == BRIEFLY


async def test_a_record_that_this_worker_itself_has_used_up_holds_no_other_back(time: FakeTime) -> None:
    await admitted(time, RECORD_FIRST_PAGE.requests // 2, *of_call("1"))
    time.limiter.throttled(of_call("1"), 9)
    assert await held_for(time, *OTHERS) == 0


async def test_what_was_used_before_the_window_does_not_count_as_used(time: FakeTime) -> None:
    await admitted(time, RECORD_FIRST_PAGE.requests, *of_call("1"))
    time.now += RECORD_FIRST_PAGE.seconds * 1.1
    time.limiter.throttled(of_call("1"), 9)
    assert await held_for(time, *OTHERS) == BRIEFLY


async def test_lists_that_are_throttled_are_held_and_records_only_briefly(time: FakeTime) -> None:
    lists = ((LIST_FIRST_PAGE, ""), RESERVED)
    time.limiter.throttled(lists, 9)
    assert await held_for(time, *lists) == 9
    assert await held_for(time, *OTHERS) == BRIEFLY


async def test_what_is_reserved_leaves_while_the_backlog_is_held(time: FakeTime) -> None:
    for name in ("1", "2"):
        time.limiter.throttled(of_call(name), 9)
    assert await time.admit(*of_call("looked up", RESERVED)) == 0


@given(st.lists(st.tuples(st.sampled_from("1234"), WILD, st.booleans(), st.floats(0, 30)), max_size=30))
async def test_whatever_graph_says_a_backlog_is_held_for_a_window_and_a_record_for_minutes(
    said: list[tuple[str, float | None, bool, float]],
) -> None:
    time = FakeTime()
    for name, retry_after, is_answered, pause in said:
        time.limiter.throttled(of_call(name), retry_after)
        if is_answered:
            time.limiter.answered(OTHERS)
        assert await held_for(time, *of_call(name)) <= HELD_MOST + ROUNDING
        assert time.limiter._backlog._held_until <= time.now + WINDOW + ROUNDING
        time.now += pause


async def test_who_waits_for_a_turn_takes_it_anew_after_a_hold() -> None:
    time = FakeTime()
    await admitted(time, 30, BACKLOG)

    async def sleep(seconds: float) -> None:
        time.sleeps.append(seconds)
        time.now += seconds
        if len(time.sleeps) == 1:
            for name in ("1", "2"):
                time.limiter.throttled(of_call(name), 9)

    time.sleeps.clear()
    time.limiter._sleep = sleep
    await asyncio.create_task(time.limiter.admit(OTHERS, "Call record 1"))
    assert time.sleeps[1:] == pytest.approx([9])


async def throttled(retry_after: float | None) -> None:
    raise Throttled("Call record 1: Graph answered 429.", retry_after)


@pytest.mark.parametrize(("share", "tries"), [(BACKLOG, 1), (RESERVED, 3)])
async def test_only_what_somebody_waits_for_is_asked_for_again_at_once(
    time: FakeTime, share: Bucket, tries: int
) -> None:
    sent = list[float]()

    async def request() -> None:
        sent.append(time.now)
        await throttled(0.5)

    with pytest.raises(Throttled, match="Graph answered 429"):
        await asyncio.create_task(time.limiter.send(request, "Call record 1", of_call("1", share)))
    assert len(sent) == tries
    assert time.sleeps == pytest.approx([0.5] * (tries - 1))


async def test_that_graph_lacks_a_record_tells_that_it_does_not_throttle_the_tenant(time: FakeTime) -> None:
    async def lacking() -> None:
        raise NotFound("Call record 2: Graph answered 404.")

    time.limiter.throttled(of_call("1"), 9)
    time.now += 2
    with pytest.raises(NotFound):
        await time.limiter.send(lacking, "Call record 2", of_call("2"))
    time.limiter.throttled(of_call("3"), 9)
    assert await held_for(time, *OTHERS) == pytest.approx(1)


async def test_nobody_waits_for_long_when_graph_asks_for_that(time: FakeTime) -> None:
    with pytest.raises(Throttled, match="Graph answered 429"):
        await asyncio.create_task(time.limiter.send(lambda: throttled(YEAR), "Call record 1", of_call("1", RESERVED)))
    assert time.sleeps == []


async def test_what_has_no_share_of_the_tenants_limit_tells_nothing_of_it(time: FakeTime) -> None:
    for name in ("1", "2"):
        time.limiter.throttled(((Limit(3, 4), name),), 9)
        time.limiter.answered(((Limit(3, 4), name),))
    assert await held_for(time, *OTHERS) == 0


async def test_how_long_others_than_one_call_are_held_back_is_told(time: FakeTime) -> None:
    assert time.limiter.held_for() == 0
    time.limiter.throttled(((LIST_FIRST_PAGE, ""), RESERVED), 30)
    time.now += 10
    assert time.limiter.held_for() == pytest.approx(20)
    time.now += 25
    assert time.limiter.held_for() == 0


async def test_one_call_that_is_held_back_is_not_all(time: FakeTime) -> None:
    time.limiter.throttled(of_call("1"), 30)
    assert time.limiter.held_for() == BRIEFLY
