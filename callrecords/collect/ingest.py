"""The use case behind the `call-records` queue: fetch a record whole, store it, derive its facts."""

import logging
from typing import Protocol

from callrecords.callrecord import CallRecord
from callrecords.collect.arrivals import Progress
from callrecords.cosmos.callrecords import Saved, Stored
from callrecords.errors import CallRecordsError, NotFound
from callrecords.facts.row import fact_row
from callrecords.facts.streamquality import Profile
from callrecords.graphtypes import JsonObject
from callrecords.queues.messages import CallMessage
from callrecords.queues.workqueue import WorkQueue

log = logging.getLogger(__name__)


class Records(Protocol):
    """Where call records are fetched: graph.records.CallRecords."""

    async def fetch(self, call_id: str, newer_than: int | None) -> CallRecord | None: ...


class Store(Protocol):
    """Where call records are kept: store.CallRecordStore."""

    async def look(self, call_id: str) -> Stored: ...

    async def save(self, record: CallRecord, stored: Stored) -> tuple[Saved, Stored]: ...

    async def tidy(self, stored: Stored) -> None: ...

    async def former_days(self, call_id: str) -> frozenset[str]: ...

    async def load(self, call_id: str) -> CallRecord | None: ...


class Facts(Protocol):
    """Where fact rows are kept: factstore.FactStore."""

    async def version(self, call_id: str, day: str) -> int | None: ...

    async def save(self, row: JsonObject) -> None: ...

    async def delete(self, call_id: str, day: str, older_than: int) -> None: ...


class GivenUp(Protocol):
    """Where it is remembered which records were given up: givenup.GivenUp."""

    async def is_repeated(self, message: CallMessage, reason: str) -> bool: ...

    async def note(self, message: CallMessage, reason: str) -> None: ...

    async def note_if_late(self, message: CallMessage, error: CallRecordsError) -> None: ...

    async def forget(self, call_id: str, version: int) -> None: ...


class Ingest:
    """Brings the call records home that the queue's messages name."""

    def __init__(
        self,
        tenant_id: str,
        records: Records,
        store: Store,
        facts: Facts,
        progress: Progress,
        given_up: GivenUp,
        queue: WorkQueue,
        profile: Profile = Profile.CURRENT,
    ) -> None:
        self._tenant_id = tenant_id
        self._records = records
        self._store = store
        self._facts = facts
        self._progress = progress
        self._given_up = given_up
        self._queue = queue
        self._profile = profile

    async def __call__(self, text: str, tries: int) -> None:
        """Handles one message, as WorkQueue.handle does."""
        await self._queue.handle(CallMessage, text, tries, self._work, self._give_up)

    async def _work(self, message: CallMessage) -> None:
        try:
            version = await self._bring_home(message)
        except CallRecordsError as error:
            await self._given_up.note_if_late(message, error)
            raise
        await self._given_up.forget(message.call_id, version)
        await self._progress.note(message)

    async def _bring_home(self, message: CallMessage) -> int:
        """The version that is there now."""
        stored = await self._store.look(message.call_id)
        record = await self._records.fetch(message.call_id, stored.version)
        if record is None:
            saved = Saved.REPEATED
            await self._store.tidy(stored)
        else:
            saved, stored = await self._store.save(record, stored)
        if saved is not Saved.OUTDATED:
            await self._derive(record if saved is Saved.STORED else None, stored)
        log.info("Call record %s version %s: %s.", stored.call_id, stored.version, saved.value)
        assert stored.version is not None
        if message.version is not None and stored.version < message.version:
            what = f"Call record {message.call_id}: Graph gives version {stored.version}"
            raise NotFound(f"{what} and has listed version {message.version}.")
        return stored.version

    async def _give_up(self, message: CallMessage, reason: str) -> None:
        if not await self._given_up.is_repeated(message, reason):
            await self._queue.poison(str(message), reason)
        await self._given_up.note(message, reason)

    async def _derive(self, record: CallRecord | None, stored: Stored) -> None:
        """Makes the fact row that of the stored version; `record` is that version, where it is at hand."""
        assert stored.day
        assert stored.version is not None
        for day in stored.former_days:
            await self._facts.delete(stored.call_id, day, stored.version)
        if record is None:
            if not stored.former_days and await self._facts.version(stored.call_id, stored.day) == stored.version:
                return
            record = await self._store.load(stored.call_id)
        if record is None or record.version != stored.version:
            return  # a newer version is left to who stored it
        # After the deletions, and again where they are repeated: the change feed tells of this row alone, and whoever
        # finds the former days in it must find their rows gone.
        await self._facts.save(fact_row(record, self._tenant_id, stored.former_days, self._profile))
        # A newer version that begins on another day may have looked for this row before it was there.
        if stored.day in await self._store.former_days(stored.call_id):
            await self._derive(None, await self._store.look(stored.call_id))
