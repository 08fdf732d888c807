"""Remembers when a call record last arrived, for `health`."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from callrecords.documents import Document
from callrecords.errors import CallRecordsError
from callrecords.ports.state import State, StateKey
from callrecords.queues.messages import CallMessage

# Every worker writes the same item: this often is enough to see that work goes on.
_EVERY = timedelta(seconds=15)


@dataclass(frozen=True, kw_only=True)
class Arrival(Document):
    """When a record was stored, and how long after the app had heard of it."""

    at: datetime
    notified_at: datetime
    lag_seconds: float


LAST_ARRIVAL = StateKey("ingest", Arrival)


class Arrivals:
    """The arrivals of this worker; `count` is told how long each took that Graph had announced."""

    def __init__(
        self, state: State, clock: Callable[[], datetime], count: Callable[[timedelta], None] | None = None
    ) -> None:
        self._state = state
        self._count = count
        self._clock = clock
        self._written: datetime | None = None

    async def note(self, message: CallMessage) -> None:
        """Notes that the record of the message is stored. A failure is not worth another fetch of the record."""
        now = self._clock()
        if self._count and message.reason == "notification":
            self._count(now - message.notified_at)
        if self._written and now - self._written < _EVERY:
            return
        self._written = now
        lag = (now - message.notified_at).total_seconds()
        with contextlib.suppress(CallRecordsError):
            arrival = Arrival(at=now, notified_at=message.notified_at, lag_seconds=lag)
            await self._state.write(LAST_ARRIVAL, arrival)
