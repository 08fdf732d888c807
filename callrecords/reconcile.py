"""The use case that finds what was missed: lists what Graph holds, compares it with Cosmos, enqueues the rest.

A run is one message of the `reconcile` queue that comes back with its position until its window is done, so that it
goes on where it was after a stop, and waits for Graph's limits on the queue.
"""

import contextlib
import logging
import math
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from callrecords.errors import CallRecordsError, Unreadable
from callrecords.jsontypes import JsonObject
from callrecords.messages import CallMessage, Message
from callrecords.retries import GRAPH_KEEPS
from callrecords.workqueue import WorkQueue

log = logging.getLogger(__name__)

RECENT, HISTORY, GAP = "recent", "history", "gap"

RECENT_WINDOW = timedelta(hours=6)
# A call that ends in a gap may have begun this long before: the longest that Teams lets a meeting last
# (https://learn.microsoft.com/microsoftteams/limits-specifications-teams#meetings-and-calls).
LONGEST_CALL = timedelta(hours=30)

_SLICE = timedelta(minutes=2)
_LEAST_STEP, _MOST_STEP = timedelta(seconds=5), timedelta(days=4)
# Graph's pages have 60 records, and first pages have the larger budget: steps are sized to need no second one.
_WANTED_IN_A_STEP = 50
# A step out of a quiet time into a busy one is not worth all its pages.
_MOST_IN_A_STEP = 300
# So many steps with a record that cannot be read are passed over; more are no matter of single records.
_MOST_UNREADABLE = 10


class Graph(Protocol):
    """Where call records are listed: graph.records.CallRecords."""

    def between(self, start: datetime, end: datetime) -> AsyncGenerator["Listed"]: ...


class Listed(Protocol):
    """graph.records.Listed."""

    @property
    def call_id(self) -> str: ...

    @property
    def version(self) -> int: ...

    @property
    def day(self) -> str: ...


class Facts(Protocol):
    """What Cosmos holds: factstore.FactStore."""

    async def versions(self, day: str) -> dict[str, int]: ...


class State(Protocol):
    """Where outcomes are recorded: state.StateStore."""

    async def write(self, item_id: str, values: JsonObject) -> None: ...


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
    unreadable: int = 0
    step_seconds: int = 3_600


class Reconciliation:
    """Compares what Graph holds of `tenant_id` with Cosmos."""

    def __init__(
        self,
        tenant_id: str,
        graph: Graph,
        facts: Facts,
        state: State,
        calls: WorkQueue,
        queue: WorkQueue,
        clock: Callable[[], datetime],
    ) -> None:
        self._tenant_id = tenant_id
        self._graph = graph
        self._facts = facts
        self._state = state
        self._calls = calls
        self._queue = queue
        self._clock = clock

    async def over_recent(self) -> None:
        """Begins a run over the last hours."""
        await self._begin(RECENT, self._clock() - RECENT_WINDOW)

    async def over_history(self) -> None:
        """Begins a run over all that Graph still has."""
        await self._begin(HISTORY, self._clock() - GRAPH_KEEPS)

    async def over_gap(self, alive_until: datetime | None) -> None:
        """Begins a run over a time without a subscription, long calls included; None: there never was one."""
        oldest = self._clock() - GRAPH_KEEPS
        await self._begin(GAP, max(alive_until - LONGEST_CALL, oldest) if alive_until else oldest)

    async def on_message(self, text: str) -> None:
        """Handles one message of the `reconcile` queue, as WorkQueue.handle does."""
        await self._queue.handle(ReconcileMessage, text, self._go_on)

    async def _begin(self, run: str, start: datetime) -> None:
        now = self._clock()
        window = {"window_start": start, "window_end": now, "position": start}
        await self._queue.put(ReconcileMessage.new(self._tenant_id, now, run=run, **window))

    async def _go_on(self, message: ReconcileMessage) -> None:
        began, first = self._clock(), message.position
        stored: dict[str, dict[str, int]] = {}
        while message.position < message.window_end:
            if self._clock() - began > _SLICE:
                return await self._come_back(message)
            try:
                message = await self._step(message, stored)
            except CallRecordsError:
                if message.position == first:
                    raise
                return await self._come_back(message)
        await self._record(message, f"reconcile-{message.run}", finished=self._clock())
        log.info(
            "Reconciled %s: %d listed, %d missing, %d stale.",
            message.run,
            message.listed,
            message.missing,
            message.stale,
        )
        return None

    async def _step(self, message: ReconcileMessage, stored: dict[str, dict[str, int]]) -> ReconcileMessage:
        """The run after its next step, or with a smaller step; `stored` keeps the versions in Cosmos by day."""
        step = timedelta(seconds=message.step_seconds)
        end = min(message.position + step, message.window_end)
        try:
            listed = await self._list(message.position, end)
        except Unreadable as error:
            if step > _LEAST_STEP:
                return _resized(message, _MOST_IN_A_STEP)
            if message.unreadable == _MOST_UNREADABLE:
                raise
            log.error("%s This run goes on after it.", error)
            return replace(message, position=end, unreadable=message.unreadable + 1)
        if listed is None:
            return _resized(message, _MOST_IN_A_STEP)
        return _resized(await self._compare(message, listed, end, stored), len(listed))

    async def _list(self, start: datetime, end: datetime) -> list[Listed] | None:
        """The calls that began in the step; None where these are too many, but for the smallest of steps."""
        most = _MOST_IN_A_STEP if end - start > _LEAST_STEP else math.inf
        listed: list[Listed] = []
        async with contextlib.aclosing(self._graph.between(start, end)) as records:
            async for record in records:
                if len(listed) == most:
                    return None
                listed.append(record)
        return listed

    async def _compare(
        self, message: ReconcileMessage, listed: list[Listed], end: datetime, stored: dict[str, dict[str, int]]
    ) -> ReconcileMessage:
        """Enqueues what is missing or stale of `listed`."""
        missing, stale = [], []
        for record in listed:
            if record.day not in stored:
                stored[record.day] = await self._facts.versions(record.day)
            version = stored[record.day].get(record.call_id)
            if version is None:
                missing.append(record.call_id)
            elif version < record.version:
                stale.append(record.call_id)
        await self._enqueue([*missing, *stale])
        return replace(
            message,
            position=end,
            listed=message.listed + len(listed),
            present=message.present + len(listed) - len(missing) - len(stale),
            missing=message.missing + len(missing),
            stale=message.stale + len(stale),
        )

    async def _enqueue(self, call_ids: list[str]) -> None:
        now = self._clock()
        await self._calls.put_all(
            CallMessage.new(self._tenant_id, now, call_id=call_id, reason="reconcile") for call_id in call_ids
        )

    async def _come_back(self, message: ReconcileMessage) -> None:
        await self._record(message, f"reconcile-{message.run}-running", finished=None)
        await self._queue.put(replace(message, attempt=0, failure=None, failing_since=None))

    async def _record(self, message: ReconcileMessage, item_id: str, finished: datetime | None) -> None:
        await self._state.write(
            item_id,
            {
                "windowStart": message.window_start.isoformat(),
                "windowEnd": message.window_end.isoformat(),
                "position": message.position.isoformat(),
                "listed": message.listed,
                "present": message.present,
                "missing": message.missing,
                "stale": message.stale,
                "unreadable": message.unreadable,
                "enqueued": message.missing + message.stale,
                "finished": finished.isoformat() if finished else None,
            },
        )


def _resized(message: ReconcileMessage, listed: int) -> ReconcileMessage:
    """The run with a step that is sized by how many calls began in the last one."""
    factor = min(max(_WANTED_IN_A_STEP / max(listed, 1), 1 / 8), 4)
    step = min(max(timedelta(seconds=message.step_seconds) * factor, _LEAST_STEP), _MOST_STEP)
    return replace(message, step_seconds=round(step.total_seconds()))
