"""A session in which one party took the place of another, taken apart by who was there.

Graph may tell a forwarded or a transferred call as one session, whose segments go to one party and then to another, or
come from one and then from another.
"""

from collections.abc import Callable, Sequence

from callrecords.facts.ends import OTHER, End, Side
from callrecords.facts.intervals import Interval, within
from callrecords.facts.parties import Party
from callrecords.facts.sessions import Item, Segment

type Who = Callable[[End], Party | None]


def taken_apart(item: Item, who: Who) -> list[Item]:
    """The mention of a session, or where its segments go to several parties, or come from several, one for each with
    the own segments.

    `who` tells which person is at an end. The session's callee is who answered it
    (https://learn.microsoft.com/graph/api/resources/callrecords-session), so a segment to nobody is one on the way to
    the callee. Where times do not tell when each was there, the mention stays whole.
    """
    return [part for by_callee in _taken_apart(item, "callee", who) for part in _taken_apart(by_callee, "caller", who)]


def _taken_apart(item: Item, side: Side, who: Who) -> list[Item]:
    """The mention, or one for each of the parties at this side."""
    party, other = who(item.ends[side]), item.ends[OTHER[side]]
    if party is None or other.is_service:
        return [item]
    ends: dict[str | None, End] = {party.key: item.ends[side]}
    segments: dict[str | None, list[Segment]] = {party.key: [], None: []}
    for segment in item.segments:
        end = _end_at(segment, side, who(other), who)
        there = who(end) if end else None
        key = there.key if there else None
        segments.setdefault(key, []).append(segment)
        if end and key:
            ends.setdefault(key, end)
    on_the_way = segments.pop(None)
    may_be_own = on_the_way if side == "callee" else []
    times = {key: _time(item, own or may_be_own) for key, own in segments.items()}
    if len(times) == 1 or not all(times.values()):
        return [item]
    segments[party.key] = [*segments[party.key], *on_the_way]
    last = max(times, key=lambda key: (times[key], key))
    return [
        item._replace(
            interval=times[key],
            ends={**item.ends, side: ends[key]},
            failure=item.failure if _has_failed(item, own, is_last=key == last) else None,
            segments=own,
        )
        for key, own in segments.items()
    ]


def _end_at(segment: Segment, side: Side, other: Party | None, who: Who) -> End | None:
    """The end of a segment at which a party of this side of the session may be: that of the same side, or if the party
    of the other side is there, the other."""
    here = who(segment.ends[side])
    if other is None or here is None or here.key != other.key:
        return segment.ends[side]
    there = who(segment.ends[OTHER[side]])
    return segment.ends[OTHER[side]] if there and there.key != other.key else None


def _time(item: Item, segments: Sequence[Segment]) -> Interval | None:
    """From the first of the segments to the last; None where one does not tell its time, or there is none."""
    times = [each.interval for each in segments if each.interval]
    if not times or len(times) < len(segments):
        return None
    whole = Interval(min(each.start for each in times), max(each.end for each in times))
    return within(whole, item.interval) if item.interval else whole


def _has_failed(item: Item, segments: Sequence[Segment], *, is_last: bool) -> bool:
    """Whether the failure of the session is that of these segments: the last, where no segment tells of it."""
    by_all = any(each.failure == item.failure for each in item.segments)
    return any(each.failure == item.failure for each in segments) if by_all else is_last
