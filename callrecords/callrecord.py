"""A call record as Graph sent it, whole, and what everything about calls shares."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from callrecords.documents import Document
from callrecords.elements import Elements
from callrecords.errors import Unreadable
from callrecords.graphtypes import JsonObject, moment

# Graph's ids are GUIDs. A call's becomes a Cosmos item id and a part of a URL, so nothing else is let through.
CALL_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def without_ids(text: str) -> str:
    """The text with something else in the place of call ids, so that what differs in these alone is alike."""
    return CALL_ID.sub("<id>", text)


# The media whose quality a fact row tells.
MEDIA = ("audio", "video", "screenSharing")

# Graph keeps a record for 30 days from the start of the call (the text of its own 404).
GRAPH_KEEPS = timedelta(days=30)


# What to know before a record is trusted: Graph gave no session, it refused the participants, or something in its
# answer was no valid JSON and is replaced.
Caveat = Literal["noSessions", "participantsRefused", "repaired"]
CAVEATS: tuple[Caveat, ...] = ("noSessions", "participantsRefused", "repaired")


@dataclass(frozen=True, kw_only=True)
class CallRecord:
    """Everything that Graph holds of one call at one version.

    `fetched_at` is when this app began to ask for it, where that is known: it has every revision before then.
    `properties` is the callRecord resource without its long lists, unknown properties included; `sessions`
    (each with its segments) and `participants` (participants_v2) are whole, in Graph's order.
    """

    call_id: str
    version: int
    properties: JsonObject
    sessions: Collection[JsonObject]
    participants: Collection[JsonObject]
    caveats: tuple[Caveat, ...] = ()
    fetched_at: datetime | None = field(default=None, compare=False)

    @property
    def day(self) -> str:
        """The UTC day on which the call started; Unreadable where startDateTime is not a time."""
        return day_of(self.call_id, self.properties.get("startDateTime"))


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Some of the sessions and participants of a record, in Graph's order; `day` is that of the record."""

    call_id: str
    version: int
    day: str
    sessions: Elements
    participants: Elements


@dataclass(frozen=True, kw_only=True)
class Progress(Document):
    """How far the reading of a large record has come, so that any worker can go on with it.

    What was read is in `parts`, by their ids in order: that many `sessions`, on `followed` pages after the first ones.
    `stage` is what comes next: `next_link` of that list, or where there is none the request that begins it.
    """

    version: int
    day: str
    parts: tuple[str, ...]
    stage: Literal["sessions", "participants", "end"]
    next_link: str | None = None
    followed: int
    sessions: int
    is_repaired: bool = False
    are_participants_refused: bool = False


class Ranked(Protocol):
    """A call record, or what tells of one."""

    @property
    def version(self) -> int: ...

    @property
    def caveats(self) -> Collection[str]: ...


def rank(of: Ranked) -> tuple[int, bool]:
    """The higher of two is to be kept: the newer version, or of one version that which has sessions."""
    return of.version, "noSessions" not in of.caveats


def day_of(call_id: str, start: object) -> str:
    """The UTC day of `startDateTime`, such as 2026-03-04; Unreadable where it is not a time."""
    found = moment(start)
    if found is None:
        raise Unreadable(f"Call record {call_id}: startDateTime is not a time with its offset from UTC.")
    return found.date().isoformat()
