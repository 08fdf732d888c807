"""When telephones were in calls, and which of these times a row of PSTN may be of: pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from callrecords.phone.numbers import LEAST_SHOWN, digits, is_masked, is_same

START_WITHIN = timedelta(seconds=120)
"""As far may the start of a row be from the time at which the telephone came into the call: it may have rung."""
END_WITHIN = timedelta(seconds=10)
"""As far may the end of a row be from the time at which the telephone left the call: somebody hung up at both."""
# So much nearer, one of two is taken for the right one.
_CLEARLY_ENDED, _CLEARLY_STARTED = timedelta(seconds=5), timedelta(seconds=30)


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
        """By their ends, or by their starts where these are alike, as when a meeting ends for all."""
        ends, starts = abs(other.end) - abs(self.end), abs(other.start) - abs(self.start)
        return ends >= _CLEARLY_ENDED or (abs(ends) < _CLEARLY_ENDED and starts >= _CLEARLY_STARTED)


class Place(NamedTuple):
    """One of the stays: its call, and its place among the stays of that."""

    left: datetime
    number: str
    call: PhonedCall
    number_in_call: int


@dataclass
class _OfPrefix:
    """The stays whose numbers begin alike, in the order in which they ended."""

    places: list[Place] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    masked: set[str] = field(default_factory=set)


class Stays:
    """The stays of `calls`, to be found by number and time."""

    def __init__(self, calls: Iterable[PhonedCall]) -> None:
        self._by_prefix: dict[str, _OfPrefix] = {}
        for call in calls:
            for index, stay in enumerate(call.stays):
                if (number := digits(stay.number)) is not None:
                    found = self._by_prefix.setdefault(number[:LEAST_SHOWN], _OfPrefix())
                    found.places.append(Place(stay.left, number, call, index))
                    (found.masked if is_masked(number) else found.numbers).add(number)
        for found in self._by_prefix.values():
            found.places.sort(key=lambda place: place.left)

    def has(self, number: str) -> bool:
        """Whether there is a stay with the number, at any time."""
        found = self._by_prefix.get(number[:LEAST_SHOWN], _OfPrefix())
        others = found.masked | found.numbers if is_masked(number) else found.masked
        return number in found.numbers or any(is_same(number, other) for other in others)

    def near(self, number: str, start: datetime, end: datetime) -> Iterator[tuple[Place, Apart]]:
        """Those with the number that are near these times."""
        places = self._by_prefix.get(number[:LEAST_SHOWN], _OfPrefix()).places
        first = bisect_left(places, end - END_WITHIN, key=lambda place: place.left)
        last = bisect_right(places, end + END_WITHIN, key=lambda place: place.left)
        for place in places[first:last]:
            apart = Apart(start - place.call.stays[place.number_in_call].joined, end - place.left)
            if apart.is_near and is_same(place.number, number):
                yield place, apart
