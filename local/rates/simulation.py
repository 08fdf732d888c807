"""Workers that drain one queue, each with the app's own Limiter and failure table, against Graph's limits."""

import asyncio
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from random import Random

from callrecords.errors import Throttled
from callrecords.graph.limiter import Limiter
from callrecords.graph.limits import APP_AND_TENANT, BACKLOG, RESERVED
from callrecords.queues import retries
from callrecords.queues.messages import CallMessage
from local.environment import ROOT
from local.graph import Limits
from local.rates.graph import Graph, at
from local.rates.queue import Queue
from local.rates.virtualtime import run_virtually

_HOST = json.loads((ROOT / "host.json").read_text())["extensions"]["queues"]
_REQUESTS = 2  # of a call
_SETTLING = 60.0
_POLL_SECONDS, _QUEUE_SECONDS, _STORE_SECONDS = 0.1, 0.02, 0.05


type Spans = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Shift:
    """A worker that is there from `start` to `end`, in seconds."""

    start: float = 0.0
    end: float = math.inf


# Each joins those that are at work already.
JOINING = tuple(Shift(20.0 * number) for number in range(10))
# At first three, of whom two go while others come, until all are gone; then one, and others who join it.
COMING_AND_GOING = (
    Shift(0, 330),
    Shift(0, 130),
    Shift(0, 130),
    Shift(30, 230),
    Shift(230, 330),
    Shift(340),
    Shift(350),
    Shift(360),
)


@dataclass(frozen=True)
class Load:
    """What there is to do: `calls` in the queue, a look-up every so many seconds at any worker. And Graph's limits."""

    calls: int = 20_000
    look_up_every: float = 2.0
    limits: Limits = field(default_factory=Limits)


@dataclass
class Figures:
    """What became of it. `done` are the calls that are whole; look-ups waited for `waits` seconds."""

    graph: Graph
    seconds: float
    done: list[float] = field(default_factory=list)
    put_back: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    look_ups: Counter[str] = field(default_factory=Counter)

    def rate_used(self, spans: Spans) -> float:
        """The part of what Graph allows that it answered in these spans of seconds."""
        return _part(self.graph.answered, spans)

    def rate_of_calls(self, spans: Spans) -> float:
        """The part of what Graph allows that has made a call whole in these spans."""
        return _REQUESTS * _part(self.done, spans)

    @property
    def throttled(self) -> float:
        """The part of all requests that Graph throttled."""
        return len(self.graph.throttled) / (len(self.graph.throttled) + len(self.graph.answered))

    @property
    def put_backs(self) -> float:
        """How often a message was put back for each call that is whole."""
        return len(self.put_back) / len(self.done)


def simulate(shifts: Sequence[Shift], seconds: float, *, seed: int = 1, load: Load = Load()) -> Figures:
    """What workers in these shifts come to in so many seconds. The same seed gives the same figures."""
    return run_virtually(_simulate(shifts, seconds, Random(seed), load))


async def _simulate(shifts: Sequence[Shift], seconds: float, rng: Random, load: Load) -> Figures:
    clock = asyncio.get_running_loop().time
    graph, queue = Graph(clock, rng, load.limits), Queue[CallMessage](clock)
    figures = Figures(graph, seconds)
    for number in range(load.calls):
        queue.put(CallMessage(tenant_id="t", notified_at=at(0), call_id=f"{number}", reason="notification"))
    workers = [_Worker(shift, queue, figures, rng) for shift in shifts]
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    tasks.append(asyncio.create_task(_look_up(workers, rng, load.look_up_every)))
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        if not task.cancelled() and (error := task.exception()):
            raise error
    return figures


async def _look_up(workers: Sequence["_Worker"], rng: Random, every: float) -> None:
    async with asyncio.TaskGroup() as tasks:
        while True:
            await asyncio.sleep(rng.expovariate(1 / every))
            if there := [worker for worker in workers if worker.is_there]:
                tasks.create_task(rng.choice(there).look_up())


class _Worker:
    """A worker of the app in the Functions host, as host.json has it."""

    def __init__(self, shift: Shift, queue: Queue[CallMessage], figures: Figures, rng: Random) -> None:
        self._shift = shift
        self._queue = queue
        self._figures = figures
        self._rng = rng
        self._clock = asyncio.get_running_loop().time
        self._limiter = Limiter(self._clock)

    @property
    def is_there(self) -> bool:
        return self._shift.start <= self._clock() < self._shift.end

    async def run(self) -> None:
        """Takes messages until the end of the shift, and ends those that it has."""
        await asyncio.sleep(self._shift.start)
        processing: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as tasks:
            while self.is_there:
                await asyncio.sleep(_QUEUE_SECONDS)
                messages = self._queue.take(_HOST["batchSize"])
                for message in messages:
                    task = tasks.create_task(self._process(message))
                    processing.add(task)
                    task.add_done_callback(processing.discard)
                while len(processing) > _HOST["newBatchThreshold"]:
                    await asyncio.wait(processing, return_when=asyncio.FIRST_COMPLETED)
                if not messages:
                    await asyncio.sleep(_POLL_SECONDS)

    async def _process(self, message: CallMessage) -> None:
        try:
            for _ in range(_REQUESTS):
                await self._figures.graph.get_record(self._limiter, message.call_id, BACKLOG)
        except Throttled as error:
            decision = retries.decide(message, error, at(self._clock()), self._rng.random())
            assert isinstance(decision, retries.Later)
            await asyncio.sleep(_QUEUE_SECONDS)
            self._queue.put(decision.message, round(decision.delay / timedelta(seconds=1)))
            self._figures.put_back.append(self._clock())
            return
        await asyncio.sleep(_STORE_SECONDS)
        self._figures.done.append(self._clock())

    async def look_up(self) -> None:
        """Somebody asks for a record that only Graph has."""
        began, call_id = self._clock(), f"looked up {self._rng.random()}"
        try:
            for _ in range(_REQUESTS):
                await self._figures.graph.get_record(self._limiter, call_id, RESERVED)
        except Throttled as error:
            self._figures.look_ups["throttled" if "429" in str(error) else "refused"] += 1
            return
        self._figures.look_ups["answered"] += 1
        self._figures.waits.append(self._clock() - began)


def settled(shifts: Sequence[Shift], seconds: float) -> Spans:
    """The spans from a minute after some worker went, or came where there was none, until the next does."""
    went = {shift.end for shift in shifts}
    first = {shift.start for shift in shifts if not any(each.start < shift.start <= each.end for each in shifts)}
    changes = sorted(each for each in (*went, *first, seconds) if each <= seconds)
    return [(start + _SETTLING, end) for start, end in pairwise(changes) if end > start + _SETTLING]


def _part(times: Sequence[float], spans: Spans) -> float:
    within = sum(start <= each < end for each in times for start, end in spans)
    return within / (APP_AND_TENANT.rate * sum(end - start for start, end in spans))
