"""The use case behind the `call-records` queue: fetch a record whole, store it, derive its fact row."""

import functools
import logging
from dataclasses import replace
from datetime import datetime

from callrecords.callrecord import CallRecord
from callrecords.collect.arrivals import Arrivals
from callrecords.collect.factrows import FactRows
from callrecords.collect.fetch import Fetched, Fetching
from callrecords.collect.givenup import GivenUpCalls
from callrecords.collect.repeats import Repeats
from callrecords.errors import CallRecordsError, Garbled, NotFound, Throttled
from callrecords.ports.records import Absent, RecordPages, RecordStore, Saved, Stored
from callrecords.queues.messages import CallMessage, CallsMessage, is_of_many
from callrecords.queues.workqueue import Unfinished, WorkQueue

log = logging.getLogger(__name__)


class Ingest:
    """Ingests the call records that the messages of `queue` name."""

    def __init__(
        self,
        *,
        records: RecordPages,
        store: RecordStore,
        rows: FactRows,
        arrivals: Arrivals,
        given_up: GivenUpCalls,
        repeats: Repeats,
        queue: WorkQueue,
    ) -> None:
        self._fetching = Fetching(records, store)
        self._store = store
        self._rows = rows
        self._arrivals = arrivals
        self._given_up = given_up
        self._repeats = repeats
        self._queue = queue

    async def on_message(self, text: str, tries: int) -> None:
        """Handles one message, as WorkQueue.handle does."""
        if is_of_many(text):
            await self._queue.handle(CallsMessage, text, tries, self._put_each)
            return
        work = functools.partial(self._work, is_first_try=tries == 1)
        await self._queue.handle(CallMessage, text, tries, work, self._give_up)

    async def _put_each(self, message: CallsMessage) -> None:
        """Puts a message for each call on the queue. Where only some were put, it is done again: that is harmless."""
        await self._queue.put_all(message.each())

    async def _work(self, message: CallMessage, *, is_first_try: bool) -> Unfinished[CallMessage] | None:
        if not is_first_try:  # the one before may have ended between row and record
            message = replace(message, may_have_left_row=True)
        if self._repeats.has_asked_since(message):
            return None
        try:
            found = await self._look(message)
        except CallRecordsError as error:
            await self._given_up.note_if_late(message, error)
            return Unfinished(message, error)
        if isinstance(found, Stored) and self._repeats.is_stored_since(message, found):
            log.info("Call record %s version %s: was fetched since.", found.call_id, found.version)
            if message.failure:
                await self._given_up.forget(message.call_id, found.version, found.fetched_at)
            return None
        if self._repeats.has_asked_since(message):  # while this one looked
            return None
        # Not before it does ask: until then nothing may be dropped for it.
        with self._repeats.asking(message) as began:
            return await self._ask(replace(message, asked_at=began), found, began)

    async def _ask(
        self, message: CallMessage, found: Absent | Stored, began: datetime
    ) -> Unfinished[CallMessage] | None:
        try:
            stored = await self._ingest(message, found, began)
            if isinstance(stored, Unfinished):
                await self._given_up.note_if_late(stored.message, stored.error)
                return stored
            if message.may_have_left_row or message.failure:
                await self._rows.clear(stored)
            if message.version is not None and stored.version < message.version:
                what = f"Call record {message.call_id}: Graph gives version {stored.version}"
                raise NotFound(f"{what} and has listed version {message.version}.")
        except CallRecordsError as error:
            await self._given_up.note_if_late(message, error)
            return Unfinished(message, error)
        # The next reconciliation forgets what else is named.
        if message.reason != "notification" or message.failure:
            # Graph may not have answered where an audit asked.
            asked_at = stored.fetched_at if message.reason == "audit" else began
            await self._given_up.forget(message.call_id, stored.version, asked_at)
        await self._arrivals.note(message)
        return None

    async def _ingest(
        self, message: CallMessage, found: Absent | Stored, began: datetime
    ) -> Stored | Unfinished[CallMessage]:
        """What is stored when Graph has nothing newer, its fact row included."""
        if isinstance(found, Stored) and not found.is_damaged:
            await self._rows.derive(None, found)  # Graph may have it no longer, or not now
        fetched = await self._fetch(message, found)
        if isinstance(fetched, Unfinished):
            return fetched
        if fetched:
            if message.progress is None:  # else some of it was read by an earlier visit
                fetched = replace(fetched, record=replace(fetched.record, fetched_at=began))
            return await self._save(message, fetched, found)
        if not isinstance(found, Stored) or found.is_damaged:
            raise NotFound(f"Call record {message.call_id}: Graph gives none that is new, and none is stored whole.")
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

        Where Graph no longer has the call, or not now, an audit has what it asked for, if the version that it saw is
        stored whole.
        """
        try:
            return await self._fetching.fetch(message, found)
        except (NotFound, Throttled):
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
        _check_sessions(record, found)
        other_days = found.days - {record.day} if isinstance(found, Stored) else frozenset[str]()
        whole = await self._store.whole(record, fetched.parts)
        try:
            if not other_days:
                # The row first: where the record then takes the place of what was found, nobody has come in between.
                await self._rows.save(whole, is_new=isinstance(found, Absent))
            saved, stored = await self._store.save(record, found, fetched.parts)
        except CallRecordsError as error:
            return Unfinished(replace(message, may_have_left_row=True), error)
        if saved is Saved.OUTDATED:
            _check_sessions(record, stored)
        await self._rows.settle(whole, other_days, saved, stored)
        _tell(saved, stored)
        return stored

    async def _give_up(self, message: CallMessage, reason: str) -> None:
        if not await self._given_up.is_repeated(message, reason):
            await self._queue.poison(str(replace(message, progress=None, restarts=0)), reason)
        await self._given_up.note(message, reason)


def _tell(saved: Saved, stored: Stored) -> None:
    log.info("Call record %s version %s: %s.", stored.call_id, stored.version, saved.value)


def _check_sessions(record: CallRecord, found: Absent | Stored) -> None:
    """Raises Garbled for a record without a session where an older version with some is there."""
    if not isinstance(found, Stored) or found.version > record.version:
        return
    if "noSessions" in record.caveats and "noSessions" not in found.caveats:
        what = f"Call record {record.call_id}"
        raise Garbled(f"{what}: version {record.version} has no session, {found.version} has some.")
