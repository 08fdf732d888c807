"""Takes runs over days along: each is a message that comes back with its position until its days are done."""

import contextlib
import math
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta

from callrecords.collect.dayrun import DayOutcome, DayRun
from callrecords.errors import CallRecordsError, time_limit
from callrecords.ports.slices import DaySlices
from callrecords.ports.state import State, StateKey
from callrecords.queues.workqueue import WorkQueue

_DAY = timedelta(days=1)
VISIT = timedelta(minutes=2)
# The invocation has a deadline, at which all that it did would be lost: a visit and a slice have to fit in.
_SLICE_SECONDS = 150
# A run that was not heard of for so long is not waited for.
_SILENCE = timedelta(hours=2)


async def oldest_day(slices: DaySlices, now: datetime) -> str:
    """The first day of which no header and no row can have come to the end of its retention."""
    retention = await slices.retention()
    return (now - retention + _DAY).date().isoformat() if retention else date.min.isoformat()


class DayRunner:
    """Starts runs over days, and lets them go on."""

    def __init__(self, *, state: State, queue: WorkQueue, clock: Callable[[], datetime]) -> None:
        self._state = state
        self._queue = queue
        self._clock = clock

    async def start(self, run: DayRun) -> bool:
        """Puts the run on its queue; False where one of its kind is under way."""
        now, latest = self._clock(), await self._state.read(_key(run))
        if latest and latest.finished is None and timedelta() <= now - latest.at < _SILENCE:
            return False
        await self._queue.put(run)
        with contextlib.suppress(CallRecordsError):  # it does so itself, when its turn comes
            await self._remember(run)
        return True

    async def go_on[R: DayRun](
        self, run: R, one_slice: Callable[[R], Awaitable[R]], end: Callable[[R], Awaitable[None]]
    ) -> None:
        """Lets the run go on for a visit. Then it is put back, or has come to its `end`.

        `one_slice` gives the run after its next slice, or with a narrower one. Raises what it raises where it fails at
        once; what is done before a failure is kept.
        """
        began, first, rest = self._clock(), run, timedelta()
        await self._remember(run)
        try:
            while not run.is_done and not rest and self._clock() - began <= VISIT:
                async with time_limit(_SLICE_SECONDS, "A slice of a day was not done"):
                    run = await one_slice(run)
                rest = max(began + run.least_time(first) - self._clock(), timedelta())
            if run.is_done:
                await end(run)
                await self._remember(run)
                return
        except CallRecordsError:
            if run == first:
                raise
        # Where it failed: what failed will be tried first, and then it is put back as the failure table says.
        await self._queue.put(run.untried(), timedelta(seconds=math.ceil(rest.total_seconds())))

    async def _remember(self, run: DayRun) -> None:
        await self._state.write(_key(run), run.outcome(self._clock()))


def _key(run: DayRun) -> StateKey[DayOutcome]:
    return StateKey(run.state_id, DayOutcome)
