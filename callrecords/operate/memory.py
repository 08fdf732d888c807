"""What health reads of what the app remembers."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from callrecords.collect.givenup import GIVEN_UP, GivenUpCall
from callrecords.errors import CallRecordsError
from callrecords.operate import links
from callrecords.operate.flow import FLOW, Flow, merged
from callrecords.operate.heartbeats import Heartbeat, heartbeat
from callrecords.operate.timers import Watch
from callrecords.ports.state import State, StateItems


@dataclass(frozen=True)
class Remembered:
    """What was read in one moment: single items, what flowed in the last hour, and the calls that are missing."""

    items: StateItems
    flow: Flow
    given_up: Sequence[GivenUpCall]


NOTHING = Remembered(StateItems({}), Flow(at=datetime.min.replace(tzinfo=UTC)), ())


class Memory:
    """Reads what is remembered, and begins to remember the functions of `watch`."""

    def __init__(self, state: State, watch: Watch) -> None:
        self._state = state
        self._functions = [*watch.schedules, *watch.functions.values()]

    async def read(self, now: datetime) -> Remembered:
        """What is remembered. Raises what the state does."""
        wanted = [*links.REMEMBERED, *(heartbeat(function).id for function in self._functions)]
        items, flows, given_up = await asyncio.gather(
            self._state.read_all(wanted), self._state.starting_with(FLOW), self._state.starting_with(GIVEN_UP)
        )
        for function in self._functions:
            if heartbeat(function).id not in items.items:
                # One that never runs could not say itself since when it should.
                with contextlib.suppress(CallRecordsError):
                    await self._state.write(heartbeat(function), Heartbeat(first_seen=now))
        return Remembered(items, merged(flows, now), given_up)
