"""A run that looks for what was missed, as the `reconcile` queue carries it along: pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from callrecords.holdings import Lack
from callrecords.jsontypes import JsonObject
from callrecords.messages import Message

RECENT, HISTORY, GAP = "recent", "history", "gap"

LEAST_STEP, _MOST_STEP = timedelta(seconds=5), timedelta(days=4)
# Graph's pages have 60 records, and first pages have the larger budget: steps are sized to need no second one.
_WANTED_IN_A_STEP = 50


@dataclass(frozen=True, kw_only=True)
class ReconcileMessage(Message):
    """A run over the calls that began in a window: everything before `position` is compared."""

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
    step_seconds: int = 3_600

    @property
    def step(self) -> timedelta:
        """How long the next step is."""
        return timedelta(seconds=self.step_seconds)

    def resized(self, listed: int) -> Self:
        """The run with a step that is sized by how many calls began in the last one."""
        factor = min(max(_WANTED_IN_A_STEP / max(listed, 1), 1 / 8), 4)
        step = min(max(self.step * factor, LEAST_STEP), _MOST_STEP)
        return replace(self, step_seconds=round(step.total_seconds()))

    def compared(self, lacks: Sequence[Lack], until: datetime) -> Self:
        """The run after a step up to `until`, whose calls have these lacks."""
        return replace(
            self,
            position=until,
            listed=self.listed + len(lacks),
            present=self.present + lacks.count(None),
            missing=self.missing + lacks.count("missing"),
            stale=self.stale + lacks.count("stale"),
            given_up=self.given_up + lacks.count("given up"),
        )

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
