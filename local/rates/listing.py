"""Graph's lists as graph.records asks for them, and the queues around the reconciliation, in simulated time."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime

from callrecords.errors import Unreadable
from callrecords.graph.limiter import Limiter
from callrecords.graph.limits import LIST_FIRST_PAGE, LIST_NEXT_PAGE, RESERVED
from callrecords.ports.records import Listed
from callrecords.queues.messages import CallMessage
from local.graph import Operation
from local.rates.calls import Calls
from local.rates.graph import Graph
from local.rates.queue import Queue

_PAGE = 60


class Lists:
    """Lists as graph.records does."""

    def __init__(self, graph: Graph, calls: Calls, limiter: Limiter) -> None:
        self._graph = graph
        self._calls = calls
        self._limiter = limiter
        self.listed = 0

    async def between(self, start: datetime, end: datetime) -> AsyncGenerator[Listed | Unreadable]:
        what = f"Call records from {start:%Y-%m-%d %H:%M:%S} on"
        buckets = ((LIST_FIRST_PAGE, ""), RESERVED)
        await self._graph.send(self._limiter, Operation.LIST_RECORDS, what, buckets)
        found = self._calls.listed(start, end)
        for number, each in enumerate(found):
            if number and number % _PAGE == 0:
                buckets = ((LIST_NEXT_PAGE, ""), RESERVED)
                await self._graph.send(self._limiter, Operation.LIST_RECORDS_NEXT, what, buckets)
            self.listed += 1
            yield each


@dataclass
class Sender:
    """Puts what it is sent on a queue."""

    queue: Queue[str]

    async def send_message(
        self, content: object, *, visibility_timeout: int | None = None, time_to_live: int | None = None
    ) -> None:
        self.queue.put(str(content), visibility_timeout or 0)


@dataclass
class Fetch:
    """Ingest: has what is put on its queue."""

    calls: Calls

    async def send_message(
        self, content: object, *, visibility_timeout: int | None = None, time_to_live: int | None = None
    ) -> None:
        self.calls.enqueue(CallMessage.parse(str(content)).call_id)


class Poison:
    """Nothing is to be given up."""

    async def send_message(
        self, content: object, *, visibility_timeout: int | None = None, time_to_live: int | None = None
    ) -> None:
        raise AssertionError(f"Given up: {content}")
