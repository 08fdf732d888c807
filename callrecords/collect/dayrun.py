"""A run over days, slice by slice of their calls, as its queue carries it along: pure."""

from abc import ABC, abstractmethod
from bisect import bisect_right
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any, Self

from callrecords.documents import Document
from callrecords.errors import Unreadable
from callrecords.queues.messages import Message

# Slices are of call ids by their first four hexadecimal digits.
ALL_IDS = 16**4
_DIGITS = 4
_FIRST_WIDTH = ALL_IDS // 256
_DAY = timedelta(days=1)


def bound(position: int) -> str:
    """Where the slice from `position` on starts, and the one before it ends."""
    return f"{position:0{_DIGITS}x}" if position < ALL_IDS else "g"


def position_of(call_id: str) -> int:
    """The last position that is not after the call."""
    return bisect_right(range(ALL_IDS), call_id, key=bound) - 1


@dataclass(frozen=True, kw_only=True)
class DayOutcome(Document):
    """How far a run over days was `at`; `day` is the one that it works on, and None where it has `finished`."""

    first_day: str
    last_day: str
    day: str | None = None
    finished: datetime | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DayRun(Message, ABC):
    """A run over the days from `first_day` to `last_day`.

    The days before `day` are done, and of it the calls before `position`; the next slice is `width` wide.
    """

    first_day: str
    last_day: str
    day: str
    position: int = 0
    width: int = _FIRST_WIDTH

    @classmethod
    def parse(cls, text: str) -> Self:
        """As Message.parse."""
        message = super().parse(text)
        for day in (message.first_day, message.last_day, message.day):
            try:
                date.fromisoformat(day)
            except ValueError:
                raise Unreadable(f"A day is {day[:60]!r}: expected one such as 2026-03-04.") from None
        if message.width == 0:
            raise Unreadable("width is 0: expected a number from 1.")
        return message

    @property
    @abstractmethod
    def state_id(self) -> str:
        """Where it is remembered how far the last run of its kind is that was started: an id in `state`."""

    @abstractmethod
    def outcome(self, now: datetime) -> DayOutcome:
        """What is remembered of the run."""

    @property
    def is_done(self) -> bool:
        return self.day > self.last_day

    @property
    def bounds(self) -> tuple[str, str]:
        """Those of the next slice."""
        return bound(self.position), bound(self._end)

    @property
    def _end(self) -> int:
        return min(self.position + self.width, ALL_IDS)

    def least_time(self, _since: Self) -> timedelta:
        """How long the work since then has to take at least, so that others have their share of Cosmos DB."""
        return timedelta()

    def advanced(self, calls: int, wanted: int) -> Self:
        """The run after the next slice, in which were so many calls, with a width for the `wanted` number of them."""
        factor = min(max(wanted / max(calls, 1), 1 / 8), 8)
        width = min(max(int(self.width * factor), 1), ALL_IDS)
        day, position = self.day, self._end
        if position == ALL_IDS:
            day, position = (date.fromisoformat(day) + _DAY).isoformat(), 0
        return replace(self, day=day, position=position, width=width)

    def narrowed(self) -> Self:
        """The run with a narrower slice for one that has too many items."""
        return replace(self, width=max(self.width // 8, 1))

    def outcome_of[O: DayOutcome](self, kind: type[O], now: datetime) -> O:
        """The outcome of this kind: it has the run's own fields of the same names."""
        known: dict[str, Any] = {
            each.name: getattr(self, each.name) for each in fields(kind) if hasattr(self, each.name)
        }
        progress = {"day": None if self.is_done else self.day, "finished": now if self.is_done else None, "at": now}
        return kind(**known | progress)
