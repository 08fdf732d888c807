"""When each timer and queue function last came to an end: what does not run cannot tell that it does not."""

import contextlib
import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from callrecords.documents import Document
from callrecords.errors import CallRecordsError, own, time_limit
from callrecords.operate.coalesced import Coalesced
from callrecords.ports.state import State, StateKey

_TIMERS_EVERY = timedelta(minutes=1)
_QUEUES_EVERY_SECONDS = 300.0
_WRITE_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class Heartbeat(Document):
    """A function that was first heard of at `first_seen` and last came to an end `at`, with `error` if it failed."""

    first_seen: datetime
    at: datetime | None = None
    error: str | None = None

    @property
    def since(self) -> datetime:
        """From when on the next end is due."""
        return self.at or self.first_seen


def heartbeat(function: str) -> StateKey[Heartbeat]:
    """Where that of the function is remembered."""
    return StateKey(f"heartbeat-{function}", Heartbeat)


class Heartbeats:
    """Runs the functions of this worker and remembers when they end, seldom enough to cost next to nothing. `at_each`
    is called after each message."""

    def __init__(self, state: State, at_each: Callable[[], None], clock: Callable[[], datetime]) -> None:
        self._state = state
        self._at_each = at_each
        self._clock = clock
        self._written: dict[str, Heartbeat] = {}
        self._ended: dict[str, datetime] = {}
        self._queues: dict[str, Coalesced] = {}

    async def timer(self, function: str, work: Awaitable[None]) -> None:
        """Does the work of a timer and remembers how it ended. Raises its failure, without the words of others."""
        failure: CallRecordsError | None = None
        try:
            await work
        except Exception as error:
            failure = own(error)
        await self._beat(function, str(failure) if failure else None)
        if failure:
            raise failure from None

    async def queue(self, function: str, work: Awaitable[None]) -> None:
        """Does the work of a message and remembers that one came to an end, whichever. Raises what it raises."""
        try:
            await work
        finally:
            self._at_each()
        self._ended[function] = self._clock()
        if function not in self._queues:
            write = functools.partial(self._write_end, function)
            self._queues[function] = Coalesced(write, _QUEUES_EVERY_SECONDS)
        self._queues[function].soon()

    async def _beat(self, function: str, error: str | None) -> None:
        known = self._written.get(function)
        if known is None or known.error != error or self._clock() - known.since >= _TIMERS_EVERY:
            with contextlib.suppress(CallRecordsError):
                await self._write(function, self._clock(), error)

    async def _write_end(self, function: str) -> None:
        await self._write(function, self._ended[function], None)

    async def _write(self, function: str, at: datetime, error: str | None) -> None:
        key = heartbeat(function)
        async with time_limit(_WRITE_SECONDS, f"The heartbeat of {function} was not written"):
            known = self._written.get(function) or await self._state.read(key) or Heartbeat(first_seen=at)
            self._written[function] = replace(known, at=at, error=error)
            await self._state.write(key, self._written[function])
