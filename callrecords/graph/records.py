"""Fetches whole call records from Graph, and lists which there are."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.communications.call_records.call_records_request_builder import CallRecordsRequestBuilder

from callrecords.callrecord import CALL_ID, CallRecord, Progress
from callrecords.errors import Garbled, Interrupted, Throttled, Unavailable, Unreadable
from callrecords.graph.client import GraphClient
from callrecords.graph.limits import BACKLOG, LIST_FIRST_PAGE, LIST_NEXT_PAGE, RESERVED
from callrecords.graph.pages import elements
from callrecords.graph.reading import Reading
from callrecords.graph.record import name_of, version_of
from callrecords.graphtypes import JsonObject, moment
from callrecords.ports.records import Listed

_READS = 3

_ListQuery = CallRecordsRequestBuilder.CallRecordsRequestBuilderGetQueryParameters


class CallRecords:
    """The call records that Graph holds."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    async def start(self, call_id: str) -> Reading:
        """A reading of the newest version, of which Graph has given the first answer. Raises the errors of GraphClient;
        Garbled or Unreadable for what is not a call record."""
        return await Reading.start(self._client, call_id, BACKLOG)

    async def resume(self, call_id: str, progress: Progress) -> Reading:
        """A reading that goes on from there."""
        return await Reading.resume(self._client, call_id, BACKLOG, progress)

    async def fetch(self, call_id: str) -> CallRecord:
        """The newest version of the record, whole: every session with its segments, every participant,
        for somebody who waits: ahead of what ingest reads.

        Raises as `start` does, Interrupted where Graph holds back the rest of it, and Unavailable when the record was
        revised each time while it was read.
        """
        for _ in range(_READS):
            reading = await Reading.start(self._client, call_id, RESERVED)
            try:
                while await reading.read_on():
                    pass
            except Throttled as error:
                raise Interrupted(str(error), error.retry_after) from error
            if record := reading.record():
                return record
        raise Unavailable(f"{name_of(call_id)}: was revised {_READS} times while it was read.")

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
        page = await self._client.send(request, what, ((LIST_FIRST_PAGE, ""), RESERVED))
        async for element in elements(self._client, page, "value", what, ((LIST_NEXT_PAGE, ""), RESERVED)):
            yield _listed(element, what)


def _listed(element: JsonObject, what: str) -> Listed | Unreadable:
    call_id = str(element.get("id")).lower()
    if not CALL_ID.fullmatch(call_id):
        return Unreadable(f"{what}: an id is not a GUID.")
    try:
        version: int | None = version_of(call_id, element)
    except (Garbled, Unreadable):
        version = None  # it may be whole where it is asked for
    return Listed(call_id=call_id, version=version, start=moment(element.get("startDateTime")))


def _odata(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ" if moment.microsecond else "%Y-%m-%dT%H:%M:%SZ")
