"""Remembers when call records last arrived, for `health`."""

import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from callrecords.errors import CallRecordsError
from callrecords.graphtypes import JsonObject
from callrecords.queues.messages import CallMessage

STATE = "ingest"

# Every worker writes the same item: this often is enough to see that work goes on.
_EVERY = timedelta(seconds=15)


class State(Protocol):
    """Where it is remembered: state.StateStore."""

    async def write(self, item_id: str, values: JsonObject) -> None: ...


class Progress:
    """The progress of this worker."""

    def __init__(self, state: State, clock: Callable[[], datetime]) -> None:
        self._state = state
        self._clock = clock
        self._written: datetime | None = None

    async def note(self, message: CallMessage) -> None:
        """Notes that the record of the message is home. A failure is not worth another fetch of the record."""
        now = self._clock()
        if self._written and now - self._written < _EVERY:
            return
        self._written = now
        lag = (now - message.notified_at).total_seconds()
        values = {"at": now.isoformat(), "notifiedAt": message.notified_at.isoformat(), "lagSeconds": lag}
        with contextlib.suppress(CallRecordsError):
            await self._state.write(STATE, values)
