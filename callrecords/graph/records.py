"""Fetches whole call records from Graph, and lists which there are."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from datetime import UTC, datetime

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.communications.call_records.call_records_request_builder import CallRecordsRequestBuilder

from callrecords.callrecord import CALL_ID, CallRecord, day_of
from callrecords.errors import Garbled, NotFound, Refused, Throttled, Unavailable, Unreadable
from callrecords.graph.client import GraphClient
from callrecords.graph.limits import LIST_FIRST_PAGE, LIST_NEXT_PAGE, TENANT
from callrecords.graph.pages import elements
from callrecords.graph.reading import Reading, version_of
from callrecords.graphtypes import JsonObject
from callrecords.ports.records import Listed

_READS = 3
# Of all unfinished readings together: 60 sessions of a large meeting take 2.3 MB of memory, so these are up to 460 MB.
_KEPT_PAGES = 200

_ListQuery = CallRecordsRequestBuilder.CallRecordsRequestBuilderGetQueryParameters


class CallRecords:
    """The call records that Graph holds."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        # Graph gives 50 following pages of a record in 5 minutes: one that has more could never be read in one go.
        self._unfinished: dict[str, Reading] = {}

    async def fetch(self, call_id: str, newer_than: int | None = None) -> CallRecord | None:
        """The newest version of the record, whole: every session with its segments, every participant.
        None when it is not newer than `newer_than`.

        Goes on with what an earlier call had read when it was throttled or Graph failed. Raises the errors of
        GraphClient; Garbled or Unreadable for what is not a call record; Unavailable when the record was revised each
        time while it was read.
        """
        unfinished = self._unfinished.pop(call_id, None)
        if unfinished is not None and unfinished.is_newer_than(newer_than):
            with contextlib.suppress(Garbled, NotFound, Refused, Unreadable):  # nextLinks need not last
                record = await self._finish(unfinished)
                if record is not None:
                    return record
        for _ in range(_READS):
            reading = await Reading.start(self._client, call_id)
            if not reading.is_newer_than(newer_than):
                return None
            record = await self._finish(reading)
            if record is not None:
                return record
        raise Unavailable(f"Call record {call_id}: was revised {_READS} times while it was read.")

    async def between(self, start: datetime, end: datetime) -> AsyncGenerator[Listed | Unreadable]:
        """The records of the calls that started from `start` on and before `end`, in no order.

        An entry that names no call is an Unreadable.

        Raises the errors of GraphClient, and Garbled for what is not a list of objects.
        """
        what = f"Call records from {start:%Y-%m-%d %H:%M:%S} on"
        chosen = f"startDateTime ge {_odata(start)} and startDateTime lt {_odata(end)}"
        query = _ListQuery(filter=chosen, select=["id", "version", "startDateTime"])
        builder = self._client.sdk.communications.call_records
        request = builder.to_get_request_information(RequestConfiguration(query_parameters=query))
        page = await self._client.send(request, what, ((LIST_FIRST_PAGE, ""), TENANT))
        async for element in elements(self._client, page, "value", what, ((LIST_NEXT_PAGE, ""), TENANT)):
            yield _listed(element, what)

    async def _finish(self, reading: Reading) -> CallRecord | None:
        """What the reading comes to; it is kept where a later try may go on with it."""
        before = reading.followed
        try:
            return await reading.finish()
        except (Throttled, asyncio.CancelledError):  # cancelled: the invocation was over its time
            self._keep(reading)
            raise
        except (Garbled, Unavailable):
            # A nextLink at which Graph fails each time would never be left behind otherwise.
            if reading.followed > before:
                self._keep(reading)
            raise

    def _keep(self, reading: Reading) -> None:
        """Keeps it unless another fetch of the call has come further; drops the oldest ones that are too much."""
        if not reading.followed:
            return
        other = self._unfinished.pop(reading.call_id, reading)
        furthest = max(reading, other, key=lambda each: (each.version, each.followed))
        self._unfinished[reading.call_id] = furthest
        while len(self._unfinished) > 1 and sum(each.followed for each in self._unfinished.values()) > _KEPT_PAGES:
            del self._unfinished[next(iter(self._unfinished))]


def _listed(element: JsonObject, what: str) -> Listed | Unreadable:
    call_id = str(element.get("id")).lower()
    if not CALL_ID.fullmatch(call_id):
        return Unreadable(f"{what}: an id is not a GUID.")
    try:
        version, day = version_of(call_id, element), day_of(call_id, element.get("startDateTime"))
    except (Garbled, Unreadable):
        return Listed(call_id=call_id, version=None, day=None)  # it may be whole where it is asked for
    return Listed(call_id=call_id, version=version, day=day)


def _odata(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
