"""The use case behind the `call-records` queue: fetch a record whole and store it."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from callrecords.callrecord import CallRecord
from callrecords.errors import CallRecordsError, Unreadable
from callrecords.messages import CallMessage
from callrecords.store import Saved
from callrecords.workqueue import WorkQueue

log = logging.getLogger(__name__)


class Records(Protocol):
    """Where call records are fetched: graph.records.CallRecords."""

    async def fetch(self, call_id: str) -> CallRecord: ...


class Store(Protocol):
    """Where call records are kept: store.CallRecordStore."""

    async def save(self, record: CallRecord) -> Saved: ...


class Ingest:
    """Brings the call records home that the queue's messages name."""

    def __init__(
        self, tenant_id: str, records: Records, store: Store, queue: WorkQueue, clock: Callable[[], datetime]
    ) -> None:
        self._tenant_id = tenant_id
        self._records = records
        self._store = store
        self._queue = queue
        self._clock = clock

    async def __call__(self, text: str) -> None:
        """Handles one message. It is done with when this returns: stored, put back for later, or poison.

        Raises Unavailable when the message could not be put back; the host then keeps it.
        """
        try:
            message = self._read(text)
        except Unreadable as error:
            await self._queue.poison(text, str(error), self._clock())
            return
        try:
            record = await self._records.fetch(message.call_id)
            saved = await self._store.save(record)
        except CallRecordsError as error:
            await self._queue.put_back(message, error, self._clock())
        else:
            log.info("Call record %s version %d: %s.", record.call_id, record.version, saved.value)

    def _read(self, text: str) -> CallMessage:
        message = CallMessage.parse(text)
        if message.tenant_id != self._tenant_id:
            raise Unreadable(f"tenantId is {message.tenant_id[:40]!r}: this app collects for {self._tenant_id!r}.")
        return message
