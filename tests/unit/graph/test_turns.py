"""Turns at the tenant's limit: a backlog's, and those that are reserved."""

import asyncio

import pytest

from callrecords.errors import Throttled
from callrecords.graph.limits import (
    APP_AND_TENANT,
    BACKLOG,
    LONGEST_TURNS,
    LONGEST_WAIT,
    RECORD_FIRST_PAGE,
    RESERVED,
)
from callrecords.graph.rate import LEAST, START, WINDOW
from tests.unit.graph.fake_time import FakeTime, admitted


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


async def backlog(time: FakeTime) -> None:
    """Gives turns until there is none soon enough."""
    with pytest.raises(Throttled):
        await admitted(time, 10_000, BACKLOG)


async def test_a_second_of_a_backlog_leaves_at_once_and_the_rest_at_the_rate(time: FakeTime) -> None:
    waits = await admitted(time, 225, BACKLOG)
    assert waits[: int(START)] == [0] * int(START)
    assert waits[-1] == pytest.approx(225 / START - 1, abs=0.1)


async def test_a_backlog_waits_longer_for_its_turn_than_for_anything_else(time: FakeTime) -> None:
    await backlog(time)
    assert LONGEST_TURNS / 2 - 0.1 < max(time.sleeps) <= LONGEST_TURNS / 2
    assert LONGEST_TURNS / 2 > LONGEST_WAIT


async def test_a_look_up_leaves_at_once_behind_any_backlog_and_the_backlog_later(time: FakeTime) -> None:
    await backlog(time)
    assert await admitted(time, 15, RESERVED) == [0] * 15
    time.now += 1
    with pytest.raises(Throttled):
        await admitted(time, 11, BACKLOG)


async def test_a_backlog_keeps_half_of_its_turns_at_the_least_rate_and_however_many_look_ups_there_are(
    time: FakeTime,
) -> None:
    for name in range(20):
        time.now += WINDOW + 1
        for each in range(3):
            time.limiter.throttled(((RECORD_FIRST_PAGE, f"{name}-{each}"), BACKLOG), 19)
    time.now += WINDOW
    for _ in range(900):
        time.now += 1 / 7.5
        await time.admit(RESERVED)
    assert await time.admit(BACKLOG) <= 1 / LEAST


async def test_look_ups_have_a_tenth_of_the_rate_and_no_more(time: FakeTime) -> None:
    with pytest.raises(Throttled):
        await admitted(time, 1_000, RESERVED)
    assert len(time.left) == pytest.approx((8 + LONGEST_WAIT) * APP_AND_TENANT.rate / 10, abs=1)


async def test_an_invocation_waits_for_its_turns_no_longer_than_that_in_all(time: FakeTime) -> None:
    async def invocation() -> None:
        while True:
            await time.limiter.admit((BACKLOG,), "Call record 1")

    with pytest.raises(Throttled):
        await asyncio.create_task(invocation())
    assert sum(time.sleeps) <= LONGEST_TURNS
