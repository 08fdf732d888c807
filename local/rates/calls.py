"""The calls of many days, as Graph and Cosmos have them at a time. None is kept as an object: each is told by its day
and its number."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from callrecords.callrecord import GRAPH_KEEPS
from callrecords.ports.records import Listed
from callrecords.ports.rows import Row, TimedRow
from local.rates.profile import Profile

# From the message about a call until its row is there.
_FETCHED_AFTER = timedelta(seconds=5)
_NEWEST = Row(1)
_DAY = timedelta(days=1)


class Call(NamedTuple):
    """The call with this number of those of a day."""

    day: int
    number: int
    start: datetime

    @property
    def id(self) -> str:
        return f"{self.day:08x}-0000-4000-8000-{self.number:012x}"


class Calls:
    """Calls of `profile` on every day. Graph has each in version 1. Every `missing_every`th of those that started
    `missing_since` then comes to Cosmos only when it was put on the queue."""

    def __init__(
        self, profile: Profile, clock: Callable[[], datetime], missing_since: datetime, missing_every: int
    ) -> None:
        self.profile = profile
        self.clock = clock
        self.enqueued: dict[str, datetime] = {}
        self.begin = clock()
        self._missing_since = missing_since
        self._missing_every = missing_every

    def listed(self, start: datetime, end: datetime) -> list[Listed]:
        """What Graph lists now."""
        oldest = self.clock() - GRAPH_KEEPS
        return [
            Listed(call_id=call.id, version=version, start=call.start)
            for call in self._between(start, end)
            if call.start > oldest and (version := self.graph_version(call))
        ]

    def rows(self, start: datetime, end: datetime) -> dict[str, TimedRow]:
        """What Cosmos has now."""
        found = ((call, self._row(call)) for call in self._between(start, end))
        return {call.id: TimedRow(row, call.start.replace(microsecond=0)) for call, row in found if row}

    def row(self, call_id: str) -> Row | None:
        """The same of a single call."""
        return self._row(self.call(call_id))

    def call(self, call_id: str) -> Call:
        """The call of this id."""
        day, number = int(call_id[:8], 16), int(call_id[-12:], 16)
        return Call(day, number, _midnight(day) + self.profile.start(number).after)

    def enqueue(self, call_id: str) -> None:
        """It will be fetched."""
        self.enqueued[call_id] = self.clock()

    def _row(self, call: Call) -> Row | None:
        version = self.cosmos_version(call)
        return (_NEWEST if version == 1 else Row(version)) if version else None

    def graph_version(self, _call: Call) -> int:
        """The version that Graph has now, 0 for none."""
        return 1

    def cosmos_version(self, call: Call) -> int:
        """The same of Cosmos."""
        if call.number % self._missing_every or call.start < self._missing_since:
            return 1
        return 1 if self.fetched_at(call) else 0

    def fetched_at(self, call: Call) -> datetime | None:
        """When the last message about the call was handled."""
        enqueued = self.enqueued.get(call.id)
        fetched = enqueued + _FETCHED_AFTER if enqueued else None
        return fetched if fetched and fetched <= self.clock() else None

    def _between(self, start: datetime, end: datetime) -> Iterator[Call]:
        day = start.toordinal()
        while (midnight := _midnight(day)) < end:
            for found in self.profile.between(max(start - midnight, timedelta()), min(end - midnight, _DAY)):
                yield Call(day, found.number, midnight + found.after)
            day += 1


def _midnight(day: int) -> datetime:
    return datetime.combine(date.fromordinal(day), time(), UTC)
