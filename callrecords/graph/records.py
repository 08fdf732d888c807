"""Fetches whole call records from Graph.

https://learn.microsoft.com/graph/api/callrecords-callrecord-get: one relationship can be expanded in a request,
and Graph cuts the lists into pages of at most 60 sessions and 130 participants.
"""

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.communications.call_records.call_records_request_builder import (
    CallRecordsRequestBuilder,
)
from msgraph.generated.communications.call_records.item.call_record_item_request_builder import (
    CallRecordItemRequestBuilder,
)

from callrecords.callrecord import CallRecord
from callrecords.errors import Unavailable, Unreadable
from callrecords.graph.client import GraphClient
from callrecords.jsontypes import JsonObject

_READS = 3
# The largest meetings have a few thousand sessions; without an end, a loop of nextLinks would never stop.
_MAX_PAGES = 500

_Query = CallRecordItemRequestBuilder.CallRecordItemRequestBuilderGetQueryParameters


class CallRecords:
    """The call records that Graph holds."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client
        self._records = CallRecordsRequestBuilder(client.adapter, {})

    async def fetch(self, call_id: str) -> CallRecord:
        """The newest version of the record, whole: every session with its segments, every participant.

        Raises the errors of `graph_errors`; Unreadable for what is not a call record; Unavailable when the
        record was revised each time while it was read.
        """
        for _ in range(_READS):
            record = await self._read(call_id)
            if record is not None:
                return record
        raise Unavailable(f"Call record {call_id}: was revised {_READS} times while it was read.")

    async def _read(self, call_id: str) -> CallRecord | None:
        """The record, or None when its version changed between the first request and the last."""
        first = await self._get(call_id, expand=["sessions($expand=segments)"])
        sessions, _ = await self._take_list(call_id, first, "sessions")
        latest = await self._get(call_id, expand=["participants_v2"])
        participants, pages = await self._take_list(call_id, latest, "participants_v2")
        if pages > 1:
            latest = await self._get(call_id, select=["id", "version"])
        version = _version(call_id, first)
        if _version(call_id, latest) != version:
            return None
        return CallRecord(call_id, version, first, sessions, participants)

    async def _get(self, call_id: str, expand: list[str] | None = None, select: list[str] | None = None) -> JsonObject:
        query = RequestConfiguration(query_parameters=_Query(expand=expand, select=select))
        request = self._records.by_call_record_id(call_id).to_get_request_information(query)
        return await self._client.get(request, _what(call_id))

    async def _take_list(self, call_id: str, record: JsonObject, name: str) -> tuple[list[JsonObject], int]:
        """Takes the list called `name` out of `record`: its elements over all pages, and how many pages."""
        elements = _elements(call_id, record, name)
        next_link = record.pop(f"{name}@odata.nextLink", None)
        for annotation in (name, f"{name}@odata.context"):
            record.pop(annotation, None)
        seen: set[str] = set()
        while next_link is not None:
            if next_link in seen or len(seen) == _MAX_PAGES:
                raise Unreadable(f"{_what(call_id)}: Graph's pages of {name} do not end after {len(seen)}.")
            seen.add(next_link)
            page = await self._client.get_next(next_link, _what(call_id))
            elements += _elements(call_id, page, "value")
            next_link = page.get("@odata.nextLink")
        return elements, 1 + len(seen)


def _what(call_id: str) -> str:
    return f"Call record {call_id}"


def _version(call_id: str, record: JsonObject) -> int:
    version = record.get("version")
    if not isinstance(version, int) or version < 0:
        raise Unreadable(f"{_what(call_id)}: version is a {type(version).__name__}, expected a number from 0.")
    return version


def _elements(call_id: str, page: JsonObject, name: str) -> list[JsonObject]:
    elements = page.get(name)
    if not isinstance(elements, list):
        raise Unreadable(f"{_what(call_id)}: {name} is a {type(elements).__name__}, expected a list.")
    return elements
