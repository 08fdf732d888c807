"""Any order of what happens to the messages of one call, among several workers whose clocks differ."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from callrecords.callrecord import CallRecord, Progress
from callrecords.collect.arrivals import Arrivals
from callrecords.collect.factrows import FactRows
from callrecords.collect.givenup import GivenUpCalls
from callrecords.collect.ingest import Ingest
from callrecords.collect.repeats import Repeats
from callrecords.errors import CallRecordsError, NotFound, Throttled, Unavailable
from callrecords.ports.records import Absent, Saved, Stored
from callrecords.queues.messages import FetchReason
from tests.doubles import Clock, Queues, State
from tests.invented import TENANT, call_message, call_record
from tests.reading import PagedReading
from tests.unit.collect import ingest_world
from tests.unit.collect.ingest_world import Rows, Steps

_WORKERS, _CLOCKS_DIFFER = 2, 4.9
_RUNS = 500
_FAILURES: tuple[Callable[[], CallRecordsError], ...] = (
    lambda: Throttled("slow", 20),
    lambda: NotFound("not there"),
    lambda: Unavailable("down"),
)


@dataclass
class Gates:
    """Where workers wait until the test lets them go on; what they wait for may fail then."""

    waiting: list[asyncio.Future[None]] = field(default_factory=list)

    async def wait(self) -> None:
        gate = asyncio.get_running_loop().create_future()
        self.waiting.append(gate)
        try:
            await gate
        finally:
            if gate in self.waiting:
                self.waiting.remove(gate)


@dataclass
class Graph:
    """Has the newest version at once when it announces it."""

    gates: Gates
    version: int = 0

    async def start(self, call_id: str) -> PagedReading:
        version = self.version
        await self.gates.wait()
        return PagedReading(call_record(version))

    async def resume(self, call_id: str, progress: Progress) -> PagedReading:
        raise AssertionError


@dataclass
class Store(ingest_world.Store):
    """Keeps what it is given."""

    gates: Gates = field(default_factory=Gates)
    held: Absent | Stored = ingest_world.NOTHING

    async def look(self, call_id: str) -> Absent | Stored:
        held = self.held
        await self.gates.wait()
        return held

    async def save(
        self, record: CallRecord, found: Absent | Stored, parts: tuple[str, ...] = ()
    ) -> tuple[Saved, Stored]:
        if isinstance(self.held, Stored) and self.held.version >= record.version:
            return Saved.OUTDATED, self.held
        self.held = replace(ingest_world.stored(record.version), fetched_at=record.fetched_at)
        return Saved.STORED, self.held

    async def load(self, call_id: str) -> CallRecord | None:
        return call_record(self.held.version) if isinstance(self.held, Stored) else None


@dataclass
class Message:
    """A message on the queue, which a worker may have."""

    text: str
    seen_from: datetime
    tries: int = 0
    task: asyncio.Task[None] | None = None


class Sea:
    """Some workers on one queue, one Graph and one store."""

    def __init__(self, skews: Sequence[float]) -> None:
        self.clock = Clock()
        self.clocks = [lambda skew=skew: self.clock.now + timedelta(seconds=skew) for skew in skews]
        self.gates, self.state = Gates(), State()
        self.graph, self.store = Graph(self.gates), Store(Steps(), gates=self.gates)
        self.queues = Queues(self.clock)
        self.messages: list[Message] = []
        self.workers = [self._worker(number) for number in range(_WORKERS)]

    def _worker(self, number: int) -> Ingest:
        clock = self.clocks[number]
        return Ingest(
            records=self.graph,
            store=self.store,
            rows=FactRows(tenant_id=TENANT, store=self.store, rows=Rows(Steps())),
            arrivals=Arrivals(self.state, clock),
            given_up=GivenUpCalls(self.state, clock),
            repeats=Repeats(clock),
            queue=self.queues.work,
        )

    @property
    def stored_version(self) -> int:
        return self.store.held.version if isinstance(self.store.held, Stored) else 0

    def forward(self, seconds: float) -> None:
        self.clock.forward(timedelta(seconds=seconds))

    def announce(self, worker: int, reason: FetchReason) -> None:
        """Graph announces a new version, or somebody else asks for the call."""
        message = replace(call_message(), notified_at=self.clocks[worker](), reason=reason)
        if reason == "notification":
            self.graph.version += 1
        self.messages.append(Message(str(message), self.clock.now))

    async def deliver(self, worker: int, which: int) -> None:
        visible = [each for each in self.messages if each.task is None and each.seen_from <= self.clock.now]
        if visible:
            message = visible[which % len(visible)]
            message.tries += 1
            message.task = asyncio.create_task(self.workers[worker].on_message(message.text, message.tries))
            message.task.set_name(str(worker))
            await self._settle()

    async def go_on(self, which: int, failure: Callable[[], CallRecordsError] | None) -> None:
        """Lets one of those go on who wait for Graph or the store."""
        if self.gates.waiting:
            gate = self.gates.waiting[which % len(self.gates.waiting)]
            gate.set_exception(failure()) if failure else gate.set_result(None)
            await self._settle()

    async def handle(self, worker: int, which: int, failure: Callable[[], CallRecordsError] | None) -> None:
        """Lets a worker handle a message, for which Graph may fail, while others wait."""
        before = len(self.gates.waiting)
        await self.deliver(worker, which)
        for failing in (None, failure):
            if len(self.gates.waiting) > before:
                await self.go_on(-1, failing)

    async def kill(self, worker: int) -> None:
        for message in self.messages:
            if message.task and message.task.get_name() == str(worker):
                message.task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await message.task
                message.task, message.seen_from = None, self.clock.now + timedelta(minutes=10)
        self.workers[worker] = self._worker(worker)

    async def _settle(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)
        for message in [each for each in self.messages if each.task and each.task.done()]:
            assert message.task
            message.task.result()
            self.messages.remove(message)
        for sent in self.queues.main.sent:
            self.messages.append(Message(sent.text, self.clock.now + timedelta(seconds=sent.delay or 0)))
        self.queues.main.sent.clear()

    async def drain(self) -> None:
        """Everything works now."""
        while self.messages:
            while self.gates.waiting:
                await self.go_on(0, None)
            await self.deliver(0, 0)
            if not self.gates.waiting:
                self.clock.forward(timedelta(seconds=5))


def any_event(chance: random.Random) -> tuple[Any, ...]:
    """What happens next: the name of a method of Sea, and its arguments."""
    worker, which, failure = chance.randrange(_WORKERS), chance.randrange(4), chance.choice([None, None, *_FAILURES])
    events: dict[tuple[Any, ...], float] = {
        ("announce", worker, "notification"): 1.2,
        ("announce", worker, chance.choice(["audit", "lookup"])): 0.3,
        ("handle", worker, which, failure): 4,
        ("deliver", worker, which): 1,
        ("go_on", which, failure): 1,
        ("forward", chance.choice([1, 6, 12, 30])): 2.5,
        ("kill", worker): 0.2,
    }
    (event,) = chance.choices([*events], [*events.values()])
    return event


async def test_in_any_order_of_events_what_graph_announced_is_stored_or_named(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    for seed in range(_RUNS):
        chance = random.Random(seed)
        sea = Sea([chance.uniform(0, _CLOCKS_DIFFER) for _ in range(_WORKERS)])
        for name, *arguments in (any_event(chance) for _ in range(chance.randrange(8, 32))):
            done = getattr(sea, name)(*arguments)
            if done is not None:
                await done
        await sea.drain()
        is_named = any(name.startswith("given-up-") for name in sea.state.items)
        assert is_named or sea.stored_version == sea.graph.version, f"seed {seed}"
