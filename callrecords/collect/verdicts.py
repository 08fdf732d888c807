"""What is wrong with a call in Cosmos, from what there is of it under one day: pure.

At first sight tells from the day alone. What looks damaged or belongs to no header is looked at once more, in the
partition of the call: a day is not read in one moment, and its call may have moved to another day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from callrecords.ports.records import Absent, Stored
from callrecords.ports.slices import DayRow, Header, Held, Part

type Verdict = Literal[
    "whole",
    "damaged",  # a part is gone that the header names
    "without header",
    "without row",
    "other row",  # of another version than the header, with other caveats, or silent about a former day
    "leftover row",  # the header stands on another day, and is not older
    "orphaned parts",  # named by no header, and not about to be
    "under way",  # parts whose header is about to be written
    "given up",
]
# What mends it: the call's message has the record fetched or its row derived; orphaned parts that are older are
# deleted; a leftover row is announced as of a former day, and deleted.
type Remedy = Literal["ingest", "tidy", "move"]

# A record that is read over several visits has its parts written before its header. None takes so long.
UNDER_WAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The verdict on a call, and its remedy, None where there is nothing to do.

    `version` is the one that the call is to have in the end, None where that is not known; `found` what was found in
    its partition, where somebody looked.
    """

    verdict: Verdict
    remedy: Remedy | None = None
    version: int | None = None
    found: Absent | Stored | None = None


WHOLE, _ABOUT_TO_BE = Finding(verdict="whole"), Finding(verdict="under way")


def at_first_sight(held: Held) -> Finding | None:
    """The verdict where header and parts belong together; None where the call has to be looked at."""
    header = held.header
    if header is None or {part.part_id for part in held.parts} != header.parts:
        return None
    return of_row(header, held.row)


def at_second_sight(held: Held, found: Absent | Stored, day: str, now: datetime) -> Finding:
    """The verdict on a call that `day` shows so, and that has this in its partition."""
    if isinstance(found, Absent):
        return _without_header(held, found, now)
    if found.day != day and not found.is_unreadable:
        return _elsewhere(held, found, now)
    if found.is_damaged:
        return Finding(verdict="damaged", remedy="ingest", version=found.version, found=found)
    on_row = of_row(found, held.row)
    return on_row if on_row.remedy else _of_parts(held, found, now)


def of_row(header: Header | Stored, row: DayRow | None) -> Finding:
    """The verdict on the row of a header."""
    if row is None:
        return Finding(verdict="without row", remedy="ingest", version=header.version)
    if (row.version, row.caveats) == (header.version, header.caveats) and header.former_days <= row.former_days:
        return WHOLE
    return Finding(verdict="other row", remedy="ingest", version=max(header.version, row.version))


def _without_header(held: Held, found: Absent, now: datetime) -> Finding:
    if known := held.row or held.header:  # one that was there when the day was read is gone since
        return Finding(verdict="without header", remedy="ingest", version=known.version, found=found)
    if _is_under_way(held.parts, now):
        return _ABOUT_TO_BE
    return Finding(verdict="orphaned parts", remedy="ingest", found=found)


def _elsewhere(held: Held, found: Stored, now: datetime) -> Finding:
    """The verdict where the header stands on another day."""
    if held.row is None:
        of_parts = _of_parts(held, found, now)
        return of_parts if of_parts.remedy else _ABOUT_TO_BE
    if held.row.version > found.version:
        return Finding(verdict="without header", remedy="ingest", version=held.row.version, found=found)
    return Finding(verdict="leftover row", remedy="move", version=found.version, found=found)


def _of_parts(held: Held, found: Stored, now: datetime) -> Finding:
    """The verdict on the parts that the header does not name: those of versions that can still take its place belong
    to a writer that has not committed yet, as long as it can be at work."""
    unnamed = [part for part in held.parts if part.part_id in found.part_ids - found.named_parts]
    newer = [part for part in unnamed if part.version > found.newer_than]
    if newer and not _is_under_way(newer, now):
        return Finding(verdict="orphaned parts", remedy="ingest", found=found)
    if len(unnamed) > len(newer):
        return Finding(verdict="orphaned parts", remedy="tidy", found=found)
    return WHOLE


def _is_under_way(parts: "tuple[Part, ...] | list[Part]", now: datetime) -> bool:
    return any(now - part.written < UNDER_WAY for part in parts)
