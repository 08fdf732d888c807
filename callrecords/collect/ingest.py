"""The use case behind the `call-records` queue: fetch a record whole, store it, derive its fact row."""

import functools
import logging
from dataclasses import replace

from callrecords.callrecord import CallRecord
from callrecords.collect.arrivals import Arrivals
from callrecords.collect.fetch import Fetched, Fetching
from callrecords.collect.givenup import GivenUpCalls
from callrecords.errors import CallRecordsError, Garbled, NotFound
from callrecords.facts.row import fact_row
from callrecords.facts.streamquality import Profile
from callrecords.graphtypes import JsonObject
from callrecords.ports.records import Absent, RecordPages, RecordStore, Saved, Stored
from callrecords.ports.rows import Row, RowStore
from callrecords.queues.messages import CallMessage
from callrecords.queues.workqueue import Unfinished, WorkQueue

log = logging.getLogger(__name__)


class Ingest:
    """Ingests the call records that the messages of `queue` name."""

    def __init__(
        self,
        *,
        tenant_id: str,
        records: RecordPages,
        store: RecordStore,
        rows: RowStore,
        arrivals: Arrivals,
        given_up: GivenUpCalls,
        queue: WorkQueue,
        profile: Profile = Profile.CURRENT,
    ) -> None:
        self._tenant_id = tenant_id
        self._fetching = Fetching(records, store)
        self._store = store
        self._rows = rows
        self._arrivals = arrivals
        self._given_up = given_up
        self._queue = queue
        self._profile = profile

    async def on_message(self, text: str, tries: int) -> None:
        """Handles one message, as WorkQueue.handle does."""
        work = functools.partial(self._work, is_first_try=tries == 1)
        await self._queue.handle(CallMessage, text, tries, work, self._give_up)

    async def _work(self, message: CallMessage, *, is_first_try: bool) -> Unfinished[CallMessage] | None:
        try:
            stored = await self._ingest(message)
            if isinstance(stored, Unfinished):
                await self._given_up.note_if_late(stored.message, stored.error)
                return stored
            # A worker may have ended between row and record, like this one's last try.
            if message.may_have_left_row or not is_first_try:
                await self._clear_rows(stored)
            if message.version is not None and stored.version < message.version:
                what = f"Call record {message.call_id}: Graph gives version {stored.version}"
                raise NotFound(f"{what} and has listed version {message.version}.")
        except CallRecordsError as error:
            await self._given_up.note_if_late(message, error)
            raise
        # The next reconciliation forgets what else is named.
        if message.reason != "notification" or message.failure:
            await self._given_up.forget(message.call_id, stored.version)
        await self._arrivals.note(message)
        return None

    async def _ingest(self, message: CallMessage) -> Stored | Unfinished[CallMessage]:
        """What is stored when Graph has nothing newer, its fact row included."""
        call_id = message.call_id
        found = await self._look(message)
        if isinstance(found, Stored) and not found.is_damaged:
            await self._derive(None, found)  # Graph may have it no longer, or not now
        fetched = await self._fetch(message, found)
        if isinstance(fetched, Unfinished):
            return fetched
        if fetched:
            return await self._save(message, fetched, found)
        if not isinstance(found, Stored) or found.is_damaged:
            raise NotFound(f"Call record {call_id}: Graph gives none that is new, and none is stored whole.")
        await self._store.tidy(found)
        _tell(Saved.REPEATED, found)
        return found

    async def _look(self, message: CallMessage) -> Absent | Stored:
        """What there is of the call. Unless Graph sent the message, somebody may have found it unreadable."""
        found = await self._store.look(message.call_id)
        if isinstance(found, Stored) and message.reason != "notification":
            return replace(found, is_unreadable=await self._store.load(message.call_id) is None)
        return found

    async def _fetch(self, message: CallMessage, found: Absent | Stored) -> Fetched | Unfinished[CallMessage] | None:
        """What Graph has that is newer than what was found.

        Where Graph no longer has the call, an audit has what it asked for, if the version that it saw is stored whole.
        """
        try:
            return await self._fetching.fetch(message, found)
        except NotFound:
            is_stored = isinstance(found, Stored) and not found.is_damaged and found.version >= (message.version or 0)
            if message.reason == "audit" and is_stored:
                return None
            raise

    async def _save(
        self, message: CallMessage, fetched: Fetched, found: Absent | Stored
    ) -> Stored | Unfinished[CallMessage]:
        """Stores the record and its fact row.

        Raises Garbled for one without a session where an older version with some is stored: that is not given away
        for it.
        """
        record = fetched.record
        if isinstance(found, Stored) and "noSessions" in record.caveats and "noSessions" not in found.caveats:
            what = f"Call record {record.call_id}"
            raise Garbled(f"{what}: version {record.version} has no session, {found.version} has some.")
        other_days = found.former_days | ({found.day} - {record.day}) if isinstance(found, Stored) else frozenset[str]()
        whole = await self._store.whole(record, fetched.parts)
        if not other_days:
            # The row first: where the record then takes the place of what was found, nobody has come in between.
            await self._rows.save(self._row(whole), is_new=isinstance(found, Absent))
        try:
            saved, stored = await self._store.save(record, found, fetched.parts)
        except CallRecordsError as error:
            return Unfinished(replace(message, may_have_left_row=True), error)
        await self._settle(whole, other_days, saved, stored)
        _tell(saved, stored)
        return stored

    async def _settle(self, record: CallRecord, other_days: frozenset[str], saved: Saved, stored: Stored) -> None:
        """Makes the rows those of what is stored, where it is not clear that they are."""
        if saved is Saved.STORED and not other_days | stored.former_days:
            return
        if record.day not in {stored.day, *stored.former_days}:
            await self._leave_day(record.call_id, record.day)
        elif saved is Saved.OUTDATED and record.day == stored.day:
            return
        else:
            await self._derive(record if saved is Saved.STORED else None, stored)

    async def _leave_day(self, call_id: str, *days: str) -> None:
        """Has the rows of these days deleted, which no record tells of, and the call's own tell of the days."""
        for day in days:
            await self._store.add_former_day(call_id, day)
        stored = await self._store.look(call_id)
        if isinstance(stored, Stored):
            await self._derive(None, stored)

    async def _clear_rows(self, stored: Stored) -> None:
        """Deletes rows that a worker has left which ended between row and record."""
        if left := await self._rows.days(stored.call_id) - {stored.day} - stored.former_days:
            await self._leave_day(stored.call_id, *left)

    def _row(self, record: CallRecord, former_days: frozenset[str] = frozenset()) -> JsonObject:
        return fact_row(record, self._tenant_id, former_days, self._profile)

    async def _give_up(self, message: CallMessage, reason: str) -> None:
        if not await self._given_up.is_repeated(message, reason):
            await self._queue.poison(str(replace(message, progress=None, restarts=0)), reason)
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
        await self._rows.save(self._row(record, stored.former_days))
        # A newer version that starts on another day may have looked for this row before it was there.
        if stored.day in await self._store.former_days(stored.call_id):
            latest = await self._store.look(stored.call_id)
            if isinstance(latest, Stored):
                await self._derive(None, latest)


def _tell(saved: Saved, stored: Stored) -> None:
    log.info("Call record %s version %s: %s.", stored.call_id, stored.version, saved.value)
