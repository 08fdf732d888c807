"""A reconciliation in a world of doubles: the calls that Graph holds, the fact rows, the state, the queues."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from callrecords.collect.givenup import GivenUpCalls
from callrecords.collect.reconcile import Reconciliation
from callrecords.collect.reconcilerun import ReconcileMessage
from callrecords.errors import CallRecordsError, Throttled, Unreadable
from callrecords.graphtypes import JsonObject
from callrecords.ports.records import Listed
from callrecords.ports.rows import Row
from tests.doubles import Clock, Queues, State
from tests.invented import CALL, NOW, OTHER_CALL, TENANT, call_id

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
    after `most` calls; `listed` counts the calls that were taken. `strange` are entries of no call, by their start."""

    clock: Clock
    calls: list[Call] = field(default_factory=list)
    takes: timedelta = timedelta()
    failing: Failing = lambda _: None
    most: int | None = None
    strange: dict[datetime, Unreadable] = field(default_factory=dict)
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)
    listed: int = 0

    async def between(self, start: datetime, end: datetime) -> AsyncGenerator[Listed | Unreadable]:
        self.asked.append((start, end))
        self.clock.forward(self.takes)
        if failure := self.failing(len(self.asked)):
            raise failure
        for number, call in enumerate(call for call in self.calls if start <= call.start < end):
            if number == self.most:
                raise Throttled("held back", 300)
            self.listed += 1
            yield Listed(call_id=call.call_id, version=call.version, day=call.day)
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
    """The versions that Cosmos holds by day and call id."""

    held: dict[str, dict[str, Row]] = field(default_factory=dict)
    reads: Counter[str] = field(default_factory=Counter)

    async def versions(self, day: str) -> dict[str, Row]:
        self.reads[day] += 1
        return dict(self.held.get(day, {}))

    def hold(self, call: Call, version: int | None = None, *caveats: str) -> None:
        """Takes the call in at `version`, or at its own."""
        held = call.version if version is None else version
        assert held is not None
        self.held.setdefault(call.day, {})[call.call_id] = Row(held, frozenset(caveats))


class World:
    """A reconciliation with all that is around it."""

    def __init__(self, *calls: Call) -> None:
        self.clock = Clock()
        self.graph, self.rows, self.state = Graph(self.clock, list(calls)), Rows(), State()
        self.calls, self.queues = Queues(self.clock), Queues(self.clock)
        self.given_up = GivenUpCalls(self.state, self.clock)
        self.reconciliation = Reconciliation(
            tenant_id=TENANT,
            records=self.graph,
            rows=self.rows,
            given_up=self.given_up,
            state=self.state,
            calls=self.calls.work,
            queue=self.queues.work,
            clock=self.clock,
        )

    @property
    def waiting(self) -> ReconcileMessage:
        """The only message on the queue."""
        (sent,) = self.queues.main.sent
        return ReconcileMessage.parse(sent.text)

    @property
    def enqueued(self) -> list[str]:
        """The ids of the calls that are to be fetched."""
        return [sent.document["callId"] for sent in self.calls.main.sent]

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

    def outcome(self, run: str) -> JsonObject:
        return self.state.items[f"reconcile-{run}"]


OLD, NEW = Call(CALL, 2, NOW - 6 * HOUR), Call(OTHER_CALL, 2, NOW - MINUTE)


async def run_over_recent() -> World:
    """A run over the last hours is on the queue; one call of each of the first and the last step is missing."""
    world = World(OLD, NEW)
    await world.reconciliation.over_recent()
    return world


def at_list(wanted: int, failure: CallRecordsError) -> Failing:
    """Fails once, at the list of this number."""
    return lambda number: failure if number == wanted else None
