"""Deriving the rows of days again, as the `derive` queue carries it along: pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from callrecords.collect.dayrun import DayOutcome
from callrecords.collect.factrows import Derived
from callrecords.collect.slicedrun import SlicedRun, bound, position_of
from callrecords.documents import Document
from callrecords.errors import CallRecordsError
from callrecords.ports.slices import DayRow
from callrecords.ports.state import StateKey

# docs/operations.md says why so many: ingest has to have its share of Cosmos DB at all times.
CALLS_A_SECOND = 25
# One after another they are derived within seconds.
_WANTED_IN_A_SLICE = 200
_LONGEST_ERROR = 300

type Outcome = Derived | CallRecordsError
"""What became of the row of a call, or why it could not be derived."""


@dataclass(frozen=True, kw_only=True)
class Counts(Document):
    """How many calls were looked at: of how many the row was written, stayed as it was, and could not be derived; and
    why the last of these could not."""

    calls: int = 0
    rewritten: int = 0
    kept: int = 0
    errors: int = 0
    last_error: str | None = None

    def counted(self, outcomes: Collection[Outcome]) -> Self:
        """The same with these calls counted."""
        errors = [str(each)[:_LONGEST_ERROR] for each in outcomes if isinstance(each, CallRecordsError)]
        rewritten = sum(each is Derived.WRITTEN for each in outcomes)
        return replace(
            self,
            calls=self.calls + len(outcomes),
            rewritten=self.rewritten + rewritten,
            kept=self.kept + len(outcomes) - rewritten - len(errors),
            errors=self.errors + len(errors),
            last_error=errors[-1] if errors else self.last_error,
        )


@dataclass(frozen=True, kw_only=True)
class DeriveOutcome(Counts, DayOutcome):
    """How far it was; rows are written by these rules, and those that are of them already too if `all_rows`."""

    facts_version: int
    quality_profile: str
    all_rows: bool
    started: datetime


@dataclass(frozen=True, kw_only=True)
class DeriveMessage(Counts, SlicedRun):
    """Deriving the rows of days again by these rules."""

    facts_version: int
    quality_profile: str
    all_rows: bool = False

    @property
    def state_id(self) -> str:
        """As DayRun.state_id."""
        return DERIVED.id

    @property
    def started(self) -> datetime:
        return self.notified_at

    def is_of_rules(self, row: DayRow) -> bool:
        """Whether the row was derived by these rules."""
        return (row.facts_version, row.quality_profile) == (self.facts_version, self.quality_profile)

    def by(self, facts_version: int, quality_profile: str) -> Self:
        """The same by these rules: from the beginning, where it was by others."""
        if (self.facts_version, self.quality_profile) == (facts_version, quality_profile):
            return self
        return type(self)(
            tenant_id=self.tenant_id,
            notified_at=self.notified_at,
            first_day=self.first_day,
            last_day=self.last_day,
            day=self.first_day,
            facts_version=facts_version,
            quality_profile=quality_profile,
            all_rows=self.all_rows,
        )

    def least_time(self, since: Self) -> timedelta:
        """As DayRun.least_time."""
        return timedelta(seconds=(self.rewritten + self.errors - since.rewritten - since.errors) / CALLS_A_SECOND)

    def derived_slice(self, outcomes: Collection[Outcome]) -> Self:
        """After the next slice, in which these calls were."""
        return self.counted(outcomes).advanced(len(outcomes), _WANTED_IN_A_SLICE)

    def derived_until(self, call_id: str, outcomes: Mapping[str, Outcome]) -> Self:
        """After the part of the next slice that is before the call, as far as positions can tell."""
        position = position_of(call_id)
        done = [outcome for each, outcome in outcomes.items() if each < bound(position)]
        return replace(self.counted(done), position=position)

    def outcome(self, now: datetime) -> DeriveOutcome:
        """As DayRun.outcome."""
        return self.outcome_of(DeriveOutcome, now)


# Where it is remembered how far it is, or how the last one has ended.
DERIVED = StateKey("derive", DeriveOutcome)
