"""A call record that is read from Graph, request by request.

https://learn.microsoft.com/graph/api/callrecords-callrecord-get: one relationship can be expanded in a request,
and Graph cuts the lists into pages of at most 60 sessions and 130 participants.
"""

import logging
from typing import Literal, Self

from callrecords.callrecord import CallRecord, Caveat, Piece, Progress, day_of
from callrecords.elements import Elements
from callrecords.errors import Refused
from callrecords.graph.client import GraphClient
from callrecords.graph.limits import RECORD_NEXT_PAGE, Bucket
from callrecords.graph.pages import MAX_PAGES, Pages
from callrecords.graph.parsing import Parsed
from callrecords.graph.record import get_record, name_of, version_of
from callrecords.graphtypes import JsonObject

log = logging.getLogger(__name__)


_LISTS = ("sessions", "participants_v2")


class Reading:
    """A ports.records.RecordReading: raises the errors of GraphClient, and Unreadable."""

    def __init__(self, client: GraphClient, call_id: str, share: Bucket, version: int, followed: int = 0) -> None:
        self.version = version
        self._client = client
        self._call_id = call_id
        self._share = share
        self._stage: Literal["sessions", "participants", "end"] = "sessions"
        self._pages: Pages | None = None  # of the stage, as far as Graph was asked for them
        self._followed = followed
        self._began_at: tuple[str, str | None] | None = None
        self._day: str | None = None
        # The record without its lists, as all answers have it; no page was read since the latest where it is current.
        self._properties: JsonObject = {}
        self._is_current = False
        self._sessions, self._participants = Elements(), Elements()
        self._session_count = 0
        self._is_repaired = self._are_participants_refused = self._is_revised = False

    @classmethod
    async def start(cls, client: GraphClient, call_id: str, share: Bucket) -> Self:
        """Asks for the record with its sessions, within that share of the tenant's limit."""
        first = await get_record(client, call_id, share, expand="sessions($expand=segments)")
        reading = cls(client, call_id, share, version_of(call_id, first.document))
        reading._take(first)
        reading._open(first, "sessions")
        return reading

    @classmethod
    async def resume(cls, client: GraphClient, call_id: str, share: Bucket, progress: Progress) -> Self:
        """Goes on from there."""
        reading = cls(client, call_id, share, progress.version, progress.followed)
        reading._stage, reading._day = progress.stage, progress.day
        reading._session_count = progress.sessions
        reading._is_repaired = progress.is_repaired
        reading._are_participants_refused = progress.are_participants_refused
        if progress.next_link is not None:
            reading._open(Parsed({"@odata.nextLink": progress.next_link}, is_repaired=False), "value")
            await reading.read_on()  # a page that is nothing but the link
        reading._began_at = progress.stage, progress.next_link
        return reading

    @property
    def has_advanced(self) -> bool:
        return self._followed > 0 and (self._stage, self._next_link) != self._began_at

    @property
    def is_at_next_link(self) -> bool:
        return self._next_link is not None and self._followed < MAX_PAGES

    @property
    def held_bytes(self) -> int:
        return self._sessions.held_bytes + self._participants.held_bytes

    @property
    def _next_link(self) -> str | None:
        return self._pages.next_link if self._pages else None

    async def read_on(self) -> bool:
        if self._stage == "participants" and self._pages is None:
            await self._expand_participants()
        if self._pages is not None:
            await self._read_page(self._pages)
            return True
        if not self._is_current:
            self._take(await get_record(self._client, self._call_id, self._share))
        return False

    def piece(self) -> Piece:
        return Piece(
            call_id=self._call_id,
            version=self.version,
            day=self._day or day_of(self._call_id, self._properties.get("startDateTime")),
            sessions=self._sessions,
            participants=self._participants,
        )

    def drop(self) -> None:
        self._sessions, self._participants = Elements(), Elements()

    def progress(self, parts: tuple[str, ...]) -> Progress:
        return Progress(
            version=self.version,
            day=self.piece().day,
            parts=parts,
            stage=self._stage,
            next_link=self._next_link,
            followed=self._followed,
            sessions=self._session_count,
            is_repaired=self._is_repaired,
            are_participants_refused=self._are_participants_refused,
        )

    def record(self) -> CallRecord | None:
        if self._is_revised:
            return None
        caveats: dict[Caveat, bool] = {
            "noSessions": not self._session_count,
            "participantsRefused": self._are_participants_refused,
            "repaired": self._is_repaired,
        }
        return CallRecord(
            call_id=self._call_id,
            version=self.version,
            properties=self._properties,
            sessions=self._sessions,
            participants=self._participants,
            caveats=tuple(caveat for caveat, applies in caveats.items() if applies),
        )

    async def _expand_participants(self) -> None:
        """Asks for the record with its participants, which not every cloud has."""
        try:
            answer = await get_record(self._client, self._call_id, self._share, expand="participants_v2")
        except Refused as error:
            log.warning("%s It is stored without its participants.", error)
            self._are_participants_refused = True
            self._stage = "end"
            return
        self._take(answer)
        if not self._is_revised:
            self._open(answer, "participants_v2")

    def _open(self, first: Parsed, name: str) -> None:
        buckets = ((RECORD_NEXT_PAGE, self._call_id), self._share)
        what = name_of(self._call_id)
        self._pages = Pages(self._client, first, name, what=what, buckets=buckets, followed=self._followed)

    async def _read_page(self, pages: Pages) -> None:
        """Reads the next page, which is there: a stage is over with its last one."""
        page = await anext(pages)
        if self._stage == "sessions":
            self._sessions.add(page)
            self._session_count += len(page)
        else:
            self._participants.add(page)
        self._is_current &= pages.followed == self._followed
        self._is_repaired |= pages.is_repaired
        self._followed = pages.followed
        if pages.next_link is None:
            self._stage = "participants" if self._stage == "sessions" else "end"
            self._pages = None

    def _take(self, answer: Parsed) -> None:
        """Takes the record out of an answer, or finds that it was revised since the first one."""
        if version_of(self._call_id, answer.document) != self.version:
            self._is_revised, self._stage = True, "end"
        self._properties |= _without_lists(answer.document)
        self._is_current = True
        self._is_repaired |= answer.is_repaired


def _without_lists(record: JsonObject) -> JsonObject:
    """The record without its long lists and their annotations, such as sessions@odata.context."""
    return {name: value for name, value in record.items() if name.partition("@")[0] not in _LISTS}
