"""The use case that finds what was missed: lists what Graph holds, compares it with Cosmos, enqueues the rest.

A run is one message of the `reconcile` queue that comes back with its position until its window is done, so that it
goes on where it was after a stop, and waits for Graph's limits on the queue.
"""

import contextlib
import logging
from collections.abc import AsyncGenerator, Callable
from datetime import datetime, timedelta
from typing import Protocol

from callrecords.callrecord import GRAPH_KEEPS
from callrecords.collect.missing import Facts, Holdings, Listed
from callrecords.collect.reconcilerun import GAP, HISTORY, LEAST_STEP, RECENT, STEP, ReconcileMessage, ended, running
from callrecords.errors import CallRecordsError, Refused, Throttled, Unavailable, Unreadable
from callrecords.graphtypes import JsonObject
from callrecords.queues.messages import CallMessage
from callrecords.queues.workqueue import WorkQueue

log = logging.getLogger(__name__)

RECENT_WINDOW = timedelta(hours=6)
# A call that ends in a gap may have begun this long before: the longest that Teams lets a meeting last
# (https://learn.microsoft.com/microsoftteams/limits-specifications-teams#meetings-and-calls).
LONGEST_CALL = timedelta(hours=30)

_SLICE = timedelta(minutes=2)
# A run that was not heard of for so long is not waited for.
_SILENCE = timedelta(hours=2)
# A step out of a quiet time into a busy one is not worth all its pages.
_MOST_IN_A_STEP = 300
# So many of the shortest steps in a row are left to themselves; where more fail, it is for no single one of them.
_MOST_FAILED_STEPS = 10


class Graph(Protocol):
    """Where call records are listed: graph.records.CallRecords."""

    def between(self, start: datetime, end: datetime) -> AsyncGenerator[Listed | Unreadable]: ...


class GivenUp(Protocol):
    """Where it is remembered which calls were given up: givenup.GivenUp."""

    async def left_alone(self) -> dict[str, int | None]: ...


class State(Protocol):
    """Where outcomes are recorded: state.StateStore."""

    async def read(self, item_id: str) -> JsonObject: ...

    async def write(self, item_id: str, values: JsonObject) -> None: ...


class Reconciliation:
    """Compares what Graph holds of `tenant_id` with Cosmos."""

    def __init__(
        self,
        tenant_id: str,
        graph: Graph,
        facts: Facts,
        given_up: GivenUp,
        state: State,
        calls: WorkQueue,
        queue: WorkQueue,
        clock: Callable[[], datetime],
    ) -> None:
        self._tenant_id = tenant_id
        self._graph = graph
        self._facts = facts
        self._given_up = given_up
        self._state = state
        self._calls = calls
        self._queue = queue
        self._clock = clock

    async def over_recent(self) -> None:
        """Begins a run over the last hours, unless one is on its way."""
        await self._begin_next(RECENT, self._clock() - RECENT_WINDOW)

    async def over_history(self) -> None:
        """Begins a run over all that Graph still has, unless one is on its way."""
        await self._begin_next(HISTORY, self._clock() - GRAPH_KEEPS)

    async def over_gap(self, alive_until: datetime | None) -> None:
        """Begins a run over a time without a subscription, long calls included; None: there never was one."""
        oldest = self._clock() - GRAPH_KEEPS
        await self._begin(GAP, max(alive_until - LONGEST_CALL, oldest) if alive_until else oldest)

    async def on_message(self, text: str, tries: int) -> None:
        """Handles one message of the `reconcile` queue, as WorkQueue.handle does."""
        await self._queue.handle(ReconcileMessage, text, tries, self._go_on)

    async def _begin_next(self, run: str, start: datetime) -> None:
        if await self._is_on_its_way(run):
            log.warning("The last run of reconcile_%s goes on, so that no other is begun.", run)
        else:
            await self._begin(run, start)

    async def _is_on_its_way(self, run: str) -> bool:
        """Whether the last run has begun, not ended, and gone on lately. False where that cannot be told."""
        with contextlib.suppress(CallRecordsError):
            latest, done = await self._state.read(running(run)), await self._state.read(ended(run))
            is_unfinished = latest.get("windowEnd", "") > done.get("windowEnd", "")
            return is_unfinished and self._clock() - datetime.fromisoformat(latest["at"]) < _SILENCE
        return False

    async def _begin(self, run: str, start: datetime) -> None:
        now = self._clock()
        window = {"window_start": start, "window_end": now, "position": start}
        message = ReconcileMessage.new(self._tenant_id, now, run=run, **window)
        await self._queue.put(message)
        with contextlib.suppress(CallRecordsError):  # it does so itself, when its turn comes
            await self._tell_of(message)

    async def _tell_of(self, message: ReconcileMessage) -> None:
        """Remembers that the run goes on, and how far it is."""
        if message.run != STEP:
            await self._state.write(running(message.run), message.outcome(self._clock(), is_finished=False))

    async def _go_on(self, message: ReconcileMessage) -> None:
        began, first = self._clock(), message
        await self._tell_of(message)
        holdings = Holdings(self._facts, await self._given_up.left_alone())
        try:
            while message.position < message.window_end and self._clock() - began <= _SLICE:
                message = await self._step(message, holdings)
            if message.position == message.window_end:
                await self._end(message)
                return
        except CallRecordsError:
            if message == first:
                raise
        # At once: what failed will be tried first, and then it is put back as the failure table says.
        await self._queue.put(message.untried())

    async def _end(self, message: ReconcileMessage) -> None:
        outcome = message.outcome(self._clock(), is_finished=True)
        counts = ", ".join(f"{outcome[name]} {name}" for name in ("listed", "missing", "stale", "givenUp"))
        log.info("Reconciled %s: %s.", message.run, counts)
        if message.run == STEP:
            return
        known = await self._state.read(ended(message.run))
        # One that was put back after days tells nothing of the last hours.
        if known.get("windowEnd", "") <= outcome["windowEnd"]:
            await self._state.write(ended(message.run), outcome)

    async def _step(self, message: ReconcileMessage, holdings: Holdings) -> ReconcileMessage:
        """The run after its next step, or with a smaller step."""
        try:
            listed = await self._list(message.position, message.step_end)
        except (Unreadable, Unavailable, Refused):
            if message.step == LEAST_STEP:
                if message.run == STEP or message.failed_steps == _MOST_FAILED_STEPS:
                    raise
                rest, step = message.without_step()
                await self._queue.put(step)
                return rest
            listed = None  # a shorter time may be all that Graph wants
        if listed is None:
            return message.resized(_MOST_IN_A_STEP)
        return (await self._compare(message, listed, holdings)).resized(len(listed))

    async def _list(self, start: datetime, end: datetime) -> list[Listed | Unreadable] | None:
        """The calls that began in the step; None where these are too many, or more than Graph lists now, but for the
        smallest of steps."""
        is_least = end - start <= LEAST_STEP
        listed: list[Listed | Unreadable] = []
        async with contextlib.aclosing(self._graph.between(start, end)) as records:
            try:
                async for record in records:
                    if len(listed) == _MOST_IN_A_STEP and not is_least:
                        return None
                    listed.append(record)
            except Throttled:
                if is_least or not listed:
                    raise
                return None  # a following page, which a shorter step does not need
        return listed

    async def _compare(
        self, message: ReconcileMessage, listed: list[Listed | Unreadable], holdings: Holdings
    ) -> ReconcileMessage:
        """Enqueues what is missing or stale of `listed`."""
        lacks, wanted, unreadable = [], [], 0
        for each in listed:
            if isinstance(each, Unreadable):
                log.error("%s", each)
                unreadable += 1
                continue
            lacks.append(await holdings.lack(each))
            if lacks[-1] in ("missing", "stale"):
                wanted.append(each)
        await self._enqueue(wanted)
        return message.compared(lacks, unreadable)

    async def _enqueue(self, records: list[Listed]) -> None:
        tenant_id, now = self._tenant_id, self._clock()
        await self._calls.put_all(
            CallMessage.new(tenant_id, now, call_id=record.call_id, reason="reconcile", version=record.version)
            for record in records
        )
