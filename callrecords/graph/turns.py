"""Turns at the tenant's limit, one after another: those of a backlog at the rate that was found out, those that are
reserved at a rate of their own.

The generic cell rate algorithm: https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
"""

from callrecords.graph.limits import APP_AND_TENANT, LONGEST_TURNS, LONGEST_WAIT, RESERVED_PART, Bucket
from callrecords.graph.rate import Rate

_RESERVED_RATE = APP_AND_TENANT.rate * RESERVED_PART
# So many seconds' worth of requests may leave at once after a pause.
_BURST = 1.0
# However slow a worker has become, what is reserved leaves half of its turns to the backlog.
_RESERVED_COUNTS_AS = 2 * _RESERVED_RATE
# As many as the pages of a large record or list, which would come one after another anyway.
_RESERVED_BURST = 8.0


class Backlog:
    """The turns of a backlog.

    An invocation waits at most `patience` seconds in all, and `longest` for one. `held` counts the times at which turns
    that were given before became void.
    """

    patience, longest = LONGEST_TURNS, LONGEST_TURNS / 2

    def __init__(self) -> None:
        self.rate = Rate()
        self.held = 0
        self._next = self._held_until = float("-inf")

    def free_at(self, now: float) -> float:
        """When the next request may leave."""
        return max(now, self._held_until, self._next - _BURST)

    def take(self, at: float, at_least: float = 0.0) -> None:
        """Counts a request that leaves then: for one from another share, as if the rate were `at_least` that."""
        self.rate.used(at)
        self._next = max(self._next, at) + 1 / max(self.rate.per_second, at_least)

    def held_for(self, now: float) -> float:
        """For how many seconds nothing may leave, because Graph throttled something."""
        return max(0.0, self._held_until - now)

    def throttled(self, now: float, what: Bucket, retry_after: float | None) -> None:
        """Graph has throttled a request for `what`."""
        self._held_until = max(self._held_until, now + self.rate.throttled(now, what, retry_after))
        # Those who wait take their turns anew, one after another.
        self._next = self._held_until + _BURST
        self.held += 1


class Reserved:
    """The turns that are reserved: no backlog is waited for, which is the later for each of them."""

    patience = longest = LONGEST_WAIT

    def __init__(self, backlog: Backlog) -> None:
        self._backlog = backlog
        self._next = float("-inf")

    def free_at(self, now: float) -> float:
        """As Backlog.free_at."""
        return max(now, self._next - _RESERVED_BURST)

    def take(self, at: float) -> None:
        """As Backlog.take."""
        self._next = max(self._next, at) + 1 / _RESERVED_RATE
        self._backlog.take(at, _RESERVED_COUNTS_AS)
