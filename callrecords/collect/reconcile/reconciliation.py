"""The use case that finds what was missed: lists what Graph holds, compares it with Cosmos, enqueues the rest.

One message of the `reconcile` queue takes hour after hour, and comes back with its position until nothing is due: it
goes on where it was after a stop, and waits for Graph's limits on the queue.
"""

import contextlib
import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from callrecords.callrecord import GRAPH_KEEPS
from callrecords.collect.reconcile.compare import Comparison
from callrecords.collect.reconcile.days import LONGEST_CALL
from callrecords.collect.reconcile.dropped import DroppedNotifications
from callrecords.collect.reconcile.hours import hour_of, next_hour
from callrecords.collect.reconcile.ladder import ASKED, LADDER, Asked
from callrecords.collect.reconcile.plan import Plan
from callrecords.collect.reconcile.run import RUNNING, ReconcileMessage, Running
from callrecords.collect.reconcile.settlement import Settlement
from callrecords.collect.reconcile.visit import Visit
from callrecords.collect.reconcile.walk import Walk
from callrecords.errors import CallRecordsError, Throttled
from callrecords.ports.completeness import CompletenessStore
from callrecords.ports.rows import RowVersions
from callrecords.ports.state import State
from callrecords.queues.workqueue import Unfinished, WorkQueue

log = logging.getLogger(__name__)

# With a step and what is kept at its end, a visit fits into an invocation.
_VISIT = timedelta(seconds=100)
# A message that was not heard of for so long is not waited for.
_SILENCE = timedelta(hours=2)
# Cosmos tells whole seconds, and a write takes a moment.
_CLOCKS_DIFFER = timedelta(seconds=5)
_LONGEST = timedelta(minutes=10)


class Reconciliation:
    """Compares what Graph holds of `tenant_id` with Cosmos, hour by hour of call starts."""

    def __init__(
        self,
        *,
        tenant_id: str,
        comparison: Comparison,
        rows: RowVersions,
        completeness: CompletenessStore,
        dropped: DroppedNotifications,
        state: State,
        queue: WorkQueue,
        clock: Callable[[], datetime],
    ) -> None:
        self._tenant_id = tenant_id
        self._comparison = comparison
        self._rows = rows
        self._completeness = completeness
        self._dropped = dropped
        self._state = state
        self._queue = queue
        self._clock = clock

    async def on_schedule(self) -> None:
        """Has compared what is due, unless that goes on already."""
        now = self._clock()
        if since := await self._dropped.ended(now):
            await self.over_gap(since, why="dropped")
            await self._dropped.forget(now)
            return
        ladder = await self._state.read(LADDER)
        if ladder is None or ladder.is_due(now):
            await self._start()

    async def over_gap(self, alive_until: datetime, why: str = "gap") -> None:
        """Has compared what started since then, long calls included: what was announced meanwhile did not come."""
        await self._ask(why, alive_until - LONGEST_CALL, self._clock())

    async def over_days(self, first_day: str, last_day: str) -> bool:
        """Has compared the calls of these UTC days, as far as Graph keeps them; False where it keeps none."""
        first, last = date.fromisoformat(first_day), date.fromisoformat(last_day)
        end = datetime.combine(last, time(), UTC) + timedelta(days=1)
        return await self._ask("command", datetime.combine(first, time(), UTC), min(end, self._clock()))

    async def _ask(self, why: str, since: datetime, until: datetime) -> bool:
        now = self._clock()
        first, end = max(hour_of(since), next_hour(now - GRAPH_KEEPS)), next_hour(until)
        if first < end:
            asked = Asked(why=why, since=first, until=end, position=first, asked_at=now)
            await self._state.write(asked.key, asked)
            await self._start()
        return first < end

    async def on_message(self, text: str, tries: int) -> None:
        """Handles one message of the `reconcile` queue, as WorkQueue.handle does."""
        await self._queue.handle(ReconcileMessage, text, tries, self._go_on)

    async def _start(self) -> None:
        """Puts a message on the queue, unless one goes on already."""
        if await self._is_under_way():
            return
        now = self._clock()
        await self._queue.put(ReconcileMessage(tenant_id=self._tenant_id, notified_at=now))
        with contextlib.suppress(CallRecordsError):  # it does so itself, when its turn comes
            await self._state.write(RUNNING, Running(at=now))

    async def _is_under_way(self) -> bool:
        """Whether the last message is not at its end, and was heard of lately. False where that cannot be told."""
        with contextlib.suppress(CallRecordsError):
            latest = await self._state.read(RUNNING)
            if latest and latest.finished is None:
                return abs(self._clock() - latest.at) < _SILENCE
        return False

    async def _go_on(self, message: ReconcileMessage) -> Unfinished[ReconcileMessage] | None:
        now = await self._remember()
        plan = await Plan.load(self._tenant_id, self._state, self._completeness, now())
        given_up = await self._comparison.given_up()
        visit = Visit(comparison=self._comparison, rows=self._rows, plan=plan, given_up=given_up, now=now)
        walk, settlement = Walk(visit), Settlement(visit)
        end, steps, task = now() + _VISIT, 0, message.task
        failure: CallRecordsError | None = None
        try:
            await settlement.settle()
            while now() < end:
                task = message.task if message.hour else await plan.next(now())
                if task is None:
                    break
                message, steps = await walk.step(message, task), steps + 1
        except CallRecordsError as error:
            if not steps:
                await plan.save(now())
                raise
            failure = error
        await plan.save(now())
        if isinstance(failure, Throttled):
            # Another visit would only read what it cannot compare yet.
            return Unfinished(message.untried(), failure)
        if task is None:
            await self._end(plan, now())
        else:
            # At once: what failed will be tried first, and then it is put back as the failure table says.
            await self._queue.put(message.untried())
        return None

    async def _remember(self) -> Callable[[], datetime]:
        """Remembers that the message goes on. The clock to be used: that of this worker, or that of Cosmos where this
        one is fast. An hour that is compared too early would be told complete too early."""
        at = self._clock()
        fast = at - await self._state.write(RUNNING, Running(at=at))
        if fast <= _CLOCKS_DIFFER:
            fast = timedelta()
        else:
            log.warning("The clock of this worker is %s ahead of that of Cosmos DB, which is used instead.", fast)
        # An invocation does not last longer, even if the clock jumps.
        return lambda: min(self._clock(), at + _LONGEST) - fast

    async def _end(self, plan: Plan, now: datetime) -> None:
        await self._state.write(RUNNING, Running(finished=now, at=now))
        # Who asks for something writes it down before looking whether a message goes on.
        if any(map(plan.is_new, await self._state.starting_with(ASKED))):
            await self._start()
