"""When a timer fires: by NCRONTAB expression or by time span."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from callrecords.settings.ncrontab import NCrontab
from local.functions_host import timespans


class Schedule(Protocol):
    """When a timer fires."""

    def next(self, after: datetime) -> datetime:
        """The first time later than `after`."""
        ...


@dataclass(frozen=True)
class Interval:
    """Fires every `span`."""

    span: timedelta

    def next(self, after: datetime) -> datetime:
        """The time `span` later than `after`."""
        return after + self.span


def parse(expression: str) -> Schedule:
    """The schedule; ValueError says what is wrong with the expression."""
    if ":" not in expression:
        return NCrontab.parse(expression)
    span = timespans.parse(expression)
    if not span:
        raise ValueError(f"{expression!r} is no time at all: expected at least one second.")
    return Interval(span)
