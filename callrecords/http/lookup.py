"""The look-up of one call record, whole: `GET calls/{callId}`."""

import contextlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from callrecords.callrecord import GRAPH_KEEPS, CallRecord
from callrecords.collect.givenup import GivenUpCalls
from callrecords.errors import CallRecordsError, Interrupted, NotFound, Throttled
from callrecords.http.answers import Answer, json_answer, refusal
from callrecords.http.parameters import guid
from callrecords.ports.records import RecordSource, RecordStore, Stored
from callrecords.queues.messages import CallMessage
from callrecords.queues.workqueue import WorkQueue

log = logging.getLogger(__name__)

_NEVER_ANNOUNCED = (
    "There is no such call, or its record does not exist yet,"
    f" or it started more than {GRAPH_KEEPS.days} days ago and this app was not there to collect it,"
    " or has deleted it since, at the end of its retention (RETENTION_DAYS)."
)
_TOO_OLD = f" any more: it is older than {GRAPH_KEEPS.days} days"
# For so long Graph is not asked again for a call that it did not have.
_MISS_LASTS, _MISSES = timedelta(minutes=1), 10_000
_TO_THE_MINUTE = "%Y-%m-%d %H:%M UTC"


class Lookup:
    """Finds call records of `tenant_id` in Cosmos, else in Graph."""

    def __init__(
        self,
        *,
        tenant_id: str,
        store: RecordStore,
        records: RecordSource,
        given_up: GivenUpCalls,
        calls: WorkQueue,
        clock: Callable[[], datetime],
    ) -> None:
        self._tenant_id = tenant_id
        self._store = store
        self._records = records
        self._given_up = given_up
        self._calls = calls
        self._clock = clock
        self._missed: dict[str, datetime] = {}

    async def __call__(self, call_id: str) -> Answer:
        """The record with its sessions and participants_v2; its ETag is its version.

        A record that is only in Graph is answered as well, and enqueued to be stored. Graph gives the same 404 for a
        call that is too old and for one that never was; this 404 tells which, where the app had heard of the call.
        """
        try:
            record = await self._find(guid(call_id, "callId"))
        except CallRecordsError as error:
            return refusal(error)
        whole = {**record.properties, "sessions": [*record.sessions], "participants_v2": [*record.participants]}
        return json_answer(whole, ETag=f'W/"{record.version}"')

    async def _find(self, call_id: str) -> CallRecord:
        record = await self._store.load(call_id)
        if record is None:
            try:
                record = await self._fetch(call_id)
            except Interrupted as error:
                # It is too large to be read while somebody waits. Nobody knows whether another one exists.
                await self._enqueue(call_id)
                raise Throttled(str(error), error.retry_after) from error
            await self._enqueue(call_id)
        return record

    async def _fetch(self, call_id: str) -> CallRecord:
        if not self._has_just_missed(call_id):
            with contextlib.suppress(NotFound):
                return await self._records.fetch(call_id)
            self._missed[call_id] = self._clock()
        what, known = f"Call record {call_id}: Graph does not have it", await self._given_up.find(call_id)
        if known is None and isinstance(await self._store.look(call_id), Stored):
            raise NotFound(f"{what} any more, and what is stored of it is damaged.")
        if known is None:
            raise NotFound(f"{what}. {_NEVER_ANNOUNCED}")
        age = "" if self._clock() - known.notified_at <= GRAPH_KEEPS else _TOO_OLD
        heard = f"{known.notified_at:{_TO_THE_MINUTE}}"
        raise NotFound(f"{what}{age}. This app heard of it at {heard} and does not have it: {known.reason}")

    def _has_just_missed(self, call_id: str) -> bool:
        if len(self._missed) >= _MISSES:
            self._missed = {each: at for each, at in self._missed.items() if self._clock() - at < _MISS_LASTS}
        missed_at = self._missed.get(call_id)
        return missed_at is not None and self._clock() - missed_at < _MISS_LASTS

    async def _enqueue(self, call_id: str) -> None:
        now = self._clock()
        message = CallMessage(tenant_id=self._tenant_id, notified_at=now, call_id=call_id, reason="lookup")
        try:
            await self._calls.put(message)
        except CallRecordsError as error:
            log.warning("%s The next reconciliation will find the record that was looked up.", error)
