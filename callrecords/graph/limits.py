"""Keeps to Graph's limits ahead of time, so that a backlog drains at the rate that Graph allows.

https://learn.microsoft.com/graph/throttling-limits#call-records-limits. The limits are of an app in a tenant, the
windows here of one worker: what other workers use shows as a 429, after which the bucket is held back.
"""

import asyncio
import bisect
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass

from callrecords.errors import Throttled

# Seconds that an invocation waits in all. Longer waits belong in the queue, where they cost nothing.
LONGEST_WAIT = 5.0
# Each invocation is a task, and so has a context, of its own.
_waited = ContextVar("waited", default=0.0)
# Requests reach Graph later than they leave, each by another time. A window that is a bit longer makes up for what
# such times usually differ by, not for more, and not for the requests of other workers.
_SLACK = 1.025
_HELD_IF_UNSAID, _HELD_MOST = 10.0, 3_600.0
_WINDOWS = 1_000


@dataclass(frozen=True)
class Limit:
    """At most `requests` in any `seconds`."""

    requests: int
    seconds: float


RECORD_FIRST_PAGE = Limit(10, 20)
RECORD_NEXT_PAGE = Limit(50, 300)
LIST_FIRST_PAGE = Limit(15, 20)
LIST_NEXT_PAGE = Limit(55, 300)
# Graph says 1,500 in 20 s: the same rate over a shorter time makes for short waits.
APP_AND_TENANT = Limit(150, 2)

type Bucket = tuple[Limit, str]
"""A limit and what it is for: a call id, or empty where it is for the whole tenant."""

TENANT: Bucket = (APP_AND_TENANT, "")


class Window:
    """The latest requests of one bucket, by the time at which they leave."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._seconds = limit.seconds * _SLACK
        self._taken: list[float] = []
        self._held_until = 0.0

    def free_at(self, now: float) -> float:
        """When the next request may leave."""
        is_full = len(self._taken) == self._limit.requests
        return max(now, self._held_until, self._taken[0] + self._seconds if is_full else now)

    def take(self, at: float) -> None:
        """Counts a request that leaves then."""
        bisect.insort(self._taken, at)
        del self._taken[: -self._limit.requests]

    def hold(self, until: float) -> None:
        """Lets nothing leave before then."""
        self._held_until = max(self._held_until, until)

    def held_for(self, now: float) -> float:
        """For how many seconds nothing may leave, because Graph asked for it."""
        return max(0.0, self._held_until - now)

    def is_half_used(self, now: float) -> bool:
        """Whether this worker alone may have brought the bucket near its limit."""
        return sum(at > now - self._seconds for at in self._taken) * 2 >= self._limit.requests

    def is_idle(self, now: float) -> bool:
        """Whether nothing counts or is held any more."""
        return now > self._held_until and (not self._taken or now > self._taken[-1] + self._seconds)


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

    async def admit(self, buckets: tuple[Bucket, ...], what: str) -> None:
        """Returns when the request may leave.

        Raises Throttled, whose message starts with `what`, where that is not soon enough for the invocation.
        """
        now = self._clock()
        windows = [self._window(bucket, now) for bucket in buckets]
        at = max((window.free_at(now) for window in windows), default=now)
        if _waited.get() + at - now > LONGEST_WAIT:
            raise Throttled(f"{what}: held back for {at - now:.0f} s by Graph's limits.", at - now)
        for window in windows:
            window.take(at)
        if at > now:
            _waited.set(_waited.get() + at - now)
            await self._sleep(at - now)

    def throttled(self, buckets: tuple[Bucket, ...], retry_after: float | None) -> None:
        """Holds back what Graph throttled: its answer does not say which bucket that is. The narrowest, if this
        worker used much of it, else all, because then others did."""
        now = self._clock()
        until = now + (_HELD_IF_UNSAID if retry_after is None else min(retry_after, _HELD_MOST))
        windows = [self._window(bucket, now) for bucket in buckets]
        for window in windows[:1] if windows and windows[0].is_half_used(now) else windows:
            window.hold(until)

    def held_for(self) -> float:
        """For how many seconds requests about more than a single call are held back, because Graph asked for it."""
        now = self._clock()
        return max((each.held_for(now) for (_, call_id), each in self._windows.items() if not call_id), default=0.0)

    def _window(self, bucket: Bucket, now: float) -> Window:
        if bucket not in self._windows:
            if len(self._windows) >= _WINDOWS:
                self._windows = {key: each for key, each in self._windows.items() if not each.is_idle(now)}
            self._windows[bucket] = Window(bucket[0])
        return self._windows[bucket]
