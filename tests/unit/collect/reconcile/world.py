"""A reconciliation in a world of doubles: the calls that Graph holds, the fact rows, the state, the queues."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from callrecords.collect.givenup import GivenUpCalls
from callrecords.collect.reconcile.compare import Comparison
from callrecords.collect.reconcile.dropped import DroppedNotifications
from callrecords.collect.reconcile.hours import hour_of
from callrecords.collect.reconcile.ladder import LADDER, RUNGS, Ladder
from callrecords.collect.reconcile.reconciliation import Reconciliation
from callrecords.collect.reconcile.run import ReconcileMessage
from callrecords.errors import CallRecordsError, Throttled, Unreadable
from callrecords.graphtypes import JsonObject
from callrecords.ports.completeness import Change, DayCompleteness, HourCompared
from callrecords.ports.records import Listed
from callrecords.ports.rows import Row, TimedRow
from tests.doubles import Clock, Queues, State
from tests.invented import NOW, TENANT, call_id

type Failing = Callable[[int], CallRecordsError | None]

NO_TIME, SECOND, MINUTE = timedelta(), timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Call:
    """A call that Graph holds."""

    call_id: str
    version: int | None
    start: datetime

    @property
    def day(self) -> str:
        return self.start.date().isoformat()


def calls_every(pause: timedelta, since: datetime, until: datetime = NOW) -> list[Call]:
    """Calls that began one after another."""
    count = -((since - until) // pause)
    return [Call(call_id(number), 1, since + number * pause) for number in range(count)]


@dataclass
class Graph:
    """Lists the calls that it holds. A list takes `takes`, fails as `failing` says about its number, and is throttled
    after `most` calls; `listed` counts the calls that were taken. `strange` are entries of no call, by their start.
    `spoil` makes of a list, by its number, what Graph answers in its place."""

    clock: Clock
    calls: list[Call] = field(default_factory=list)
    takes: timedelta = timedelta()
    failing: Failing = lambda _: None
    most: int | None = None
    strange: dict[datetime, Unreadable] = field(default_factory=dict)
    spoil: Callable[[int, list[Listed]], list[Listed]] = lambda _, listed: listed
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)
    listed: int = 0

    async def between(self, start: datetime, end: datetime) -> AsyncGenerator[Listed | Unreadable]:
        self.asked.append((start, end))
        self.clock.forward(self.takes)
        if failure := self.failing(len(self.asked)):
            raise failure
        found = [
            Listed(call_id=each.call_id, version=each.version, start=each.start)
            for each in self.calls
            if start <= each.start < end
        ]
        for number, listed in enumerate(self.spoil(len(self.asked), found)):
            if number == self.most:
                raise Throttled("held back", 300)
            self.listed += 1
            yield listed
        for at, entry in self.strange.items():
            if start <= at < end:
                yield entry

    def fail_over(self, moment: datetime, failure: CallRecordsError) -> None:
        """Every list of a time that has the moment in it fails."""
        self.failing = lambda _: failure if self.asked[-1][0] <= moment < self.asked[-1][1] else None

    @property
    def steps(self) -> list[timedelta]:
        return [end - start for start, end in self.asked]


@dataclass
class Rows:
    """The rows that Cosmos holds by day and call id."""

    held: dict[str, dict[str, TimedRow]] = field(default_factory=dict)
    reads: Counter[str] = field(default_factory=Counter)
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)

    async def versions(self, day: str, start: datetime, end: datetime) -> dict[str, TimedRow]:
        self.reads[day] += 1
        self.asked.append((start, end))
        rows = self.held.get(day, {})
        return {name: each for name, each in rows.items() if each.start and start <= each.start < end}

    async def row(self, call_id: str, day: str) -> Row | None:
        timed = self.held.get(day, {}).get(call_id)
        return timed.row if timed else None

    async def days(self, call_id: str) -> frozenset[str]:
        return frozenset(day for day, rows in self.held.items() if call_id in rows)

    def hold(self, call: Call, version: int | None = None, *caveats: str) -> None:
        """Takes the call in at `version`, or at its own."""
        held = call.version if version is None else version
        assert held is not None
        row = TimedRow(Row(held, frozenset(caveats)), call.start.replace(microsecond=0))
        self.held.setdefault(call.day, {})[call.call_id] = row


@dataclass
class Completeness:
    """Stands for the items of days."""

    held: dict[str, DayCompleteness] = field(default_factory=dict)
    failure: CallRecordsError | None = None
    asked: list[list[str]] = field(default_factory=list)

    async def days(self, days: Collection[str]) -> list[DayCompleteness]:
        self.asked.append(sorted(days))
        return [self.held[day] for day in sorted(days) if day in self.held]

    async def change(self, day: str, change: Change) -> DayCompleteness:
        if self.failure:
            raise self.failure
        self.held[day] = change(self.held.get(day))
        return self.held[day]


class World:
    """A reconciliation with all that is around it."""

    def __init__(self, *calls: Call) -> None:
        self.clock = Clock()
        self.graph, self.rows, self.state = Graph(self.clock, list(calls)), Rows(), State()
        self.completeness = Completeness()
        self.calls, self.queues = Queues(self.clock), Queues(self.clock)
        self.given_up = GivenUpCalls(self.state, self.clock)
        self.is_dropping = False
        comparison = Comparison(
            tenant_id=TENANT,
            records=self.graph,
            rows=self.rows,
            given_up=self.given_up,
            calls=self.calls.work,
            clock=self.clock,
        )
        self.reconciliation = Reconciliation(
            tenant_id=TENANT,
            comparison=comparison,
            rows=self.rows,
            completeness=self.completeness,
            dropped=DroppedNotifications(self.state, self._were_dropped),
            state=self.state,
            queue=self.queues.work,
            clock=self.clock,
        )

    async def _were_dropped(self, _now: datetime) -> bool:
        return self.is_dropping

    @property
    def waiting(self) -> ReconcileMessage:
        """The only message on the queue."""
        (sent,) = self.queues.main.sent
        return ReconcileMessage.parse(sent.text)

    @property
    def enqueued(self) -> list[str]:
        """The ids of the calls that are to be fetched."""
        return [sent.document["callId"] for sent in self.calls.main.sent]

    @property
    def ladder(self) -> Ladder:
        found = LADDER.parse(self.state.items[LADDER.id])
        assert found
        return found

    async def take(self) -> None:
        """Handles the message that has been on the queue for longest."""
        await self.reconciliation.on_message(self.queues.main.sent.pop(0).text, 1)

    async def run(self, most: int = 100) -> int:
        """Handles messages, each after its delay, until there is none; how many. Fails after `most`."""
        for number in range(most):
            if not self.queues.main.sent:
                return number
            self.clock.forward(timedelta(seconds=self.queues.main.sent[0].delay or 0))
            await self.take()
        raise AssertionError(f"The run is not done after {most} messages.")

    async def compare(self) -> None:
        """Has all that Graph keeps compared now."""
        await self.reconciliation.over_gap(self.clock.now - 30 * DAY)
        await self.run()

    async def pass_time(self, time: timedelta, every: timedelta = 10 * MINUTE) -> None:
        """Lets the timer run as time passes."""
        end = self.clock.now + time
        while self.clock.now < end:
            self.clock.forward(every)
            await self.reconciliation.on_schedule()
            await self.run()

    def fetch(self) -> None:
        """Ingest does what it was told to do."""
        for wanted in self.enqueued:
            for call in self.graph.calls:
                if call.call_id == wanted:
                    self.rows.hold(call)
        self.calls.main.sent.clear()

    def day(self, day: str) -> DayCompleteness:
        return self.completeness.held[day]

    def hour(self, start: datetime) -> HourCompared:
        day = self.completeness.held[start.date().isoformat()]
        (hour,) = [each for each in day.hours if each.start == start]
        return hour

    def item(self, key: str) -> JsonObject:
        return self.state.items[key]


async def settled(*calls: Call) -> World:
    """A world in which Cosmos has these calls, and nothing is due."""
    world = World(*calls)
    for call in calls:
        world.rows.hold(call)
    reached = {rung.name: hour_of(NOW - rung.age) for rung in RUNGS}
    world.state.hold(LADDER, Ladder(reached=reached, counted_at=NOW, at=NOW))
    return world


def at_list(wanted: int, failure: CallRecordsError) -> Failing:
    """Fails once, at the list of this number."""
    return lambda number: failure if number == wanted else None
