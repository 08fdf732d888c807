"""The use case behind the `call-records` queue: fetch a record whole, store it, derive its fact row."""

import logging

from callrecords.callrecord import CallRecord
from callrecords.collect.arrivals import Arrivals
from callrecords.collect.givenup import GivenUpCalls
from callrecords.errors import CallRecordsError, Garbled, NotFound
from callrecords.facts.row import fact_row
from callrecords.facts.streamquality import Profile
from callrecords.ports.records import Absent, RecordSource, RecordStore, Saved, Stored
from callrecords.ports.rows import Row, RowStore
from callrecords.queues.messages import CallMessage
from callrecords.queues.workqueue import WorkQueue

log = logging.getLogger(__name__)


class Ingest:
    """Ingests the call records that the messages of `queue` name."""

    def __init__(
        self,
        *,
        tenant_id: str,
        records: RecordSource,
        store: RecordStore,
        rows: RowStore,
        arrivals: Arrivals,
        given_up: GivenUpCalls,
        queue: WorkQueue,
        profile: Profile = Profile.CURRENT,
    ) -> None:
        self._tenant_id = tenant_id
        self._records = records
        self._store = store
        self._rows = rows
        self._arrivals = arrivals
        self._given_up = given_up
        self._queue = queue
        self._profile = profile

    async def on_message(self, text: str, tries: int) -> None:
        """Handles one message, as WorkQueue.handle does."""
        await self._queue.handle(CallMessage, text, tries, self._work, self._give_up)

    async def _work(self, message: CallMessage) -> None:
        try:
            stored = await self._ingest(message.call_id)
            if message.version is not None and stored.version < message.version:
                what = f"Call record {message.call_id}: Graph gives version {stored.version}"
                raise NotFound(f"{what} and has listed version {message.version}.")
        except CallRecordsError as error:
            await self._given_up.note_if_late(message, error)
            raise
        await self._given_up.forget(message.call_id, stored.version)
        await self._arrivals.note(message)

    async def _ingest(self, call_id: str) -> Stored:
        """What is stored when Graph has nothing newer, its fact row included."""
        found = await self._store.look(call_id)
        record = await self._fetch(call_id, found)
        if record is not None:
            saved, stored = await self._store.save(record, found)
        elif isinstance(found, Stored) and not found.is_damaged:
            saved, stored = Saved.REPEATED, found
            await self._store.tidy(stored)
        else:
            raise NotFound(f"Call record {call_id}: Graph gives none that is new, and none is stored whole.")
        if saved is not Saved.OUTDATED:
            await self._derive(record if saved is Saved.STORED else None, stored)
        log.info("Call record %s version %s: %s.", call_id, stored.version, saved.value)
        return stored

    async def _fetch(self, call_id: str, found: Absent | Stored) -> CallRecord | None:
        """Graph's record, where it is newer than what was found.

        Where Graph no longer has it, what is stored gets its row all the same. Raises Garbled for a record without a
        session where an older version with some is stored: that is not given away for it.
        """
        if isinstance(found, Absent):
            return await self._records.fetch(call_id)
        try:
            record = await self._records.fetch(call_id, found.newer_than)
        except NotFound:
            if not found.is_damaged:
                await self._derive(None, found)
            raise
        if record and "noSessions" in record.caveats and "noSessions" not in found.caveats:
            raise Garbled(f"Call record {call_id}: version {record.version} has no session, {found.version} has some.")
        return record

    async def _give_up(self, message: CallMessage, reason: str) -> None:
        if not await self._given_up.is_repeated(message, reason):
            await self._queue.poison(str(message), reason)
        await self._given_up.note(message, reason)

    async def _derive(self, record: CallRecord | None, stored: Stored) -> None:
        """Makes the fact row that of the stored version; `record` is that version, where it is at hand."""
        for day in stored.former_days:
            await self._rows.delete(stored.call_id, day, stored.version)
        if record is None:
            expected = Row(stored.version, stored.caveats)
            if not stored.former_days and await self._rows.row(stored.call_id, stored.day) == expected:
                return
            record = await self._store.load(stored.call_id)
        if record is None or record.version != stored.version:
            return  # whoever stored the newer version derives its row
        # After the deletions, and again where they are repeated: the change feed tells of this row alone, and whoever
        # finds the former days in it must find their rows gone.
        await self._rows.save(fact_row(record, self._tenant_id, stored.former_days, self._profile))
        # A newer version that starts on another day may have looked for this row before it was there.
        if stored.day in await self._store.former_days(stored.call_id):
            latest = await self._store.look(stored.call_id)
            if isinstance(latest, Stored):
                await self._derive(None, latest)
