"""A limiter's time, which passes when a test says so."""

import asyncio

from callrecords.errors import Throttled
from callrecords.graph.limiter import Limiter
from callrecords.graph.limits import Bucket, Limit

THREE = Limit(3, 4)
ONE_CALL, OTHER_CALL, TENANT = (THREE, "1"), (THREE, "2"), (Limit(5, 10), "")


class FakeTime:
    """The seconds since the start. Sleeps take none and are kept; `left` is when each request that is let go leaves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.left: list[float] = []
        self.sleeps: list[float] = []
        self.limiter = Limiter(lambda: self.now, self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)

    async def admit(self, *buckets: Bucket) -> float:
        """How long a request within `buckets`, of an invocation of its own, has to wait before it leaves. Raises
        Throttled as the limiter does."""
        before = len(self.sleeps)
        await asyncio.create_task(self.limiter.admit(buckets, "Call record 1"))
        wait = sum(self.sleeps[before:])
        self.left.append(self.now + wait)
        return wait


async def admitted(time: FakeTime, times: int, *buckets: Bucket) -> list[float]:
    """The waits of some requests in a row."""
    return [await time.admit(*buckets) for _ in range(times)]


async def held_for(time: FakeTime, *buckets: Bucket) -> float:
    """How long requests within `buckets` are held back."""
    try:
        return await time.admit(*buckets)
    except Throttled as error:
        assert error.retry_after is not None
        return error.retry_after
