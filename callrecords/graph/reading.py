"""A call record that is read from Graph, request by request.

https://learn.microsoft.com/graph/api/callrecords-callrecord-get: one relationship can be expanded in a request,
and Graph cuts the lists into pages of at most 60 sessions and 130 participants.
"""

import logging
from collections.abc import Iterator
from typing import Self

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.communications.call_records.item.call_record_item_request_builder import (
    CallRecordItemRequestBuilder,
)

from callrecords.callrecord import CallRecord, Caveat
from callrecords.errors import Garbled, Refused, Unreadable
from callrecords.graph.client import GraphClient
from callrecords.graph.limits import RECORD_FIRST_PAGE, RECORD_NEXT_PAGE, TENANT
from callrecords.graph.pages import Pages
from callrecords.graph.parsing import Parsed
from callrecords.graphtypes import MOST_EXACT, JsonObject

log = logging.getLogger(__name__)

_Query = CallRecordItemRequestBuilder.CallRecordItemRequestBuilderGetQueryParameters


class Reading:
    """A call record of which Graph has given the first answer, at `version`."""

    def __init__(self, client: GraphClient, call_id: str, first: Parsed) -> None:
        self._client = client
        self.call_id = call_id
        self.version = version_of(call_id, first.document)
        self._first = first.document
        self._session_pages = self._pages(first, "sessions")
        self._sessions: list[JsonObject] = []
        self._participant_pages: Pages | None = None
        self._participants: list[JsonObject] = []
        self._are_participants_refused = False

    @classmethod
    async def start(cls, client: GraphClient, call_id: str) -> Self:
        """Asks for the record with its sessions. Raises the errors of GraphClient, and Unreadable."""
        return cls(client, call_id, await _get(client, call_id, expand=["sessions($expand=segments)"]))

    @property
    def followed(self) -> int:
        """How many pages were read after the first ones of their lists."""
        participants = self._participant_pages
        return self._session_pages.followed + (participants.followed if participants else 0)

    def is_newer_than(self, version: int | None) -> bool:
        """True where there is none."""
        return version is None or self.version > version

    async def finish(self) -> CallRecord | None:
        """The record, or None when its version changed before the last request.

        Raises the errors of GraphClient, and Unreadable. To call it again after an error of GraphClient goes on with
        the request that failed.
        """
        async for page in self._session_pages:
            self._sessions += page
        if self._participant_pages is None and not self._are_participants_refused:
            latest = await self._expand_participants()
            if latest and self._is_outdated_by(latest):
                return None
            self._participant_pages = self._pages(latest, "participants_v2") if latest else None
        if self._participant_pages:
            async for page in self._participant_pages:
                self._participants += page
        if self._participant_pages is None or self._participant_pages.followed:
            latest = await _get(self._client, self.call_id, select=["id", "version"])
            if self._is_outdated_by(latest):
                return None
        return self._record()

    async def _expand_participants(self) -> Parsed | None:
        """The record with its participants; None where Graph refuses them: not every cloud has participants_v2."""
        try:
            return await _get(self._client, self.call_id, expand=["participants_v2"])
        except Refused as error:
            log.warning("%s It is stored without its participants.", error)
            self._are_participants_refused = True
            return None

    def _record(self) -> CallRecord:
        # Annotations of the sessions, such as sessions@odata.context, go with them.
        properties = {name: value for name, value in self._first.items() if name.partition("@")[0] != "sessions"}
        return CallRecord(
            call_id=self.call_id,
            version=self.version,
            properties=properties,
            sessions=self._sessions,
            participants=self._participants,
            caveats=tuple(self._caveats()),
        )

    def _caveats(self) -> Iterator[Caveat]:
        if not self._sessions:
            yield "noSessions"
        if self._are_participants_refused:
            yield "participantsRefused"
        if self._session_pages.is_repaired or (self._participant_pages and self._participant_pages.is_repaired):
            yield "repaired"

    def _pages(self, first: Parsed, name: str) -> Pages:
        buckets = ((RECORD_NEXT_PAGE, self.call_id), TENANT)
        return Pages(self._client, first, name, what=_what(self.call_id), buckets=buckets)

    def _is_outdated_by(self, latest: Parsed) -> bool:
        return version_of(self.call_id, latest.document) != self.version


def version_of(call_id: str, record: JsonObject) -> int:
    """The version of a callRecord resource.

    Raises Garbled where that is no number from 0, and Unreadable for one that Cosmos DB cannot tell from its
    neighbours: its numbers are doubles.
    """
    version = record.get("version")
    if type(version) is not int or version < 0:
        raise Garbled(f"{_what(call_id)}: version is a {type(version).__name__}, expected a number from 0.")
    if version > MOST_EXACT:
        raise Unreadable(f"{_what(call_id)}: version is {version}, expected at most {MOST_EXACT}.")
    return version


async def _get(
    client: GraphClient, call_id: str, expand: list[str] | None = None, select: list[str] | None = None
) -> Parsed:
    query = RequestConfiguration(query_parameters=_Query(expand=expand, select=select))
    record = client.sdk.communications.call_records.by_call_record_id(call_id)
    request = record.to_get_request_information(query)
    answer = await client.send(request, _what(call_id), ((RECORD_FIRST_PAGE, call_id), TENANT))
    if str(answer.document.get("id")).lower() != call_id:
        raise Garbled(f"{_what(call_id)}: Graph's answer has another id.")
    return answer


def _what(call_id: str) -> str:
    return f"Call record {call_id}"
