import asyncio
import traceback
from datetime import timedelta

import pytest

from callrecords.errors import CallRecordsError, Unavailable
from callrecords.operate.heartbeats import Heartbeat, Heartbeats, heartbeat
from tests.doubles import Clock, State
from tests.invented import NOW

MINUTE = timedelta(minutes=1)


class World:
    """The functions of one worker; `failure` is what a run raises."""

    def __init__(self) -> None:
        self.state, self.clock, self.looks = State(), Clock(), 0
        self.failure: Exception | None = None
        self.heartbeats = Heartbeats(self.state, self._look, self.clock)

    def _look(self) -> None:
        self.looks += 1

    async def run(self) -> None:
        if self.failure:
            raise self.failure

    async def timer(self) -> Heartbeat | None:
        await self.heartbeats.timer("audit", self.run())
        return await self.state.read(heartbeat("audit"))

    async def message(self) -> Heartbeat | None:
        await self.heartbeats.queue("reconcile", self.run())
        for _ in range(10):  # it is written in the background
            await asyncio.sleep(0)
        return await self.state.read(heartbeat("reconcile"))


async def test_the_end_of_a_timers_run_is_remembered() -> None:
    assert await World().timer() == Heartbeat(first_seen=NOW, at=NOW)


async def test_since_when_a_function_is_known_is_kept() -> None:
    world = World()
    world.state.hold(heartbeat("audit"), Heartbeat(first_seen=NOW - 5 * MINUTE))
    assert await world.timer() == Heartbeat(first_seen=NOW - 5 * MINUTE, at=NOW)
    world.clock.forward(MINUTE)
    assert await world.timer() == Heartbeat(first_seen=NOW - 5 * MINUTE, at=NOW + MINUTE)


async def test_a_timer_that_runs_often_is_remembered_once_a_minute() -> None:
    world = World()
    await world.timer()
    world.clock.forward(0.9 * MINUTE)
    assert await world.timer() == Heartbeat(first_seen=NOW, at=NOW)


@pytest.mark.parametrize(
    ("failure", "told"), [(Unavailable("away"), "away"), (KeyError("private"), "An unexpected KeyError in ")]
)
async def test_a_timers_failure_is_remembered_at_once_and_raised_and_so_is_its_end(
    failure: Exception, told: str
) -> None:
    world = World()
    await world.timer()
    world.failure = failure
    with pytest.raises(CallRecordsError, match=f"^{told}") as raised:
        await world.timer()
    assert "private" not in "".join(traceback.format_exception(raised.value))
    known = await world.state.read(heartbeat("audit"))
    assert known
    assert (known.error or "").startswith(told)
    assert "private" not in str(known.error)
    world.failure = None
    assert await world.timer() == Heartbeat(first_seen=NOW, at=NOW)


async def test_a_heartbeat_that_cannot_be_written_stops_no_timer() -> None:
    world = World()
    world.state.failing_writes = Unavailable("away")
    assert await world.timer() is None


async def test_the_end_of_a_message_is_remembered_and_waits_for_nothing() -> None:
    world = World()
    world.state.failing_writes = Unavailable("away")
    assert await world.message() is None
    assert world.looks == 1
    world = World()
    assert await world.message() == Heartbeat(first_seen=NOW, at=NOW)


async def test_a_message_that_comes_to_no_end_is_no_heartbeat() -> None:
    world = World()
    world.failure = Unavailable("It could not be put back.")
    with pytest.raises(CallRecordsError):
        await world.message()
    assert world.looks == 1
    assert await world.state.read(heartbeat("reconcile")) is None
