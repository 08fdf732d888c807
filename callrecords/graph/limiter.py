"""Keeps to Graph's limits ahead of time, so that a backlog drains at the rate that Graph allows.

Windows and turns are of one worker. What other workers use shows as a 429.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar

from callrecords.errors import NotFound, Throttled
from callrecords.graph.limits import APP_AND_TENANT, BACKLOG, RESERVED, Bucket
from callrecords.graph.turns import Backlog, Reserved
from callrecords.graph.windows import Window

# Each invocation is a task, and so has a context, of its own.
_waited = ContextVar("waited", default=0.0)
_WINDOWS = 1_000
_RESERVED_TRIES = 3


class Limiter:
    """Lets requests leave one by one as the limits of their buckets allow."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._windows: dict[Bucket, Window] = {}
        self._backlog = Backlog()
        self._turns: dict[Bucket, Backlog | Reserved] = {BACKLOG: self._backlog, RESERVED: Reserved(self._backlog)}

    async def send[T](self, request: Callable[[], Awaitable[T]], what: str, buckets: tuple[Bucket, ...]) -> T:
        """What `request` comes to, which leaves when its buckets, the narrowest first, allow.

        Raises what it raises, and Throttled as `admit` does. What Graph throttles is sent again where its share is
        reserved, and there is time for the wait that Graph asked for.
        """
        await self.admit(buckets, what)
        for _ in range(_RESERVED_TRIES - 1 if RESERVED in buckets else 0):
            try:
                return await self._tell(request, buckets)
            except Throttled as error:
                try:
                    await self.admit(buckets, what)
                except Throttled:
                    raise error from None
        return await self._tell(request, buckets)

    async def _tell[T](self, request: Callable[[], Awaitable[T]], buckets: tuple[Bucket, ...]) -> T:
        """What `request` comes to, from which is learned."""
        try:
            answer = await request()
        except Throttled as error:
            self.throttled(buckets, error.retry_after)
            raise
        except NotFound:
            self.answered(buckets)
            raise
        self.answered(buckets)
        return answer

    async def admit(self, buckets: tuple[Bucket, ...], what: str) -> None:
        """Returns when the request may leave.

        Raises Throttled, whose message starts with `what`, where that is not soon enough for the invocation.
        """
        while buckets:
            held, wait = self._backlog.held, self._take(buckets, what)
            if wait > 0:
                _waited.set(_waited.get() + wait)
                await self._sleep(wait)
            # The backlog may have been held back meanwhile, and the turn is void.
            buckets = (BACKLOG,) if BACKLOG in buckets and held != self._backlog.held else ()

    def _take(self, buckets: tuple[Bucket, ...], what: str) -> float:
        """Takes the next place in every bucket; the seconds until then."""
        now = self._clock()
        gates = [self._gate(bucket, now) for bucket in buckets]
        waits = [gate.free_at(now) - now for gate in gates]
        wait = max(waits, default=0.0)
        if any(
            each > max(min(gate.longest, gate.patience - _waited.get()), 0)
            for each, gate in zip(waits, gates, strict=True)
        ):
            raise Throttled(f"{what}: held back for {wait:.0f} s by Graph's limits.", wait)
        for gate in gates:
            gate.take(now + wait)
        return wait

    def answered(self, buckets: tuple[Bucket, ...]) -> None:
        """Graph has answered what left within these buckets."""
        if _is_of_tenant(buckets):
            self._backlog.rate.answered(self._clock())

    def throttled(self, buckets: tuple[Bucket, ...], retry_after: float | None) -> None:
        """Holds back what Graph throttled: its answer does not say which bucket that is. That of the record or list
        for as long as Graph says; the backlog, unless this worker itself has used much of the narrow one, briefly, and
        longer while Graph throttles one record after another."""
        now = self._clock()
        windows = [self._window(bucket, now) for bucket in buckets if bucket[0] is not APP_AND_TENANT]
        is_own_doing = any(window.is_half_used(now) for window in windows)
        for window in windows:
            window.throttled(now, retry_after)
        if _is_of_tenant(buckets) and not is_own_doing:
            self._backlog.throttled(now, buckets[0], retry_after)

    def held_for(self) -> float:
        """For how many seconds requests about more than a single call are held back, because Graph asked for it."""
        now = self._clock()
        lists = [window.held_for(now) for (_, call_id), window in self._windows.items() if not call_id]
        return max(self._backlog.held_for(now), *lists, 0)

    def _gate(self, bucket: Bucket, now: float) -> Window | Backlog | Reserved:
        return self._turns.get(bucket) or self._window(bucket, now)

    def _window(self, bucket: Bucket, now: float) -> Window:
        if bucket not in self._windows:
            if len(self._windows) >= _WINDOWS:
                self._windows = {key: each for key, each in self._windows.items() if not each.is_idle(now)}
            self._windows[bucket] = Window(bucket[0])
        return self._windows[bucket]


def _is_of_tenant(buckets: tuple[Bucket, ...]) -> bool:
    return any(limit is APP_AND_TENANT for limit, _ in buckets)
