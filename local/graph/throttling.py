"""Graph's limits for call records: https://learn.microsoft.com/graph/throttling-limits.

Sliding windows; a throttled request counts like any other, so a client that does not wait stays throttled.
"""

import math
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from local.graph.errors import too_many_requests
from local.graph.operations import Operation

type RetryAfter = Literal["whole", "fractional", "missing"]
type Bucket = Literal[
    "record_first_page",
    "record_following_pages",
    "list_first_page",
    "list_following_pages",
    "app_and_tenant",
    "phone_rows",
]

_BUCKETS: dict[Operation, Bucket] = {
    Operation.GET_RECORD: "record_first_page",
    Operation.LIST_SESSIONS: "record_first_page",
    Operation.LIST_PARTICIPANTS: "record_first_page",
    Operation.LIST_SESSIONS_NEXT: "record_following_pages",
    Operation.LIST_PARTICIPANTS_NEXT: "record_following_pages",
    Operation.LIST_RECORDS: "list_first_page",
    Operation.LIST_RECORDS_NEXT: "list_following_pages",
    Operation.GET_PSTN_CALLS: "phone_rows",
    Operation.GET_PSTN_CALLS_NEXT: "phone_rows",
    Operation.GET_DIRECT_ROUTING_CALLS: "phone_rows",
    Operation.GET_DIRECT_ROUTING_CALLS_NEXT: "phone_rows",
}


@dataclass(frozen=True)
class Limit:
    """At most `requests` in any `seconds`."""

    requests: int
    seconds: float


@dataclass(frozen=True)
class Limits:
    """The limits, None for no limit; and how the Retry-After headers of the 429s look, in turn.

    Graph documents none for the functions that give rows of phone calls, `phone_rows`.
    """

    record_first_page: Limit | None = Limit(10, 20)
    record_following_pages: Limit | None = Limit(50, 300)
    list_first_page: Limit | None = Limit(15, 20)
    list_following_pages: Limit | None = Limit(55, 300)
    app_and_tenant: Limit | None = Limit(1_500, 20)
    phone_rows: Limit | None = None
    retry_after: tuple[RetryAfter, ...] = ("whole", "fractional", "whole", "missing")


NO_LIMITS = Limits(None, None, None, None, None)


class Throttling:
    """Admits requests as `limits` allow and counts the others by bucket in `throttled`."""

    def __init__(self, limits: Limits, clock: Callable[[], datetime], throttled: Counter[Bucket]) -> None:
        self._limits = limits
        self._clock = clock
        self._throttled = throttled
        self._windows: dict[tuple[Bucket, str | None], deque[datetime]] = {}

    def admit(self, operation: Operation, call_id: str | None, client_id: str) -> None:
        """Counts the request. Raises GraphError 429 when it is over a limit."""
        waits = {bucket: self._count(bucket, key) for bucket, key in _keys(operation, call_id, client_id)}
        for bucket, wait in waits.items():
            if wait > 0:
                self._throttled[bucket] += 1
                raise too_many_requests(self._retry_after(wait))

    def _count(self, bucket: Bucket, key: str | None) -> float:
        """Seconds until the bucket has room again, 0 when it has room for this request."""
        limit: Limit | None = getattr(self._limits, bucket)
        if limit is None:
            return 0
        now, period = self._clock(), timedelta(seconds=limit.seconds)
        # As many as are allowed: the oldest of them tells whether, and until when, the window is full.
        latest = self._windows.setdefault((bucket, key), deque(maxlen=limit.requests))
        is_full = len(latest) == limit.requests and now - latest[0] < period
        latest.append(now)
        return (latest[0] + period - now).total_seconds() if is_full else 0

    def _retry_after(self, wait: float) -> str | None:
        looks = self._limits.retry_after
        match looks[(self._throttled.total() - 1) % len(looks)]:
            case "whole":
                return str(math.ceil(wait))
            case "fractional":
                return f"{wait:.3f}"
        return None


def _keys(operation: Operation, call_id: str | None, client_id: str) -> Iterator[tuple[Bucket, str | None]]:
    if operation in _BUCKETS:
        yield _BUCKETS[operation], call_id
        yield "app_and_tenant", client_id
