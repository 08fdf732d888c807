"""Which calls rows of PSTN belong to: pure. Nothing in a row leads to a call: number, user and time are compared."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime, timedelta
from typing import NamedTuple

from callrecords.graphtypes import moment
from callrecords.phone.joins import not_joined
from callrecords.phone.numbers import digits
from callrecords.phone.pairing import contested
from callrecords.phone.stays import Apart, PhonedCall, Stays
from callrecords.ports.phonerow import JoinedCall, NotJoined, PhoneJoin, PhoneRow


@dataclass(frozen=True)
class Leg:
    """A row, as far as it tells to which call it belongs: its number as `digits` has it."""

    row: PhoneRow
    number: str
    start: datetime
    end: datetime


class _Fit(NamedTuple):
    """The call that fits a row best, and how far each of its stays is from it that is near, by their places there."""

    call_id: str
    stays: Mapping[int, Apart]

    @property
    def nearest(self) -> Apart:
        return min(self.stays.values(), key=lambda apart: apart.distance)


def leg_of(row: PhoneRow) -> Leg | NotJoined:
    """What the row tells of its call, or what is missing for that."""
    number, start = digits(row.get("number")), moment(row.get("startDateTime"))
    if number is None:
        return "noNumber"
    end = moment(row.get("endDateTime"))
    if end is None and start is not None and "durationSeconds" in row:
        end = _later(start, row["durationSeconds"])
    return Leg(row, number, start, end) if start and end and _can_be(start) and _can_be(end) else "noTime"


def _can_be(moment: datetime) -> bool:
    """Whether there are days before and after it, as in no time that stands for none."""
    return MINYEAR < moment.year < MAXYEAR


def _later(start: datetime, seconds: int) -> datetime | None:
    """That long after the start; None where no calendar has it."""
    try:
        return start + timedelta(seconds=seconds)
    except OverflowError:
        return None


def inferred(rows: Iterable[PhoneRow], calls: Iterable[PhonedCall]) -> dict[str, PhoneJoin]:
    """The call of each row of PSTN, by the id of the row: the one with a telephone of this number, at this time, and
    with this user where the row tells one.

    `rows` are all that have the numbers of those that are wanted, and `calls` all with these numbers, at about the
    time. Each stay of a telephone has one row of a user and kind. Where two calls or two rows fit about as well, none
    is taken.
    """
    stays = Stays(calls)
    joins: dict[str, PhoneJoin] = {}
    chosen: dict[tuple[str | None, ...], dict[str, tuple[PhoneRow, _Fit]]] = defaultdict(dict)
    for row in rows:
        leg = leg_of(row)
        found = leg if isinstance(leg, str) else _chosen(leg, stays)
        if isinstance(found, str):
            joins[row["id"]] = not_joined(row, found)
        else:
            chosen[found.call_id, row.get("userId"), row["kind"]][row["id"]] = (row, found)
    for rivals in chosen.values():
        joins |= _settled(rivals)
    return joins


def _chosen(leg: Leg, stays: Stays) -> _Fit | NotJoined:
    """The call that fits best, or why it is none."""
    user, is_there = leg.row.get("userId"), False
    fits: dict[str, dict[int, Apart]] = defaultdict(dict)
    for place, apart in stays.near(leg.number, leg.start, leg.end):
        is_there = True
        if user is None or user in place.call.user_ids:
            fits[place.call.call_id][place.number_in_call] = apart
    if not fits:
        return "otherUser" if is_there else "otherTime" if stays.has(leg.number, leg.end) else "noCall"
    found = [_Fit(call_id, near) for call_id, near in fits.items()]
    for each in found:
        if all(each is other or each.nearest.is_clearly_nearer(other.nearest) for other in found):
            return each
    return "ambiguous"


def _settled(rivals: Mapping[str, tuple[PhoneRow, _Fit]]) -> dict[str, PhoneJoin]:
    """The joins of the rows, by their ids, that have chosen one call, and have its user and kind."""
    near = {
        row_id: sorted(fit.stays, key=lambda place: (fit.stays[place].distance, place))
        for row_id, (_, fit) in sorted(rivals.items())
    }
    joins = {row_id: _joined(row, fit) for row_id, (row, fit) in rivals.items()}
    for row_ids, stays in contested(near):
        apart = {row_id: rivals[row_id][1].nearest for row_id in sorted(row_ids)}
        left_out = _left_out(apart, near, len(stays))
        for row_id in left_out or row_ids:
            joins[row_id] = not_joined(rivals[row_id][0], "otherRow" if left_out else "ambiguous")
    return joins


def _left_out(apart: Mapping[str, Apart], near: Mapping[str, Sequence[int]], count: int) -> list[str]:
    """Of the rows that are too many for so many stays those that fit worse: all others are clearly nearer than each of
    them, and have each a stay of their own. None where that is not so."""
    beaten = {
        row_id: {other for other, its in apart.items() if own.is_clearly_nearer(its)} for row_id, own in apart.items()
    }
    ranked = sorted(apart, key=lambda row_id: len(beaten[row_id]), reverse=True)
    kept, left_out = ranked[:count], ranked[count:]
    have_each_a_stay = not contested({row_id: near[row_id] for row_id in kept})
    return left_out if have_each_a_stay and all(beaten[row_id].issuperset(left_out) for row_id in kept) else []


def _joined(row: PhoneRow, fit: _Fit) -> PhoneJoin:
    call: JoinedCall = {
        "callId": fit.call_id,
        "by": "userNumberAndTime" if "userId" in row else "numberAndTime",
        "inferred": True,
        "startSecondsApart": fit.nearest.start.total_seconds(),
        "endSecondsApart": fit.nearest.end.total_seconds(),
    }
    return {"digest": row["digest"], "calls": [call]}
