"""The use case behind `GET calls/{callId}`: one call record, whole."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from callrecords.answers import Answer, BadParameter, json_answer, refusal
from callrecords.callrecord import CallRecord
from callrecords.errors import CallRecordsError, NotFound
from callrecords.messages import CALL_ID, CallMessage
from callrecords.workqueue import WorkQueue

log = logging.getLogger(__name__)


class Store(Protocol):
    """Where call records are kept: store.CallRecordStore."""

    async def load(self, call_id: str) -> CallRecord | None: ...


class Records(Protocol):
    """Where call records are fetched: graph.records.CallRecords."""

    async def fetch(self, call_id: str) -> CallRecord | None: ...


class Lookup:
    """Finds call records of `tenant_id` in Cosmos, else in Graph."""

    def __init__(
        self, tenant_id: str, store: Store, records: Records, calls: WorkQueue, clock: Callable[[], datetime]
    ) -> None:
        self._tenant_id = tenant_id
        self._store = store
        self._records = records
        self._calls = calls
        self._clock = clock

    async def __call__(self, call_id: str) -> Answer:
        """The record with its sessions and participants_v2; its ETag is its version.

        One that is only in Graph is answered all the same, and put on its way into Cosmos. 404 tells in Graph's words
        that it has no such call, or that the call is too old.
        """
        try:
            record = await self._find(call_id.lower())
        except CallRecordsError as error:
            return refusal(error)
        whole = {**record.properties, "sessions": record.sessions, "participants_v2": record.participants}
        return json_answer(whole, ETag=f'W/"{record.version}"')

    async def _find(self, call_id: str) -> CallRecord:
        if not CALL_ID.fullmatch(call_id):
            raise BadParameter(f"callId is {call_id[:60]!r}: expected a GUID.")
        record = await self._store.load(call_id)
        if record is None:
            record = await self._records.fetch(call_id)
            if record is None:
                raise NotFound(f"Call record {call_id}: Graph has none.")
            await self._bring_home(call_id)
        return record

    async def _bring_home(self, call_id: str) -> None:
        message = CallMessage.new(self._tenant_id, self._clock(), call_id=call_id, reason="lookup")
        try:
            await self._calls.put(message)
        except CallRecordsError as error:
            log.warning("%s The record that was looked up will be found by the next comparison.", error)
