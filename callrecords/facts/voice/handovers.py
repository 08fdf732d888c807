"""A session in which one called party took the place of another, taken apart by who was called.

Graph may tell a forwarded or a transferred call as one session, whose segments go to one party and then to another.
"""

from collections.abc import Callable, Sequence

from callrecords.facts.ends import End
from callrecords.facts.intervals import Interval, within
from callrecords.facts.parties import Party
from callrecords.facts.sessions import Item, Segment

type Who = Callable[[End], Party | None]


def taken_apart(item: Item, who: Who) -> list[Item]:
    """The mention of a session, or where its segments go to several parties, one for each with the own segments.

    `who` tells which person is at an end. The session's callee is who answered it
    (https://learn.microsoft.com/graph/api/resources/callrecords-session), so a segment to nobody is one on the way to
    the callee. Where times do not tell when each was called, the mention stays whole.
    """
    callee = who(item.ends["callee"])
    if callee is None or item.ends["caller"].is_service:
        return [item]
    ends: dict[str | None, End] = {callee.key: item.ends["callee"]}
    segments: dict[str | None, list[Segment]] = {callee.key: [], None: []}
    for segment in item.segments:
        end = _called_end(segment, who(item.ends["caller"]), who)
        party = who(end) if end else None
        key = party.key if party else None
        segments.setdefault(key, []).append(segment)
        if end and key:
            ends.setdefault(key, end)
    on_the_way = segments.pop(None)
    times = {key: _time(item, own or on_the_way) for key, own in segments.items()}
    if len(times) == 1 or not all(times.values()):
        return [item]
    segments[callee.key] = [*segments[callee.key], *on_the_way]
    last = max(times, key=lambda key: (times[key], key))
    return [
        item._replace(
            interval=times[key],
            ends={**item.ends, "callee": ends[key]},
            failure=item.failure if _has_failed(item, own, is_last=key == last) else None,
            segments=own,
        )
        for key, own in segments.items()
    ]


def _called_end(segment: Segment, caller: Party | None, who: Who) -> End | None:
    """The end of a segment at which the called may be: that of its callee, or if the caller is there, the other."""
    at_callee = who(segment.ends["callee"])
    if caller is None or at_callee is None or at_callee.key != caller.key:
        return segment.ends["callee"]
    at_caller = who(segment.ends["caller"])
    return segment.ends["caller"] if at_caller and at_caller.key != caller.key else None


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
