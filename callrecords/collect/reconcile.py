"""The use case that finds what was missed: lists what Graph holds, compares it with Cosmos, enqueues the rest.

A run is one message of the `reconcile` queue that comes back with its position until its window is done, so that it
goes on where it was after a stop, and waits for Graph's limits on the queue.
"""

import contextlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from callrecords.callrecord import GRAPH_KEEPS
from callrecords.collect.givenup import GivenUpCalls
from callrecords.collect.missing import Missing
from callrecords.collect.reconcilerun import LEAST_STEP, ReconcileMessage, Run, ended, running
from callrecords.errors import CallRecordsError, Garbled, Refused, Throttled, Unavailable, Unreadable, time_limit
from callrecords.ports.records import Listed, RecordList
from callrecords.ports.rows import RowVersions
from callrecords.ports.state import State
from callrecords.queues.messages import CallMessage
from callrecords.queues.workqueue import WorkQueue

log = logging.getLogger(__name__)

RECENT_WINDOW = timedelta(hours=6)
# A call that ends in a gap may have started this long before: the longest that Teams lets a meeting last
# (https://learn.microsoft.com/microsoftteams/limits-specifications-teams#meetings-and-calls).
LONGEST_CALL = timedelta(hours=30)

_SLICE = timedelta(minutes=2)
# The invocation has a deadline, at which all that it did would be lost: a slice and a step have to fit in.
_STEP_SECONDS = 80
# A run that was not heard of for so long is not waited for.
_SILENCE = timedelta(hours=2)
# A step out of a quiet time into a busy one is not worth all its pages.
_MOST_IN_A_STEP = 300
# So many of the shortest steps in a row are left to themselves; where more fail, it is for no single one of them.
_MOST_FAILED_STEPS = 10


class Reconciliation:
    """Compares what Graph holds of `tenant_id` with Cosmos."""

    def __init__(
        self,
        *,
        tenant_id: str,
        records: RecordList,
        rows: RowVersions,
        given_up: GivenUpCalls,
        state: State,
        calls: WorkQueue,
        queue: WorkQueue,
        clock: Callable[[], datetime],
    ) -> None:
        self._tenant_id = tenant_id
        self._records = records
        self._rows = rows
        self._given_up = given_up
        self._state = state
        self._calls = calls
        self._queue = queue
        self._clock = clock

    async def over_recent(self) -> None:
        """Starts a run over the last hours, unless one is under way."""
        await self._start_next("recent", self._clock() - RECENT_WINDOW)

    async def over_history(self) -> None:
        """Starts a run over all that Graph still has, unless one is under way."""
        await self._start_next("history", self._clock() - GRAPH_KEEPS)

    async def over_gap(self, alive_until: datetime) -> None:
        """Starts a run over a time without a subscription, long calls included."""
        await self._start("gap", max(alive_until - LONGEST_CALL, self._clock() - GRAPH_KEEPS))

    async def on_message(self, text: str, tries: int) -> None:
        """Handles one message of the `reconcile` queue, as WorkQueue.handle does."""
        await self._queue.handle(ReconcileMessage, text, tries, self._go_on)

    async def _start_next(self, run: Run, start: datetime) -> None:
        if await self._is_under_way(run):
            log.warning("The last run of reconcile_%s is still under way: no other is started.", run)
        else:
            await self._start(run, start)

    async def _is_under_way(self, run: Run) -> bool:
        """Whether the last run has started, not ended, and gone on lately. False where that cannot be told."""
        with contextlib.suppress(CallRecordsError):
            latest, done = await self._state.read(running(run)), await self._state.read(ended(run))
            if latest and (done is None or latest.window_end > done.window_end):
                return timedelta() <= self._clock() - latest.at < _SILENCE
        return False

    async def _start(self, run: Run, start: datetime) -> None:
        now = self._clock()
        message = ReconcileMessage(
            tenant_id=self._tenant_id, notified_at=now, run=run, window_start=start, window_end=now, position=start
        )
        await self._queue.put(message)
        with contextlib.suppress(CallRecordsError):  # it does so itself, when its turn comes
            await self._remember(message)

    async def _remember(self, message: ReconcileMessage) -> None:
        """Remembers that the run goes on, and how far it is."""
        if message.run != "step":
            await self._state.write(running(message.run), message.outcome(self._clock(), is_finished=False))

    async def _go_on(self, message: ReconcileMessage) -> None:
        started, first = self._clock(), message
        await self._remember(message)
        given_up = await self._given_up.all()
        missing = Missing(self._rows, self._given_up.left_alone(given_up), {each.call_id for each in given_up})
        try:
            while message.position < message.window_end and self._clock() - started <= _SLICE:
                message = await self._step(message, missing)
            if message.position == message.window_end:
                await self._end(message)
                return
        except CallRecordsError:
            if message == first:
                raise
        # At once: what failed will be tried first, and then it is put back as the failure table says.
        await self._queue.put(message.untried())

    async def _end(self, message: ReconcileMessage) -> None:
        counts = f"{message.listed} listed, {message.missing} missing, {message.stale} stale"
        log.info("Reconciled %s: %s, %d given up.", message.run, counts, message.given_up)
        if message.run == "step":
            return
        known = await self._state.read(ended(message.run))
        # One that was put back after days tells nothing of the last hours.
        if known is None or known.window_end <= message.window_end:
            await self._state.write(ended(message.run), message.outcome(self._clock(), is_finished=True))

    async def _step(self, message: ReconcileMessage, missing: Missing) -> ReconcileMessage:
        """The run after its next step, or with a smaller step."""
        try:
            async with time_limit(_STEP_SECONDS, "A step of the reconciliation was not listed"):
                listed = await self._list(message.position, message.step_end)
        except (Garbled, Unreadable, Unavailable, Refused):
            if message.step == LEAST_STEP:
                if message.run == "step" or message.failed_steps == _MOST_FAILED_STEPS:
                    raise
                rest, step = message.without_step()
                await self._queue.put(step)
                return rest
            listed = None  # a shorter time may be all that Graph wants
        if listed is None:
            return message.resized(_MOST_IN_A_STEP)
        async with time_limit(_STEP_SECONDS, "A step of the reconciliation was not compared"):
            compared = await self._compare(message, listed, missing)
        return compared.resized(len(listed))

    async def _list(self, start: datetime, end: datetime) -> list[Listed | Unreadable] | None:
        """The calls that started in the step; None where these are too many, or more than Graph lists now, but for the
        smallest of steps."""
        is_least = end - start <= LEAST_STEP
        listed: list[Listed | Unreadable] = []
        async with contextlib.aclosing(self._records.between(start, end)) as records:
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
        self, message: ReconcileMessage, listed: list[Listed | Unreadable], missing: Missing
    ) -> ReconcileMessage:
        """Enqueues what is missing or stale of `listed`."""
        lacks, wanted, unreadable, with_caveats = [], [], 0, 0
        for each in listed:
            if isinstance(each, Unreadable):
                log.error("%s", each)
                unreadable += 1
                continue
            lacks.append(await missing.lack(each))
            with_caveats += missing.has_caveats(each)
            if lacks[-1] in ("missing", "stale", "no sessions"):
                wanted.append(each)
            elif lacks[-1] is None and missing.is_named(each):
                await self._given_up.forget(
                    each.call_id, each.version or 0, self._clock()
                )  # it came by another message
        await self._enqueue(wanted)
        return message.compared(lacks, unreadable=unreadable, with_caveats=with_caveats)

    async def _enqueue(self, records: list[Listed]) -> None:
        tenant_id, now = self._tenant_id, self._clock()
        await self._calls.put_all(
            CallMessage(
                tenant_id=tenant_id,
                notified_at=now,
                call_id=record.call_id,
                reason="reconcile",
                version=record.version,
            )
            for record in records
        )
