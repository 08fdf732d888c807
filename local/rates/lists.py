"""A day of reconciliation in simulated time: the app's own use case and limiter against Graph's limits of lists."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from callrecords.callrecord import GRAPH_KEEPS
from callrecords.collect.givenup import GivenUpCalls
from callrecords.collect.reconcile.compare import Comparison
from callrecords.collect.reconcile.days import with_hours
from callrecords.collect.reconcile.dropped import DroppedNotifications
from callrecords.collect.reconcile.hours import HOUR, day_of, hour_of, hours_between
from callrecords.collect.reconcile.ladder import LADDER, RUNGS, Ladder, Rung, minutes_for, rungs_for
from callrecords.collect.reconcile.reconciliation import Reconciliation
from callrecords.graph.limiter import Limiter
from callrecords.graph.limits import LIST_FIRST_PAGE, LIST_NEXT_PAGE
from callrecords.ports.completeness import HourCompared
from callrecords.queues.workqueue import WorkQueue
from local.environment import ROOT
from local.graph import Limits, Operation
from local.rates.calls import Calls
from local.rates.graph import Graph, at
from local.rates.listing import Fetch, Lists, Poison, Sender
from local.rates.profile import Profile
from local.rates.queue import Queue
from local.rates.stores import Charges, Completeness, Rows, State
from local.rates.virtualtime import run_virtually

TENANT = "1f2e3d4c-5b6a-4788-99aa-bbccddeeff00"
_QUEUES = json.loads((ROOT / "host.json").read_text())["extensions"]["queues"]
# A day begins when the least is left to be compared: the hours of an office are six hours old in the night.
_BEGIN = timedelta(hours=6)
_TIMER = timedelta(minutes=10)
_LEAST_POLL, _MOST_POLL = 0.1, 2.0  # seconds; the host doubles it up to that of host.json
_DIGEST = "0123456789abcdef" * 2


@dataclass
class Figures:
    """What became of it. `waits` are for how long an hour was due at a rung until its comparison was kept, at most;
    `behind` for how long the oldest hour was due in the end."""

    calls: Calls
    graph: Graph
    charges: Charges
    days: float
    waits: dict[str, timedelta] = field(default_factory=dict)
    behind: dict[str, timedelta] = field(default_factory=dict)
    minutes: int = 60
    listed: int = 0
    visits: int = 0

    @property
    def first_pages(self) -> float:
        """The part of the first pages that Graph allows."""
        return self.graph.operations[Operation.LIST_RECORDS] / (LIST_FIRST_PAGE.rate * 86_400 * self.days)

    @property
    def next_pages(self) -> float:
        """The part of the following pages that Graph allows."""
        return self.graph.operations[Operation.LIST_RECORDS_NEXT] / (LIST_NEXT_PAGE.rate * 86_400 * self.days)

    @property
    def calls_a_page(self) -> float:
        """How many calls were listed for each first page."""
        return self.listed / max(self.graph.operations[Operation.LIST_RECORDS], 1)

    @property
    def units_a_call(self) -> float:
        """Cosmos request units for each call of a day, on each day."""
        return self.charges.of.total() / self.calls.profile.calls / self.days


type MakeCalls = Callable[[Callable[[], datetime], datetime], Calls]
"""Makes the calls, with a clock, and from when on those started that were not compared yet."""


def few_missing(profile: Profile, every: int = 1_000) -> MakeCalls:
    """All but every so manyth are in Cosmos at once."""
    return lambda clock, since: Calls(profile, clock, since, every)


def simulate_lists(profile: Profile, *, days: float = 1, calls: MakeCalls | None = None, seed: int = 1) -> Figures:
    """What so many days come to, after days that were alike. The same seed gives the same figures."""

    async def simulate() -> Figures:
        return await _World(profile, calls or few_missing(profile), Random(seed)).run(days)

    return run_virtually(simulate())


class _World:
    """A reconciliation with all that is around it."""

    def __init__(self, profile: Profile, make_calls: MakeCalls, rng: Random) -> None:
        self._seconds = asyncio.get_running_loop().time
        self._begin = at(_BEGIN.total_seconds())
        self._calls_a_day = profile.calls
        self._rungs = rungs_for(profile.calls)
        self.calls = make_calls(self._now, hour_of(self._begin - self._rungs[0].age))
        self.charges = Charges()
        self.state, self.completeness = State(self.calls, self.charges), Completeness(self.charges, self.calls)
        self.graph = Graph(self._seconds, rng, Limits())
        self.lists = Lists(self.graph, self.calls, Limiter(self._seconds))
        self.queue = Queue[str](self._seconds)
        self.reconciliation = self._reconciliation()
        self.visits = 0

    def _now(self) -> datetime:
        return at(_BEGIN.total_seconds() + self._seconds())

    def _reconciliation(self) -> Reconciliation:
        rows = Rows(self.calls, self.charges)
        comparison = Comparison(
            tenant_id=TENANT,
            records=self.lists,
            rows=rows,
            given_up=GivenUpCalls(self.state, self._now),
            calls=self._work_queue(Fetch(self.calls)),
            clock=self._now,
        )
        return Reconciliation(
            tenant_id=TENANT,
            comparison=comparison,
            rows=rows,
            completeness=self.completeness,
            dropped=DroppedNotifications(self.state, self._were_dropped),
            state=self.state,
            queue=self._work_queue(Sender(self.queue)),
            clock=self._now,
        )

    def _work_queue(self, sender: Sender | Fetch) -> WorkQueue:
        return WorkQueue(queue=sender, poison_queue=Poison(), tenant_id=TENANT, clock=self._now)

    async def _were_dropped(self, _now: datetime) -> bool:
        await self.charges.query("state", 6)  # an item of each worker for ten minutes
        return False

    async def run(self, days: float) -> Figures:
        self._hold_ladder()
        self._hold_days()
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(self._timer()), tasks.create_task(self._work(tasks))]
            await asyncio.sleep(days * 86_400)
            for task in running:
                task.cancel()
            # What a visit has done counts when it is kept.
        return self._figures(days)

    def _hold_ladder(self) -> None:
        """As it is when nothing has been due for long."""
        reached = {rung.name: hour_of(self._begin - rung.age) for rung in RUNGS}
        ladder = Ladder(reached=reached, calls_a_day=self._calls_a_day, counted_at=self._begin, at=self._begin)
        self.state.hold(LADDER, ladder)

    def _hold_days(self) -> None:
        hours: dict[str, list[HourCompared]] = {}
        for start in hours_between(self._begin - GRAPH_KEEPS, self._begin):
            if compared := [rung for rung in self._rungs if start + HOUR + rung.age <= self._begin]:
                hours.setdefault(day_of(start), []).append(self._compared(start, compared[-1]))
        for day, compared_hours in hours.items():
            self.completeness.hold(day, with_hours(TENANT, day, compared_hours, self._begin))

    def _compared(self, start: datetime, rung: Rung) -> HourCompared:
        minutes, second = minutes_for(self._calls_a_day), start.hour * 3_600
        count = self.calls.profile.count(second, second + 3_600) * minutes // 60
        return HourCompared(
            start=start,
            compared_at=start + HOUR + rung.age,
            rung=rung.name,
            minutes=minutes,
            listed=count,
            stored=count,
            newest=count,
            digest=_DIGEST,
        )

    async def _timer(self) -> None:
        while True:
            await self.reconciliation.on_schedule()
            wait = _TIMER - (self._now() - self._begin) % _TIMER
            await asyncio.sleep(wait.total_seconds())

    async def _work(self, tasks: asyncio.TaskGroup) -> None:
        """Polls the queue, as the host does."""
        poll = _LEAST_POLL
        while True:
            texts = self.queue.take(_QUEUES["batchSize"])
            for text in texts:
                self.visits += 1
                tasks.create_task(self.reconciliation.on_message(text, 1))
            poll = _LEAST_POLL if texts else min(2 * poll, _MOST_POLL)
            await asyncio.sleep(poll)

    def _figures(self, days: float) -> Figures:
        figures = Figures(self.calls, self.graph, self.charges, days, listed=self.lists.listed, visits=self.visits)
        ladder, ages = LADDER.parse(json.loads(self.state.items[LADDER.id])), {rung.name: rung.age for rung in RUNGS}
        assert ladder
        for (start, rung), kept in self.completeness.kept.items():
            # Others are hours of which too much was lacking: they are compared again.
            if rung in ages and (due := start + HOUR + ages[rung]) > self._begin:
                wait = kept - due
                figures.waits[rung] = max(figures.waits.get(rung, wait), wait)
        figures.behind = {rung.name: ladder.behind(rung, self._now()) for rung in self._rungs}
        figures.minutes = minutes_for(self._calls_a_day)
        return figures
