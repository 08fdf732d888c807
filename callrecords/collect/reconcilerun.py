"""A run of the reconciliation, as the `reconcile` queue carries it along: pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Self

from callrecords.collect.missing import Lack
from callrecords.documents import Document
from callrecords.ports.state import StateKey
from callrecords.queues.messages import Message

# Over the last hours, over all that Graph keeps, and over a time without a subscription. A step is a short time that
# Graph did not list when its run came by: it has no outcome of its own.
Run = Literal["recent", "history", "gap", "step"]

LEAST_STEP, _MOST_STEP = timedelta(seconds=5), timedelta(days=4)
# Graph's pages have 60 records, and first pages have the larger budget: steps are sized to need no second one.
_WANTED_IN_A_STEP = 50


@dataclass(frozen=True, kw_only=True)
class ReconcileMessage(Message):
    """A run over the calls that started in a window.

    Everything before `position` is compared, except the steps that were passed over, of which the last `failed_steps`
    came one after another.
    """

    run: Run
    window_start: datetime
    window_end: datetime
    position: datetime
    listed: int = 0
    present: int = 0
    missing: int = 0
    stale: int = 0
    no_sessions: int = 0
    given_up: int = 0
    unreadable: int = 0
    with_caveats: int = 0
    passed_over: int = 0
    failed_steps: int = 0
    step_seconds: int = 3_600

    @property
    def step(self) -> timedelta:
        """How long the next step is, at most."""
        return timedelta(seconds=self.step_seconds)

    @property
    def step_end(self) -> datetime:
        """Where the next step ends."""
        return min(self.position + self.step, self.window_end)

    def resized(self, listed: int) -> Self:
        """The run with a step that is sized by how many calls started in the last one."""
        factor = min(max(_WANTED_IN_A_STEP / max(listed, 1), 1 / 8), 4)
        step = min(max(self.step * factor, LEAST_STEP), _MOST_STEP)
        return replace(self, step_seconds=round(step.total_seconds()))

    def compared(self, lacks: Sequence[Lack], *, unreadable: int = 0, with_caveats: int = 0) -> Self:
        """The run after the next step, whose calls have these lacks, and some of them a caveat.

        `unreadable` are entries of Graph's list that name no call.
        """
        return replace(
            self,
            position=self.step_end,
            failed_steps=0,
            unreadable=self.unreadable + unreadable,
            with_caveats=self.with_caveats + with_caveats,
            listed=self.listed + len(lacks),
            present=self.present + lacks.count(None),
            missing=self.missing + lacks.count("missing"),
            stale=self.stale + lacks.count("stale"),
            no_sessions=self.no_sessions + lacks.count("no sessions"),
            given_up=self.given_up + lacks.count("given up"),
        )

    def without_step(self) -> tuple[Self, Self]:
        """This run without its next step, and that as a run of its own."""
        step = type(self)(
            tenant_id=self.tenant_id,
            notified_at=self.notified_at,
            run="step",
            window_start=self.position,
            window_end=self.step_end,
            position=self.position,
            step_seconds=self.step_seconds,
        )
        passed_over, failed_steps = self.passed_over + 1, self.failed_steps + 1
        return replace(self, position=self.step_end, passed_over=passed_over, failed_steps=failed_steps), step

    def outcome(self, now: datetime, is_finished: bool) -> "RunOutcome":
        """What is remembered of the run."""
        return RunOutcome(
            window_start=self.window_start,
            window_end=self.window_end,
            position=self.position,
            listed=self.listed,
            present=self.present,
            missing=self.missing,
            stale=self.stale,
            no_sessions=self.no_sessions,
            given_up=self.given_up,
            unreadable=self.unreadable,
            with_caveats=self.with_caveats,
            passed_over=self.passed_over,
            enqueued=self.missing + self.stale + self.no_sessions,
            finished=now if is_finished else None,
            at=now,
        )


@dataclass(frozen=True, kw_only=True)
class RunOutcome(Document):
    """How far a run was `at`; `finished` is None until it has ended."""

    window_start: datetime
    window_end: datetime
    position: datetime
    listed: int
    present: int
    missing: int
    stale: int
    no_sessions: int
    given_up: int
    unreadable: int
    with_caveats: int
    passed_over: int
    enqueued: int
    finished: datetime | None = None
    at: datetime


def ended(run: Run) -> StateKey[RunOutcome]:
    """Where the outcome of the last run that ended is remembered."""
    return StateKey(f"reconcile-{run}", RunOutcome)


def running(run: Run) -> StateKey[RunOutcome]:
    """Where it is remembered how far a run is that comes back."""
    return StateKey(f"reconcile-{run}-running", RunOutcome)
