"""A run over days, as its queue carries it along: pure."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, Self

from callrecords.documents import Document
from callrecords.errors import Unreadable
from callrecords.queues.messages import Message

_DAY = timedelta(days=1)


def day_after(day: str) -> str:
    """The next day."""
    return (date.fromisoformat(day) + _DAY).isoformat()


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
    """A run over the days from `first_day` to `last_day`, of which it is at `day`."""

    first_day: str
    last_day: str
    day: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """As Message.parse."""
        message = super().parse(text)
        for day in (message.first_day, message.last_day, message.day):
            try:
                date.fromisoformat(day)
            except ValueError:
                raise Unreadable(f"A day is {day[:60]!r}: expected one such as 2026-03-04.") from None
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

    def least_time(self, _since: Self) -> timedelta:
        """How long the work since then has to take at least, so that others have their share of Cosmos DB."""
        return timedelta()

    def outcome_of[O: DayOutcome](self, kind: type[O], now: datetime) -> O:
        """The outcome of this kind: it has the run's own fields of the same names."""
        known: dict[str, Any] = {
            each.name: getattr(self, each.name) for each in fields(kind) if hasattr(self, each.name)
        }
        progress = {"day": None if self.is_done else self.day, "finished": now if self.is_done else None, "at": now}
        return kind(**known | progress)
