"""What Cosmos has of a time that is compared, and how long the next list may be: pure but for the reading of it.

Most calls that Graph lists are in Cosmos already. So their number tells how much of the time fits on a page of Graph's.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

from callrecords.collect.reconcile.hours import day_end, day_of
from callrecords.ports.rows import Row, RowVersions, TimedRow

# Graph's pages have 60 calls. What is left is for those that Cosmos lacks.
WANTED_IN_A_STEP = 55
LEAST_STEP = timedelta(seconds=1)
# A visit has to list all of them, and Graph lists 15 first pages in 20 s.
_MOST_PARTS = 12
# So many are read at once where there are as many as at any other time of the day. A visit lists a few hundred, and
# what it has read beyond that is read again.
_WANTED_AT_ONCE = 75
_DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Stored:
    """The rows of the calls that started from `start` on and before `end`, by call id."""

    start: datetime
    end: datetime
    rows: Mapping[str, TimedRow] = field(default_factory=dict)

    @cached_property
    def _starts(self) -> list[datetime]:
        return sorted(each.start for each in self.rows.values() if each.start)

    def within(self, start: datetime, end: datetime) -> dict[str, Row]:
        """The rows of those that started in this time."""
        return {call_id: each.row for call_id, each in self.rows.items() if each.start and start <= each.start < end}

    def count(self, start: datetime, end: datetime) -> int:
        """How many started in this time."""
        return bisect_left(self._starts, end) - bisect_left(self._starts, start)

    def parts(self, start: datetime, end: datetime) -> int:
        """In how many parts to list this time, so that each has about a page, as far as calls start evenly: one, but
        for a second in which more calls start than that. Graph lists first pages sooner than those that follow."""
        return min(max(round(self.count(start, end) / WANTED_IN_A_STEP), 1), _MOST_PARTS)

    def step_end(self, start: datetime, end: datetime, surplus: float) -> datetime:
        """Up to when, and not beyond `end`, there are no more calls than a page has: those that are stored, and
        `surplus` more a second. A second at least, and whole seconds."""
        least, most = 1, max(round((min(end, self.end) - start).total_seconds()), 1)
        while least < most:
            middle = (least + most + 1) // 2
            if self.count(start, start + timedelta(seconds=middle)) + surplus * middle <= WANTED_IN_A_STEP:
                least = middle
            else:
                most = middle - 1
        return start + timedelta(seconds=least)


async def read_on(known: Stored, rows: RowVersions, start: datetime, end: datetime, calls_a_day: int) -> Stored:
    """What is stored from `start` on: what is `known` of that, and as much time again. Of no time that is known, it is
    some in which there are about as many calls as are read at once, if there are `calls_a_day`. Not beyond the day, nor
    beyond `end`. Raises what `rows` does."""
    first = known.end if known.start <= start < known.end else start
    seconds = max(_DAY_SECONDS * _WANTED_AT_ONCE // max(calls_a_day, 1), 1)
    last = min(first + max(timedelta(seconds=seconds), first - start), day_end(start), end)
    kept = {call_id: each for call_id, each in known.rows.items() if each.start and start <= each.start < first}
    return Stored(start, last, kept | await rows.versions(day_of(start), first, last))


NOTHING = Stored(datetime.min.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC))
