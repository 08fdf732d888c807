"""Reads a record from Graph, the large ones over several visits.

Graph gives 50 following pages of a record in 5 minutes, and the worker that has read them may be gone by then. So what
was read is put aside in Cosmos DB, and the message tells where any other worker is to go on.
"""

import asyncio
from dataclasses import dataclass, replace

from callrecords.callrecord import CallRecord, Progress
from callrecords.errors import CallRecordsError, NotFound, Refused, Unavailable, Unreadable
from callrecords.ports.records import Absent, RecordPages, RecordReading, RecordStore, Stored
from callrecords.queues.messages import CallMessage
from callrecords.queues.workqueue import Unfinished

# So much is held, compressed, beside the last page: 2,500 sessions on average. A part takes it whole.
_MOST_HELD_BYTES = 1_000_000
# So long pages are asked for; the invocation has time left for the last of them, and for putting aside what was read.
_READING_SECONDS = 120
# So often a record is begun in a visit, and so often anew because Graph did not follow its own nextLink.
_READS, _MOST_RESTARTS = 3, 5
# So often the same nextLink is tried where Graph fails or is not understood.
_MOST_FAILURES = 3


@dataclass(frozen=True)
class Fetched:
    """A record of which `parts` have what comes before its lists."""

    record: CallRecord
    parts: tuple[str, ...]


class Fetching:
    """Reads call records from `records`, and puts aside in `store` what it does not want to hold."""

    def __init__(self, records: RecordPages, store: RecordStore) -> None:
        self._records = records
        self._store = store

    async def fetch(self, message: CallMessage, found: Absent | Stored) -> Fetched | Unfinished[CallMessage] | None:
        """The newest version of the record; None where that is not newer than what was found.

        It goes on where the message says. Unfinished where it stopped, and the next visit is to begin elsewhere. Raises
        the errors of the records and of the store.
        """
        given, newer_than = message, found.newer_than if isinstance(found, Stored) else None
        if message.progress and not _can_go_on(message.progress, found):
            message = replace(message, progress=None)
        try:
            for _ in range(_READS):
                reading = await self._begin(message)
                if newer_than is not None and reading.version <= newer_than:
                    return None
                outcome = await self._read(message, reading)
                if not isinstance(outcome, CallMessage):
                    return outcome
                message = outcome
            what = f"Call record {message.call_id}: was revised, or could not be read on, {_READS} times"
            raise Unavailable(f"{what} while it was read.")
        except CallRecordsError as error:
            if message is given:
                raise
            return Unfinished(message, error)  # what has changed in it would be lost otherwise

    async def _begin(self, message: CallMessage) -> RecordReading:
        if message.progress:
            return await self._records.resume(message.call_id, message.progress)
        return await self._records.start(message.call_id)

    async def _read(
        self, message: CallMessage, reading: RecordReading
    ) -> Fetched | Unfinished[CallMessage] | CallMessage:
        """What the reading comes to; the message to begin anew with at once, where it comes to nothing."""
        parts = message.progress.parts if message.progress else ()
        clock = asyncio.get_running_loop().time
        until = clock() + _READING_SECONDS
        has_more = True
        while has_more:
            try:
                if clock() > until:
                    what = f"Call record {message.call_id}: was not read whole"
                    raise Unavailable(f"{what} within {_READING_SECONDS} s.")
                has_more = await reading.read_on()
            except CallRecordsError as error:
                return await self._stopped(message, reading, parts, error)
            if reading.held_bytes >= _MOST_HELD_BYTES:
                parts = await self._put_aside(reading, parts)
        record = reading.record()
        return Fetched(record, parts) if record else replace(message, progress=None)

    async def _stopped(
        self,
        message: CallMessage,
        reading: RecordReading,
        parts: tuple[str, ...],
        error: CallRecordsError,
    ) -> Unfinished[CallMessage] | CallMessage:
        anew = replace(message, progress=None, restarts=message.restarts + 1)
        if reading.is_at_next_link and isinstance(error, NotFound | Refused | Unreadable):
            if message.restarts < _MOST_RESTARTS:
                return anew
            what = f"Call record {message.call_id}: Graph did not follow its own nextLink"
            error = Unreadable(f"{what}, {message.restarts + 1} times: {error}")
        if reading.has_advanced:
            parts = await self._put_aside(reading, parts)
            return Unfinished(replace(message.untried(), progress=reading.progress(parts)), error)
        # A nextLink at which Graph fails each time would never be left behind otherwise.
        has_often_failed = message.failure == type(error).__name__ and message.attempt >= _MOST_FAILURES
        if reading.is_at_next_link and has_often_failed and message.restarts < _MOST_RESTARTS:
            return Unfinished(anew, error)
        raise error

    async def _put_aside(self, reading: RecordReading, parts: tuple[str, ...]) -> tuple[str, ...]:
        written = await self._store.write_ahead(reading.piece(), parts)
        reading.drop()
        return written


def _can_go_on(progress: Progress, found: Absent | Stored) -> bool:
    """Whether the parts that were put aside are there, and are of a version that is still wanted."""
    if not found.part_ids.issuperset(progress.parts):
        return False
    return isinstance(found, Absent) or progress.version > found.newer_than
