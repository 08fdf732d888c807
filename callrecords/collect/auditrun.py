"""An audit of days, as the `audit` queue carries it along: pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, Self

from callrecords.callrecord import GRAPH_KEEPS
from callrecords.collect.dayrun import DayOutcome
from callrecords.collect.slicedrun import SlicedRun
from callrecords.collect.verdicts import Finding
from callrecords.documents import Document
from callrecords.ports.state import StateKey

# Two are made of every day, and others on command.
Audit = Literal["early", "late", "command"]
# How many days before this one the day began: each of its calls began at least two days ago, and in the end its calls
# are in Graph for the better part of a day yet.
AGES: dict[Audit, int] = {"early": 3, "late": GRAPH_KEEPS.days - 1}

# A slice that is full is compared within seconds, and needs a few MB.
_WANTED_IN_A_SLICE = 500
_DAY = timedelta(days=1)


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
class AuditOutcome(Tally, DayOutcome):
    """How far an audit was; `day` is the one that it compares."""


@dataclass(frozen=True, kw_only=True)
class AuditMessage(Tally, SlicedRun):
    """An audit of days."""

    audit: Audit

    @property
    def state_id(self) -> str:
        """As DayRun.state_id."""
        return f"{ended(self.audit).id}-running"

    def compared_slice(self, findings: Sequence[Finding], request_units: float) -> Self:
        """The audit after the next slice, in which these calls were."""
        return self.counted(findings).charged(request_units).advanced(len(findings), _WANTED_IN_A_SLICE)

    def outcome(self, now: datetime) -> AuditOutcome:
        """As DayRun.outcome."""
        return self.outcome_of(AuditOutcome, now)


def ended(audit: Audit) -> StateKey[AuditOutcome]:
    """Where the outcome of the last audit that ended is remembered."""
    return StateKey(f"audit-{audit}", AuditOutcome)


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
