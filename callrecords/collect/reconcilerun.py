"""A run that looks for what was missed, as the `reconcile` queue carries it along: pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from callrecords.collect.missing import Lack
from callrecords.graphtypes import JsonObject
from callrecords.queues.messages import Message

RECENT, HISTORY, GAP = "recent", "history", "gap"
# A short time that Graph did not list when its run came by.
STEP = "step"

LEAST_STEP, _MOST_STEP = timedelta(seconds=5), timedelta(days=4)
# Graph's pages have 60 records, and first pages have the larger budget: steps are sized to need no second one.
_WANTED_IN_A_STEP = 50


@dataclass(frozen=True, kw_only=True)
class ReconcileMessage(Message):
    """A run over the calls that began in a window: everything before `position` is compared, but for the steps that
    were passed over, the last `failed_steps` of them one after another."""

    run: str
    window_start: datetime
    window_end: datetime
    position: datetime
    listed: int = 0
    present: int = 0
    missing: int = 0
    stale: int = 0
    given_up: int = 0
    unreadable: int = 0
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
        """The run with a step that is sized by how many calls began in the last one."""
        factor = min(max(_WANTED_IN_A_STEP / max(listed, 1), 1 / 8), 4)
        step = min(max(self.step * factor, LEAST_STEP), _MOST_STEP)
        return replace(self, step_seconds=round(step.total_seconds()))

    def compared(self, lacks: Sequence[Lack], unreadable: int) -> Self:
        """The run after the next step, whose calls have these lacks, beside entries that could not be read."""
        return replace(
            self,
            position=self.step_end,
            failed_steps=0,
            unreadable=self.unreadable + unreadable,
            listed=self.listed + len(lacks),
            present=self.present + lacks.count(None),
            missing=self.missing + lacks.count("missing"),
            stale=self.stale + lacks.count("stale"),
            given_up=self.given_up + lacks.count("given up"),
        )

    def untried(self) -> Self:
        """The run as one that has not failed where it is now."""
        return replace(self, attempt=0, failure=None, failing_since=None)

    def without_step(self) -> tuple[Self, Self]:
        """This run without its next step, and that as a run of its own."""
        step = type(self)(
            tenant_id=self.tenant_id,
            notified_at=self.notified_at,
            first_seen=self.first_seen,
            run=STEP,
            window_start=self.position,
            window_end=self.step_end,
            position=self.position,
            step_seconds=self.step_seconds,
        )
        passed_over, failed_steps = self.passed_over + 1, self.failed_steps + 1
        return replace(self, position=self.step_end, passed_over=passed_over, failed_steps=failed_steps), step

    def outcome(self, now: datetime, is_finished: bool) -> JsonObject:
        """What is remembered of the run."""
        return {
            "windowStart": self.window_start.isoformat(),
            "windowEnd": self.window_end.isoformat(),
            "position": self.position.isoformat(),
            "listed": self.listed,
            "present": self.present,
            "missing": self.missing,
            "stale": self.stale,
            "givenUp": self.given_up,
            "unreadable": self.unreadable,
            "passedOver": self.passed_over,
            "enqueued": self.missing + self.stale,
            "finished": now.isoformat() if is_finished else None,
            "at": now.isoformat(),
        }


def ended(run: str) -> str:
    """Where the outcome of the last run that ended is remembered."""
    return f"reconcile-{run}"


def running(run: str) -> str:
    """Where it is remembered how far a run is that comes back."""
    return f"reconcile-{run}-running"
