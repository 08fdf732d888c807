"""Which calls rows of PSTN belong to: pure. Nothing in a row leads to a call: number, user and time are compared."""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from callrecords.graphtypes import moment
from callrecords.phone.joins import not_joined
from callrecords.phone.numbers import LEAST_SHOWN, digits, is_same
from callrecords.ports.phonerow import JoinedCall, NotJoined, PhoneJoin, PhoneRow

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
    day: str
    user_ids: frozenset[str]
    stays: tuple[Stay, ...]


class _Apart(NamedTuple):
    """How far the times of a row are after those of a stay."""

    start: timedelta
    end: timedelta

    @property
    def is_near(self) -> bool:
        return abs(self.start) <= START_WITHIN and abs(self.end) <= END_WITHIN

    def is_clearly_nearer(self, other: "_Apart") -> bool:
        """By their ends, or by their starts where these are alike, as when a meeting ends for all."""
        ends, starts = abs(other.end) - abs(self.end), abs(other.start) - abs(self.start)
        return ends >= _CLEARLY_ENDED or (abs(ends) < _CLEARLY_ENDED and starts >= _CLEARLY_STARTED)


@dataclass(frozen=True)
class Leg:
    """A row of PSTN, as far as it tells to which call it belongs: its number as `digits` has it."""

    row: PhoneRow
    number: str
    start: datetime
    end: datetime

    def apart(self, stay: Stay) -> _Apart:
        """How far its times are from those of the stay."""
        return _Apart(self.start - stay.joined, self.end - stay.left)


def _distance(apart: _Apart) -> tuple[timedelta, timedelta]:
    """By which the nearest comes first."""
    return abs(apart.end), abs(apart.start)


class _Fit(NamedTuple):
    """The call that fits a row best, and how far each of its stays is from it that is near, by their places there."""

    call_id: str
    stays: Mapping[int, _Apart]

    @property
    def nearest(self) -> _Apart:
        return min(self.stays.values(), key=_distance)


def leg_of(row: PhoneRow) -> Leg | NotJoined:
    """What the row tells of its call, or what is missing for that."""
    number, start = digits(row.get("number")), moment(row.get("startDateTime"))
    if number is None:
        return "noNumber"
    end = moment(row.get("endDateTime"))
    if end is None and start is not None and "durationSeconds" in row:
        end = start + timedelta(seconds=row["durationSeconds"])
    return Leg(row, number, start, end) if start and end else "noTime"


def inferred(rows: Iterable[PhoneRow], calls: Iterable[PhonedCall]) -> dict[str, PhoneJoin]:
    """The call of each row of PSTN, by the id of the row: the one with a telephone of this number, at this time, and
    with this user where the row tells one.

    `rows` are all that have the numbers of those that are wanted, and `calls` all with these numbers, at about the
    time. Each stay of a telephone has one row. Where two calls or two rows fit about as well, none is taken.
    """
    stays = _stays(calls)
    joins: dict[str, PhoneJoin] = {}
    chosen: dict[tuple[str | None, ...], dict[str, tuple[PhoneRow, _Fit]]] = defaultdict(dict)
    for row in rows:
        leg = leg_of(row)
        found = leg if isinstance(leg, str) else _chosen(leg, stays[leg.number[:LEAST_SHOWN]])
        if isinstance(found, str):
            joins[row["id"]] = not_joined(row, found)
        else:
            key = (found.call_id, digits(row["number"]), row.get("userId"), row["kind"])
            chosen[key][row["id"]] = (row, found)
    for rivals in chosen.values():
        joins |= _settled(rivals)
    return joins


type _Stays = Mapping[str, Sequence[tuple[str, PhonedCall, int]]]
type _Rivals = Mapping[str, tuple[PhoneRow, _Fit]]


def _stays(calls: Iterable[PhonedCall]) -> _Stays:
    """The numbers of all stays with their calls and places there, by the first digits of the number."""
    stays = defaultdict(list)
    for call in calls:
        for place, stay in enumerate(call.stays):
            if (number := digits(stay.number)) is not None:
                stays[number[:LEAST_SHOWN]].append((number, call, place))
    return stays


def _chosen(leg: Leg, stays: Sequence[tuple[str, PhonedCall, int]]) -> _Fit | NotJoined:
    """The call that fits best, or why it is none."""
    user = leg.row.get("userId")
    same = [(call, place, leg.apart(call.stays[place])) for number, call, place in stays if is_same(number, leg.number)]
    near = [each for each in same if each[2].is_near]
    fits: dict[str, dict[int, _Apart]] = defaultdict(dict)
    for call, place, apart in near:
        if user is None or user in call.user_ids:
            fits[call.call_id][place] = apart
    if not fits:
        return "otherUser" if near else "otherTime" if same else "noCall"
    best, *others = sorted(itertools.starmap(_Fit, fits.items()), key=lambda fit: _distance(fit.nearest))
    return best if all(best.nearest.is_clearly_nearer(other.nearest) for other in others) else "ambiguous"


def _settled(rivals: _Rivals) -> dict[str, PhoneJoin]:
    """The joins of the rows, by their ids, that have chosen one call, and have its number, user and kind."""
    by_distance = sorted(
        (_distance(apart), row_id, place) for row_id, (_, fit) in rivals.items() for place, apart in fit.stays.items()
    )
    holders: dict[int, str] = {}
    for _, row_id, place in by_distance:
        if place not in holders and row_id not in holders.values():
            holders[place] = row_id
    joins = {row_id: _joined(*rivals[row_id], place) for place, row_id in holders.items()}
    for row_id in rivals.keys() - joins.keys():
        row, fit = rivals[row_id]
        alike = [
            holder
            for place, apart in fit.stays.items()
            if not rivals[holder := holders[place]][1].stays[place].is_clearly_nearer(apart)
        ]
        joins |= {holder: not_joined(rivals[holder][0], "ambiguous") for holder in alike}
        joins[row_id] = not_joined(row, "ambiguous" if alike else "otherRow")
    return joins


def _joined(row: PhoneRow, fit: _Fit, place: int) -> PhoneJoin:
    apart = fit.stays[place]
    call: JoinedCall = {
        "callId": fit.call_id,
        "by": "userNumberAndTime" if "userId" in row else "numberAndTime",
        "inferred": True,
        "startSecondsApart": apart.start.total_seconds(),
        "endSecondsApart": apart.end.total_seconds(),
    }
    return {"digest": row["digest"], "calls": [call]}
