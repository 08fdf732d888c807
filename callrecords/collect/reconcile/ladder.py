"""The ladder of ages: how long after its end an hour of call starts is compared with Graph, and how often: pure.

Graph lists so many calls a day and no more. All rungs fit where there are few calls. With more of them, rungs are left
out in a fixed order, and where not even two fit, only some minutes of each hour are compared.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from callrecords.callrecord import GRAPH_KEEPS
from callrecords.collect.reconcile.hours import HOUR, MINUTES_OF_HOUR, hour_of, next_hour
from callrecords.documents import Document
from callrecords.errors import Unreadable
from callrecords.graph.limits import LIST_FIRST_PAGE
from callrecords.ports.state import StateKey

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rung:
    """An age at which each hour is compared, counted from the end of the hour."""

    name: str
    age: timedelta


RUNGS = (
    *(Rung(f"{hours} h", hours * HOUR) for hours in (1, 2, 3, 6, 12, 27)),
    *(Rung(f"{days} d", days * _DAY) for days in (2, 4, 7, 14, 29)),
)
# What started so long ago can be counted on to be in Graph, whosever clock is right.
KEPT_FOR = GRAPH_KEEPS - timedelta(minutes=10)

# The ones that are wanted most: what was missed is found when its record is likely to be there, and once more before
# Graph forgets it; a day can be told complete after two days; then what is missed is found sooner.
_WANTED = ("6 h", "29 d", "2 d", "1 h", "12 h", "7 d", "3 h", "27 h", "14 d", "4 d", "2 h")
_LEAST_RUNGS = 2

# What a page can be counted on to have: Graph's have up to 60.
CALLS_IN_A_PAGE = 50
# Two thirds of the first pages that Graph lists in a day. The rest is for gaps, bursts, and pages that follow.
LISTED_A_DAY = round(LIST_FIRST_PAGE.rate * 86_400 * CALLS_IN_A_PAGE * 2 / 3)


def rungs_for(calls_a_day: int) -> tuple[Rung, ...]:
    """The rungs that fit, by age."""
    wanted = _WANTED[: max(LISTED_A_DAY // max(calls_a_day, 1), _LEAST_RUNGS)]
    return tuple(rung for rung in RUNGS if rung.name in wanted)


def minutes_for(calls_a_day: int) -> int:
    """How many minutes of each hour are compared: all sixty, unless two rungs are too many."""
    fitting = LISTED_A_DAY * MINUTES_OF_HOUR // (_LEAST_RUNGS * max(calls_a_day, 1))
    return min(max(fitting, 1), MINUTES_OF_HOUR)


def is_chosen(minute: int, minutes: int, rung: str) -> bool:
    """Whether this minute is one of the `minutes` of an hour that are compared: every so many, and for every other rung
    the ones in between."""
    place = minute + _WANTED.index(rung) % 2 if rung in _WANTED else minute
    return place * minutes // MINUTES_OF_HOUR != (place + 1) * minutes // MINUTES_OF_HOUR


@dataclass(frozen=True, kw_only=True)
class Ladder(Document):
    """How far each rung is: hours that started before `reached` were compared, or had no need to.

    `calls_a_day` is the most that were listed of one of the last days, as `counted_at` last. `open_hours` has the hours
    of which something is lacking, and when Cosmos is asked for it next; `lacking` counts the calls of these hours.
    `last_complete` is the last day that was told complete. At `unlisted_at` the rest of an hour was left aside last,
    `unlisted_because` Graph did not list it.
    """

    reached: dict[str, datetime]
    calls_a_day: int = 0
    counted_at: datetime | None = None
    open_hours: dict[str, datetime] | None = None
    lacking: dict[str, int] | None = None
    last_complete: str | None = None
    unlisted_at: datetime | None = None
    unlisted_because: str | None = None
    at: datetime

    def due(self, rung: Rung, now: datetime) -> tuple[datetime, datetime]:
        """From when until when hours started that are due; nothing is where these are the same, or turned round."""
        first = self.reached.get(rung.name) or _begin(rung, now)
        return max(first, next_hour(now - GRAPH_KEEPS)), hour_of(now - rung.age)

    def is_due(self, now: datetime) -> bool:
        """Whether hours are due, or some are to be looked at again, or a rung is further than it can be."""
        spans = (self.due(rung, now) for rung in rungs_for(self.calls_a_day))
        return any(at <= now for at in (self.open_hours or {}).values()) or any(start != end for start, end in spans)

    def put_right(self, now: datetime) -> Self:
        """The ladder without rungs that are further than they can be: somebody's clock was wrong. What they have passed
        over is due at the rungs after them."""
        reached = {
            rung.name: min(self.reached[rung.name], hour_of(now - rung.age))
            for rung in RUNGS
            if rung.name in self.reached
        }
        return replace(self, reached=reached)

    def looks(self) -> list[tuple[datetime, datetime]]:
        """The hours of which something is lacking, each after the time at which it is to be looked at."""
        return sorted((at, hour) for key, at in (self.open_hours or {}).items() if (hour := _hour(key)))

    def behind(self, rung: Rung, now: datetime) -> timedelta:
        """For how long the oldest hour that is due has been."""
        first, end = self.due(rung, now)
        return now - (first + HOUR + rung.age) if first < end else timedelta()


def _hour(key: str) -> datetime | None:
    try:
        hour = datetime.fromisoformat(key)
    except ValueError:
        return None
    return hour if hour.tzinfo else None


LADDER = StateKey("reconcile-ladder", Ladder)


def begun(now: datetime) -> Ladder:
    """A ladder on which each hour that Graph keeps is due once, at the rung that is next to its age."""
    return Ladder(reached={rung.name: _begin(rung, now) for rung in RUNGS}, at=now)


def _begin(rung: Rung, now: datetime) -> datetime:
    older = next((each.age for each in RUNGS if each.age > rung.age), None)
    return next_hour(now - GRAPH_KEEPS) if older is None else hour_of(now - older)


@dataclass(frozen=True, kw_only=True)
class Asked(Document):
    """Hours that somebody asked to compare at `asked_at`: those from `since` on that started before `until`.

    `why` is the reason. Those before `position` are done.
    """

    why: str
    since: datetime
    until: datetime
    position: datetime
    asked_at: datetime

    def __post_init__(self) -> None:
        if not self.since <= self.position <= self.until <= self.since + GRAPH_KEEPS + _DAY:
            raise Unreadable(
                f"position is {self.position}: expected a time from since to until, {GRAPH_KEEPS} at most."
            )

    @property
    def key(self) -> StateKey["Asked"]:
        """Where it is remembered until it is done."""
        return StateKey(f"{ASKED.id}{self.asked_at:%Y%m%dT%H%M%S%f}-{self.since:%Y%m%dT%H}", Asked)


ASKED = StateKey("reconcile-asked-", Asked)
