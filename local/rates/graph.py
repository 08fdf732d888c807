"""Graph as its limits make it, with the latency of a network, in simulated time."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from callrecords.errors import Throttled
from callrecords.graph.limiter import Limiter
from callrecords.graph.limits import RECORD_FIRST_PAGE, Bucket
from local.graph import Limits, Operation
from local.graph.errors import GraphError
from local.graph.throttling import Throttling

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
# Half of it on the way there. Of those who answer, some take ten times as long.
_MEDIAN_SECONDS, _SPREAD = 0.15, 0.6


def at(seconds: float) -> datetime:
    """The moment at which the clock shows that."""
    return _EPOCH + timedelta(seconds=seconds)


class Graph:
    """Answers requests; `answered` and `throttled` have the seconds at which it did either."""

    def __init__(self, clock: Callable[[], float], rng: Random, limits: Limits) -> None:
        self.answered: list[float] = []
        self.throttled: list[float] = []
        self.buckets: Counter[str] = Counter()
        self.operations: Counter[Operation] = Counter()
        self._clock = clock
        self._rng = rng
        self._throttling = Throttling(limits, lambda: at(clock()), self.buckets)  # type: ignore[arg-type]

    async def get_record(self, limiter: Limiter, call_id: str, share: Bucket) -> None:
        """A request as GraphClient sends it. Raises Throttled as it does."""
        buckets = ((RECORD_FIRST_PAGE, call_id), share)
        await self.send(limiter, Operation.GET_RECORD, f"Call record {call_id}", buckets, call_id)

    async def send(
        self, limiter: Limiter, operation: Operation, what: str, buckets: tuple[Bucket, ...], call_id: str | None = None
    ) -> None:
        """The same for any operation, which is counted in `operations` where it is answered."""
        await limiter.send(lambda: self._answer(operation, call_id, what), what, buckets)

    async def _answer(self, operation: Operation, call_id: str | None, what: str) -> None:
        await self._travel()
        try:
            self._throttling.admit(operation, call_id, "app")
        except GraphError as error:
            self.throttled.append(self._clock())
            await self._travel()
            header = error.headers.get("Retry-After")
            raise Throttled(f"{what}: Graph answered 429.", float(header) if header else None) from None
        self.answered.append(self._clock())
        self.operations[operation] += 1
        await self._travel()

    async def _travel(self) -> None:
        await asyncio.sleep(_MEDIAN_SECONDS / 2 * self._rng.lognormvariate(0, _SPREAD))
