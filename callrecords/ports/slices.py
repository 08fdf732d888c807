"""What the audit of a day, and deriving its rows again, need of Cosmos: the day slice by slice (cosmos.slices), and the
calls that are not whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from callrecords.callrecord import Caveat
from callrecords.ports.records import Absent, Stored


class Header(NamedTuple):
    """A header, as far as it tells what belongs to it; `parts` are the ids that it names."""

    version: int
    caveats: frozenset[Caveat] = frozenset()
    former_days: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()
    day: str = ""


class Part(NamedTuple):
    """A part that is there, whether a header names it or not."""

    part_id: str
    version: int
    written: datetime


class DayRow(NamedTuple):
    """The fact row of a call under the day; a row that does not tell by what rules it was derived is of version 0."""

    version: int
    caveats: frozenset[str] = frozenset()
    former_days: frozenset[str] = frozenset()
    facts_version: int = 0
    quality_profile: str = ""


@dataclass(frozen=True, kw_only=True)
class Held:
    """All that there is of a call under one day."""

    header: Header | None = None
    parts: tuple[Part, ...] = ()
    row: DayRow | None = None


@dataclass(frozen=True, kw_only=True)
class Slice:
    """The calls of a day whose ids lie between two bounds, and what reading them was charged.

    Where there were more items than wanted, `calls` is None.
    """

    calls: Mapping[str, Held] | None
    request_units: float


class DaySlices(Protocol):
    """Where a day is read slice by slice."""

    async def read(self, day: str, bounds: tuple[str, str], most: int | None) -> Slice: ...

    async def retention(self) -> timedelta | None: ...


class AuditedRecords(Protocol):
    """Where the call records are whose items the audit compares."""

    async def look(self, call_id: str) -> Absent | Stored: ...

    async def tidy(self, stored: Stored) -> None: ...

    async def add_former_day(self, call_id: str, day: str) -> None: ...


class AuditedRows(Protocol):
    """Where the fact rows are."""

    async def delete(self, call_id: str, day: str, older_than: int) -> None: ...
