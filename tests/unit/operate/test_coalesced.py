import asyncio
import logging

import pytest

from callrecords.errors import Unavailable
from callrecords.operate.coalesced import Coalesced


class Time:
    """A clock that goes on while somebody sleeps, as far as it is let."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []
        self.may_pass = asyncio.Event()
        self.may_pass.set()

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        await self.may_pass.wait()
        self.slept.append(seconds)
        self.now += seconds


class World:
    """Work that is done once a minute at most."""

    def __init__(self) -> None:
        self.time = Time()
        self.done_at: list[float] = []
        self.failures: list[Exception] = []
        self.work = Coalesced(self._do, 60, clock=self.time, sleep=self.time.sleep)

    async def _do(self) -> None:
        self.done_at.append(self.time.now)
        await asyncio.sleep(0)
        if self.failures:
            raise self.failures.pop()

    async def settle(self) -> None:
        """Lets what was asked for be done."""
        for _ in range(10):
            await asyncio.sleep(0)


async def test_it_is_done_at_once_the_first_time_and_later_once_a_minute_at_most() -> None:
    world = World()
    for _ in range(100):
        world.work.soon()
        world.time.now += 0.1
    await world.settle()
    world.time.may_pass.clear()
    for _ in range(100):
        world.work.soon()
        await world.settle()
    assert len(world.done_at) == 1
    world.time.may_pass.set()
    await world.settle()
    assert world.done_at == [world.done_at[0], world.done_at[0] + 60]


async def test_after_a_pause_it_is_done_at_once() -> None:
    world = World()
    world.work.soon()
    await world.settle()
    world.time.now += 61
    world.work.soon()
    await world.settle()
    assert len(world.done_at) == 2
    assert world.time.slept == []


async def test_what_is_asked_for_while_it_is_done_is_done_afterwards() -> None:
    world = World()
    world.work.soon()
    await asyncio.sleep(0)
    assert len(world.done_at) == 1
    world.work.soon()
    await world.settle()
    assert len(world.done_at) == 2


async def test_what_fails_is_logged_and_done_again_a_minute_later(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    world.failures.append(Unavailable("Cosmos is away."))
    with caplog.at_level(logging.WARNING):
        world.work.soon()
        await world.settle()
    assert caplog.messages == ["Cosmos is away."]
    assert world.done_at == [100, 160]


async def test_a_defect_is_logged_without_its_words_and_not_done_again_until_asked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    world.failures.append(KeyError("private"))
    with caplog.at_level(logging.WARNING):
        world.work.soon()
        await world.settle()
    (message,) = caplog.messages
    assert message.startswith("An unexpected KeyError in ")
    assert "private" not in message
    assert len(world.done_at) == 1
    world.work.soon()
    await world.settle()
    assert len(world.done_at) == 2
