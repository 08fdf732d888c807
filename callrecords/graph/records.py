"""Fetches whole call records from Graph, and lists which there are.

https://learn.microsoft.com/graph/api/callrecords-callrecord-get: one relationship can be expanded in a request,
and Graph cuts the lists into pages of at most 60 sessions and 130 participants.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.communications.call_records.call_records_request_builder import CallRecordsRequestBuilder
from msgraph.generated.communications.call_records.item.call_record_item_request_builder import (
    CallRecordItemRequestBuilder,
)

from callrecords.callrecord import CallRecord
from callrecords.errors import Unavailable, Unreadable
from callrecords.facts import day_of
from callrecords.graph.client import GraphClient
from callrecords.graph.limits import (
    APP_AND_TENANT,
    LIST_FIRST_PAGE,
    LIST_NEXT_PAGE,
    RECORD_FIRST_PAGE,
    RECORD_NEXT_PAGE,
    Bucket,
)
from callrecords.graph.pages import elements
from callrecords.jsontypes import JsonObject
from callrecords.messages import CALL_ID

_READS = 3

_TENANT: Bucket = (APP_AND_TENANT, "")

_RecordQuery = CallRecordItemRequestBuilder.CallRecordItemRequestBuilderGetQueryParameters
_ListQuery = CallRecordsRequestBuilder.CallRecordsRequestBuilderGetQueryParameters


@dataclass(frozen=True)
class Listed:
    """A call record that Graph holds, and the UTC day on which the call began."""

    call_id: str
    version: int
    day: str


class CallRecords:
    """The call records that Graph holds."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    async def fetch(self, call_id: str, newer_than: int | None = None) -> CallRecord | None:
        """The newest version of the record, whole: every session with its segments, every participant.
        None when it is not newer than `newer_than`.

        Raises the errors of GraphClient; Unreadable for what is not a call record; Unavailable when the record was
        revised each time while it was read.
        """
        for _ in range(_READS):
            first = await self._get(call_id, expand=["sessions($expand=segments)"])
            if newer_than is not None and _version(call_id, first) <= newer_than:
                return None
            record = await self._read_on(call_id, first)
            if record is not None:
                return record
        raise Unavailable(f"{_what(call_id)}: was revised {_READS} times while it was read.")

    async def between(self, start: datetime, end: datetime) -> AsyncGenerator[Listed]:
        """The records of the calls that began from `start` on and before `end`, in no order.

        Raises the errors of GraphClient, and Unreadable for what is not a list of call records.
        """
        what = f"Call records from {start:%Y-%m-%d %H:%M:%S} on"
        chosen = f"startDateTime ge {_odata(start)} and startDateTime lt {_odata(end)}"
        query = _ListQuery(filter=chosen, select=["id", "version", "startDateTime"])
        builder = self._client.sdk.communications.call_records
        request = builder.to_get_request_information(RequestConfiguration(query_parameters=query))
        page = await self._client.send(request, what, ((LIST_FIRST_PAGE, ""), _TENANT))
        async for element in elements(self._client, page, "value", what, ((LIST_NEXT_PAGE, ""), _TENANT)):
            call_id = str(element.get("id")).lower()
            if not CALL_ID.fullmatch(call_id):
                raise Unreadable(f"{what}: an id is not a GUID.")
            yield Listed(call_id, _version(call_id, element), day_of(call_id, element.get("startDateTime")))

    async def _read_on(self, call_id: str, first: JsonObject) -> CallRecord | None:
        """The record that begins with `first`, or None when its version changed before the last request."""
        sessions = await self._take_list(call_id, first, "sessions")
        latest = await self._get(call_id, expand=["participants_v2"])
        is_paged = latest.get("participants_v2@odata.nextLink") is not None
        participants = await self._take_list(call_id, latest, "participants_v2")
        if is_paged:
            latest = await self._get(call_id, select=["id", "version"])
        version = _version(call_id, first)
        if _version(call_id, latest) != version:
            return None
        return CallRecord(call_id, version, first, sessions, participants)

    async def _get(self, call_id: str, expand: list[str] | None = None, select: list[str] | None = None) -> JsonObject:
        query = RequestConfiguration(query_parameters=_RecordQuery(expand=expand, select=select))
        record = self._client.sdk.communications.call_records.by_call_record_id(call_id)
        request = record.to_get_request_information(query)
        answer = await self._client.send(request, _what(call_id), ((RECORD_FIRST_PAGE, call_id), _TENANT))
        if str(answer.get("id")).lower() != call_id:
            raise Unreadable(f"{_what(call_id)}: Graph's answer has another id.")
        return answer

    async def _take_list(self, call_id: str, record: JsonObject, name: str) -> list[JsonObject]:
        """Takes the list called `name` out of `record`: its elements over all pages."""
        buckets = ((RECORD_NEXT_PAGE, call_id), _TENANT)
        taken = [each async for each in elements(self._client, record, name, _what(call_id), buckets)]
        for annotation in (name, f"{name}@odata.context", f"{name}@odata.nextLink"):
            record.pop(annotation, None)
        return taken


def _what(call_id: str) -> str:
    return f"Call record {call_id}"


def _odata(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _version(call_id: str, record: JsonObject) -> int:
    version = record.get("version")
    if type(version) is not int or version < 0:
        raise Unreadable(f"{_what(call_id)}: version is a {type(version).__name__}, expected a number from 0.")
    return version
