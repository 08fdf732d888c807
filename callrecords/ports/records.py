"""Call records: where they are fetched and listed (graph.records), and where they are kept (cosmos.callrecords)."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from callrecords.callrecord import CallRecord, Caveat, Piece, Progress, rank
from callrecords.errors import Unreadable


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A call record that Graph holds, and when the call started; None is what it does not tell."""

    call_id: str
    version: int | None
    start: datetime | None


class RecordSource(Protocol):
    """Where call records are fetched whole."""

    async def fetch(self, call_id: str) -> CallRecord: ...


class RecordReading(Protocol):
    """A record that is being read page by page, at one version; its methods raise CallRecordsError."""

    @property
    def version(self) -> int: ...

    @property
    def held_bytes(self) -> int:
        """How much is held of what was read, compressed."""

    @property
    def has_advanced(self) -> bool:
        """Whether another reading had better go on from here than from where this one began."""

    @property
    def is_at_next_link(self) -> bool:
        """Whether the next request is for one of Graph's nextLinks, which need not last."""

    async def read_on(self) -> bool:
        """Reads one more page. False where there is none left. After an error, the same page comes next."""

    def piece(self) -> Piece:
        """What is held."""

    def drop(self) -> None:
        """Drops what is held."""

    def progress(self, parts: tuple[str, ...]) -> Progress:
        """Where another reading can go on, if what was dropped is in `parts`."""

    def record(self) -> CallRecord | None:
        """The record, when no page is left, with what is held alone; None where Graph has revised it meanwhile."""


class RecordPages(Protocol):
    """Where call records are read page by page."""

    async def start(self, call_id: str) -> RecordReading: ...

    async def resume(self, call_id: str, progress: Progress) -> RecordReading: ...


class RecordList(Protocol):
    """Where call records are listed by the time at which the call started."""

    def between(self, start: datetime, end: datetime) -> AsyncGenerator[Listed | Unreadable]: ...


class Saved(Enum):
    """What became of a record that was to be stored."""

    STORED = "stored"
    REPEATED = "repeated"  # this version is there already
    OUTDATED = "outdated"  # a newer version is there already


@dataclass(frozen=True, kw_only=True)
class Absent:
    """A call that has no header; `part_ids` are those of parts that a writer left, or is about to commit."""

    call_id: str
    part_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A call that has a header: its version, etag and day; when it was fetched, if that is known; the other days under
    which older fact rows may be; the parts that the header names, and every part that is there."""

    call_id: str
    version: int
    etag: str
    day: str
    former_days: frozenset[str] = frozenset()
    named_parts: frozenset[str] = frozenset()
    part_ids: frozenset[str] = frozenset()
    caveats: frozenset[Caveat] = frozenset()
    is_unreadable: bool = False
    fetched_at: datetime | None = None

    @property
    def days(self) -> frozenset[str]:
        """The days under which fact rows may be."""
        return self.former_days | ({self.day} if self.day else set())

    @property
    def is_damaged(self) -> bool:
        """Whether no reader can put the record together: a part is gone that the header names, or what is there was
        found to be unreadable."""
        return self.is_unreadable or not self.named_parts <= self.part_ids

    @property
    def newer_than(self) -> int:
        """The version that Graph's has to be newer than to be worth a fetch.

        A record that is damaged, or has no session, is worth one in its own version.
        """
        return self.version - 1 if self.is_damaged or "noSessions" in self.caveats else self.version

    def is_bettered_by(self, record: CallRecord) -> bool:
        """Whether the record is to take its place: it is newer, or of the same version and has what is missing here.

        One without sessions is not, where there are some.
        """
        if "noSessions" in record.caveats and "noSessions" not in self.caveats and not self.is_damaged:
            return False
        return rank(record) > rank(self) or (self.is_damaged and record.version == self.version)


class RecordStore(Protocol):
    """Where call records are kept, whole."""

    async def look(self, call_id: str) -> Absent | Stored: ...

    async def write_ahead(self, piece: Piece, parts: tuple[str, ...]) -> tuple[str, ...]: ...

    async def save(
        self, record: CallRecord, found: Absent | Stored, parts: tuple[str, ...] = ()
    ) -> tuple[Saved, Stored]: ...

    async def whole(self, record: CallRecord, parts: tuple[str, ...]) -> CallRecord: ...

    async def add_former_day(self, call_id: str, day: str) -> None: ...

    async def tidy(self, stored: Stored) -> None: ...

    async def former_days(self, call_id: str) -> frozenset[str]: ...

    async def load(self, call_id: str) -> CallRecord | None: ...
