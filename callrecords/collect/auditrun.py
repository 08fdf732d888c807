"""An audit of days, as the `audit` queue carries it along: pure."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, Self

from callrecords.callrecord import GRAPH_KEEPS
from callrecords.collect.verdicts import Finding
from callrecords.documents import Document
from callrecords.errors import Unreadable
from callrecords.ports.state import StateKey
from callrecords.queues.messages import Message

# Two are made of every day, and others on command.
Audit = Literal["early", "late", "command"]
# How many days before this one the day began: each of its calls began at least two days ago, and in the end its calls
# are in Graph for the better part of a day yet.
AGES: dict[Audit, int] = {"early": 3, "late": GRAPH_KEEPS.days - 1}

# Slices are of call ids by their first four hexadecimal digits.
ALL_IDS = 16**4
_DIGITS = 4
# One that is full is compared within seconds, and needs a few MB.
_WANTED_IN_A_SLICE = 500
_FIRST_WIDTH = ALL_IDS // 256
_DAY = timedelta(days=1)


def bound(position: int) -> str:
    """Where the slice from `position` on starts, and the one before it ends."""
    return f"{position:0{_DIGITS}x}" if position < ALL_IDS else "g"


@dataclass(frozen=True, kw_only=True)
class Tally(Document):
    """What an audit has found: calls by verdict, how many of them are on the queue for it, and the request units that
    Cosmos DB charged for reading."""

    compared: int = 0
    whole: int = 0
    damaged: int = 0
    without_header: int = 0
    without_row: int = 0
    other_row: int = 0
    leftover_row: int = 0
    orphaned_parts: int = 0
    under_way: int = 0
    given_up: int = 0
    enqueued: int = 0
    request_units: float = 0.0

    def counted(self, findings: Sequence[Finding]) -> Self:
        """The same with these calls counted."""
        counts = {"compared": self.compared + len(findings)}
        for finding in findings:
            name = finding.verdict.replace(" ", "_")
            counts[name] = counts.get(name, getattr(self, name)) + 1
        enqueued = sum(finding.remedy in ("ingest", "move") for finding in findings)
        return replace(self, enqueued=self.enqueued + enqueued, **counts)

    def charged(self, request_units: float) -> Self:
        """The same with what a slice was charged."""
        return replace(self, request_units=round(self.request_units + request_units, 2))


@dataclass(frozen=True, kw_only=True)
class AuditMessage(Tally, Message):
    """An audit of the days from `first_day` to `last_day`.

    The days before `day` are compared, and of it the calls before `position`; the next slice is `width` wide.
    """

    audit: Audit
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
    def is_done(self) -> bool:
        return self.day > self.last_day

    @property
    def bounds(self) -> tuple[str, str]:
        """Those of the next slice."""
        return bound(self.position), bound(self._end)

    @property
    def _end(self) -> int:
        return min(self.position + self.width, ALL_IDS)

    def compared_slice(self, findings: Sequence[Finding], request_units: float) -> Self:
        """The audit after the next slice, with a width that is sized by how many calls were in it."""
        factor = min(max(_WANTED_IN_A_SLICE / max(len(findings), 1), 1 / 8), 8)
        width = min(max(int(self.width * factor), 1), ALL_IDS)
        day, position = self.day, self._end
        if position == ALL_IDS:
            day, position = (date.fromisoformat(day) + _DAY).isoformat(), 0
        return replace(self.counted(findings).charged(request_units), day=day, position=position, width=width)

    def narrowed(self, request_units: float) -> Self:
        """The audit with a narrower slice for one that has too many items."""
        return replace(self.charged(request_units), width=max(self.width // 8, 1))

    def outcome(self, now: datetime) -> "AuditOutcome":
        """What is remembered of the audit."""
        tally: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(Tally)}
        return AuditOutcome(
            **tally,
            first_day=self.first_day,
            last_day=self.last_day,
            day=None if self.is_done else self.day,
            finished=now if self.is_done else None,
            at=now,
        )


@dataclass(frozen=True, kw_only=True)
class AuditOutcome(Tally):
    """How far an audit was `at`; `day` is the one that it compares, and None where it has `finished`."""

    first_day: str
    last_day: str
    day: str | None = None
    finished: datetime | None = None
    at: datetime


def ended(audit: Audit) -> StateKey[AuditOutcome]:
    """Where the outcome of the last audit that ended is remembered."""
    return StateKey(f"audit-{audit}", AuditOutcome)


def running(audit: Audit) -> StateKey[AuditOutcome]:
    """Where it is remembered how far the last audit is that was started."""
    return StateKey(f"audit-{audit}-running", AuditOutcome)


def due(audit: Audit, today: date, last: str | None) -> tuple[str, str] | None:
    """The first and the last day that the audit is to compare; None where there is none yet.

    `last` is the last day that it has compared. Without one, or with one that is still to come, it is the newest day
    alone; nights that were missed are caught up with, as far back as Graph has calls.
    """
    newest = today - timedelta(days=AGES[audit])
    oldest = today - GRAPH_KEEPS
    done = _day(last)
    first = max(done + _DAY, oldest) if done and done <= today else newest
    return (first.isoformat(), newest.isoformat()) if first <= newest else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
