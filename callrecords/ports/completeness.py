"""How complete Cosmos is of the calls that Graph lists, by UTC day (cosmos.completeness): items of `state`."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal, Protocol

from callrecords.documents import Document
from callrecords.errors import Unreadable

_DIGEST = re.compile(r"[0-9a-f]{32}")
_SECOND = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d", re.ASCII)

Completeness = Literal["complete", "soFar", "incomplete", "sampled"]
"""What is said of a day. `complete`: it was compared after the last record could appear, and every call that Graph
listed is in Cosmos at its newest version. `soFar`: it was not compared as late as that yet. `incomplete`: it was, and
something is missing or Graph's list is in doubt. `sampled`: it was, and only a part of it, in which nothing is
missing."""


@dataclass(frozen=True, kw_only=True)
class Counts(Document):
    """What was compared of an hour or a day of call starts, each call counted once.

    Every call that Graph `listed`, or had listed before it forgot it, is `newest`, in Cosmos at the version that was
    listed or a newer one; or `late`, and about to be fetched; or `given_up`; or `expired`, forgotten by Graph before it
    could be had. `stored` are those that Cosmos has in any version, `degraded` those of the newest that it has with
    less than was asked for. `unlisted` calls are in Cosmos and not in Graph's list, `contradictions` are entries about
    which this contradicts itself, and `unreadable` ones name no call, no version or no start. `left_aside` are the
    seconds that Graph did not list. `digest` is the sum of the SHA-256 of each listed `<id>:<version>`, the first 128
    bits of it, in hexadecimal digits.
    """

    listed: int = 0
    stored: int = 0
    newest: int = 0
    late: int = 0
    degraded: int = 0
    given_up: int = 0
    expired: int = 0
    unlisted: int = 0
    contradictions: int = 0
    unreadable: int = 0
    left_aside: int = 0
    digest: str = f"{0:032x}"

    def __post_init__(self) -> None:
        if not _DIGEST.fullmatch(self.digest):
            raise Unreadable(f"digest is {self.digest[:40]!r}: expected 32 hexadecimal digits.")


@dataclass(frozen=True, kw_only=True)
class LackingCall(Document):
    """A call that Graph listed at `version`, and that Cosmos does not have at that one: at `stored`, or not at all."""

    call_id: str
    version: int
    stored: int | None = None


@dataclass(frozen=True, kw_only=True)
class HourCompared(Counts):
    """The last comparison of the calls that started in the hour from `start` on. It began at `compared_at`, by `rung`.

    `minutes` of the hour's sixty were compared. It found `missing` calls and, in an older version, `stale` ones, of
    which nothing was known before. `lacking` has the calls that are late, given up or expired, the last ones that were
    found, and `lacking_more` counts the others. `given_up_reasons` counts the given up by reason;
    `left_aside_seconds` has the seconds that Graph did not list, each by its time of day; where more are left aside,
    these are the end of the hour.
    """

    # There are 24 in the item of a day, which is written again and again.
    sparse: ClassVar[bool] = True

    start: datetime
    compared_at: datetime
    rung: str
    minutes: int = 60
    missing: int = 0
    stale: int = 0
    lacking: tuple[LackingCall, ...] = ()
    lacking_more: int = 0
    given_up_reasons: dict[str, int] | None = None
    left_aside_seconds: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        for each in self.left_aside_seconds:
            if not _SECOND.fullmatch(each):
                raise Unreadable(f"leftAsideSeconds has {each[:40]!r}: expected a time of day such as 09:41:07.")


@dataclass(frozen=True, kw_only=True)
class Correction(Document):
    """A later comparison of an `hour`, by `rung`, found calls that Cosmos lacked: `missing` ones and, in an older
    version, `stale` ones. `was_complete` is whether the day had been told complete."""

    at: datetime
    hour: datetime
    rung: str
    missing: int
    stale: int
    was_complete: bool = False


@dataclass(frozen=True, kw_only=True)
class DayCompleteness(Counts):
    """A UTC `day`: the sums over its hours.

    All that started before `compared_until` was compared, each hour at `compared_at` or later; `rung` is that of the
    hour which was compared soonest after its end. These are absent where the first hour was not. `share` is the
    part of the day's minutes that was compared, from 0 to 1. `corrections` are the newest ones, and `corrected` counts
    the calls of all.
    """

    tenant_id: str
    day: str
    completeness: Completeness
    compared_until: datetime | None = None
    compared_at: datetime | None = None
    rung: str | None = None
    share: float = 0.0
    given_up_reasons: dict[str, int] | None = None
    corrected: int = 0
    corrections: tuple[Correction, ...] = ()
    hours: tuple[HourCompared, ...] = ()
    at: datetime


type Change = Callable[[DayCompleteness | None], DayCompleteness]
"""Makes of what is stored of a day, None where nothing is, what is to be stored."""


class CompletenessStore(Protocol):
    """Where the completeness of days is kept."""

    async def days(self, days: Collection[str]) -> list[DayCompleteness]: ...

    async def change(self, day: str, change: Change) -> DayCompleteness: ...
