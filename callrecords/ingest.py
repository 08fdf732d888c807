"""The use case behind the `call-records` queue: fetch a record whole, store it, derive its facts."""

import logging
from typing import Protocol

from callrecords.callrecord import CallRecord
from callrecords.facts import fact_row
from callrecords.jsontypes import JsonObject
from callrecords.messages import CallMessage
from callrecords.progress import Progress
from callrecords.store import Saved, Stored
from callrecords.workqueue import WorkQueue

log = logging.getLogger(__name__)


class Records(Protocol):
    """Where call records are fetched: graph.records.CallRecords."""

    async def fetch(self, call_id: str, newer_than: int | None) -> CallRecord | None: ...


class Store(Protocol):
    """Where call records are kept: store.CallRecordStore."""

    async def look(self, call_id: str) -> Stored: ...

    async def save(self, record: CallRecord, stored: Stored) -> tuple[Saved, Stored]: ...

    async def tidy(self, stored: Stored) -> None: ...

    async def former_days(self, call_id: str) -> tuple[int, frozenset[str]]: ...

    async def load(self, call_id: str) -> CallRecord | None: ...


class Facts(Protocol):
    """Where fact rows are kept: factstore.FactStore."""

    async def version(self, call_id: str, day: str) -> int | None: ...

    async def save(self, row: JsonObject) -> None: ...

    async def delete(self, call_id: str, day: str, older_than: int) -> None: ...


class Ingest:
    """Brings the call records home that the queue's messages name."""

    def __init__(
        self, tenant_id: str, records: Records, store: Store, facts: Facts, progress: Progress, queue: WorkQueue
    ) -> None:
        self._tenant_id = tenant_id
        self._records = records
        self._store = store
        self._facts = facts
        self._progress = progress
        self._queue = queue

    async def __call__(self, text: str) -> None:
        """Handles one message, as WorkQueue.handle does."""
        await self._queue.handle(CallMessage, text, self._bring_home)

    async def _bring_home(self, message: CallMessage) -> None:
        stored = await self._store.look(message.call_id)
        record = await self._records.fetch(message.call_id, stored.version)
        if record is None:
            saved = Saved.REPEATED
            await self._store.tidy(stored)
        else:
            saved, stored = await self._store.save(record, stored)
        if saved is not Saved.OUTDATED:
            await self._derive(record if saved is Saved.STORED else None, stored)
        await self._progress.note(message)
        log.info("Call record %s version %s: %s.", stored.call_id, stored.version, saved.value)

    async def _derive(self, record: CallRecord | None, stored: Stored) -> None:
        """Makes the fact row that of the stored version; `record` is that version, where it is at hand."""
        assert stored.day
        assert stored.version is not None
        for day in stored.former_days:
            await self._facts.delete(stored.call_id, day, stored.version)
        if record is None:
            if await self._facts.version(stored.call_id, stored.day) == stored.version:
                return
            record = await self._store.load(stored.call_id)
        if record is not None:
            row = fact_row(record, self._tenant_id)
            await self._facts.save(row)
            # A newer version that begins on another day may have looked for this row before it was there.
            version, former_days = await self._store.former_days(stored.call_id)
            if row["day"] in former_days:
                await self._facts.delete(stored.call_id, row["day"], version)
