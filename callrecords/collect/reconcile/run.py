"""A comparison, as the `reconcile` queue carries it along: pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from callrecords.documents import Document
from callrecords.ports.completeness import HourCompared
from callrecords.ports.state import StateKey
from callrecords.queues.messages import Message


@dataclass(frozen=True, kw_only=True)
class Task(Document):
    """Hours to compare, from `start` on and before `until`, by the name of a rung or of why somebody asked; `asked` is
    where that is remembered then."""

    rung: str
    start: datetime
    until: datetime
    asked: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReconcileMessage(Message):
    """What is being compared: one task after the other, until none is due. What is due is looked up after each hour.

    In the middle of an hour, `task` is what is still to be done, and `hour` what was found of it so far; `seen` are
    those calls of it that were lacking before and are listed again. Of the seconds
    that were left aside, the last `failed_steps` came one after another. Graph lists about `surplus` calls a second
    that Cosmos does not have.
    """

    task: Task | None = None
    hour: HourCompared | None = None
    seen: tuple[str, ...] = ()
    surplus: float = 0.0
    failed_steps: int = 0

    def advanced(
        self, task: Task, position: datetime, hour: HourCompared | None = None, seen: tuple[str, ...] = ()
    ) -> Self:
        """With the task done up to the position, which is in the middle of the `hour` or, without one, at its end."""
        return replace(self, task=replace(task, start=position), hour=hour, seen=seen)


@dataclass(frozen=True, kw_only=True)
class Running(Document):
    """That a message goes on, and was heard of `at` this time, or that it has `finished`."""

    finished: datetime | None = None
    at: datetime


RUNNING = StateKey("reconcile-running", Running)
