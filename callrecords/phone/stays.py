"""When telephones were in calls, and which of these times a row of PSTN may be of: pure."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from callrecords.phone.numbers import LEAST_SHOWN, digits, may_be

START_WITHIN = timedelta(seconds=120)
"""As far may the start of a row be from the time at which the telephone came into the call: it may have rung."""
END_WITHIN = timedelta(seconds=10)
"""As far may the end of a row be from the time at which the telephone left the call: somebody hung up at both."""
OTHER_WITHIN = timedelta(days=1)
"""As far from its end another call with the number of a row is looked for, to say that there was one."""
CLEARLY = timedelta(seconds=5)
"""So much nearer, one of two is taken for the right one."""


class Stay(NamedTuple):
    """The time of a telephone in a call; the number is as the row of the call has it."""

    number: str
    joined: datetime
    left: datetime


@dataclass(frozen=True)
class PhonedCall:
    """A call with telephones in it: who took part or organised it, by ids in lower case, and when the telephones were
    there."""

    call_id: str
    user_ids: frozenset[str]
    stays: tuple[Stay, ...]


class Apart(NamedTuple):
    """How far the times of a row are after those of a stay."""

    start: timedelta
    end: timedelta

    @property
    def is_near(self) -> bool:
        return abs(self.start) <= START_WITHIN and abs(self.end) <= END_WITHIN

    @property
    def distance(self) -> tuple[timedelta, timedelta]:
        """By which the nearest comes first."""
        return abs(self.end), abs(self.start)

    def is_clearly_nearer(self, other: "Apart") -> bool:
        """By their ends: starts differ by the time for which it rang. Where ends are right to within CLEARLY, that of
        another call is never the clearly nearer one."""
        return abs(other.end) - abs(self.end) >= CLEARLY


class Place(NamedTuple):
    """One of the stays: its call, and its place among the stays of that."""

    left: datetime
    number: str
    call: PhonedCall
    number_in_call: int


class Stays:
    """The stays of `calls`, to be found by number and time."""

    def __init__(self, calls: Iterable[PhonedCall]) -> None:
        self._by_prefix: dict[str, list[Place]] = defaultdict(list)
        for call in calls:
            for index, stay in enumerate(call.stays):
                if (number := digits(stay.number)) is not None:
                    self._by_prefix[number[:LEAST_SHOWN]].append(Place(stay.left, number, call, index))
        for places in self._by_prefix.values():
            places.sort(key=lambda place: place.left)

    def has(self, number: str, end: datetime) -> bool:
        """Whether a telephone with the number left a call at about this time, give or take OTHER_WITHIN."""
        return any(True for _ in self._left(number, end, OTHER_WITHIN))

    def near(self, number: str, start: datetime, end: datetime) -> Iterator[tuple[Place, Apart]]:
        """Those with the number that are near these times."""
        for place in self._left(number, end, END_WITHIN):
            apart = Apart(start - place.call.stays[place.number_in_call].joined, end - place.left)
            if apart.is_near:
                yield place, apart

    def _left(self, number: str, end: datetime, within: timedelta) -> Iterator[Place]:
        places = self._by_prefix.get(number[:LEAST_SHOWN], [])
        first = bisect_left(places, end - within, key=lambda place: place.left)
        last = bisect_right(places, end + within, key=lambda place: place.left)
        return (place for place in places[first:last] if may_be(number, place.number))
