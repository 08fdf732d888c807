"""Stretches of time, and how long several are together. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from callrecords.graphtypes import moment


class Interval(NamedTuple):
    """From `start` to `end`, which is not before it."""

    start: datetime
    end: datetime


_EARLIEST, _LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def told(value: object) -> datetime | None:
    """The time; None where it is none, or the first day of the year 1, which is how this namespace says "not set"."""
    found = moment(value)
    return found if found and found.year > 1 else None


def interval(start: datetime | None, end: datetime | None) -> Interval | None:
    """The interval between both; None where one is not known, or where they are the wrong way round."""
    return Interval(start, end) if start and end and start <= end else None


def bounds_of(start: datetime | None, end: datetime | None) -> Interval:
    """All the time between both, or before or after the one that is known; all time where they are the wrong way
    round, because then neither can be trusted.
    """
    return interval(start or _EARLIEST, end or _LATEST) or Interval(_EARLIEST, _LATEST)


def within(found: Interval | None, bounds: Interval) -> Interval | None:
    """The part of the interval that lies in the bounds; None where no part does."""
    if found is None:
        return None
    return interval(max(found.start, bounds.start), min(found.end, bounds.end))


def overlap(one: Interval, other: Interval) -> bool:
    """Whether some time lies in both: not where they only touch."""
    return one.start < other.end and other.start < one.end


def union(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same time in intervals that neither overlap nor touch, in order."""
    found = tuple(intervals)
    if len(found) < 2:  # as nearly always
        return found
    merged: list[Interval] = []
    for each in sorted(found):
        if merged and each.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, each.end))
        else:
            merged.append(each)
    return tuple(merged)


def seconds(intervals: Iterable[Interval]) -> float:
    """How long they are together, to the millisecond; what several cover counts once."""
    found = union(intervals)
    if len(found) == 1:
        return round((found[0].end - found[0].start).total_seconds(), 3)
    return round(sum((each.end - each.start for each in found), timedelta()).total_seconds(), 3)
