"""The windows of the narrow limits, those of a record or of lists: what this worker has sent lately."""

import bisect

from callrecords.graph.limits import LONGEST_WAIT, Limit

# Requests reach Graph later than they leave, each by another time. A window that is a bit longer makes up for what
# such times usually differ by, not for more, and not for the requests of other workers.
_SLACK = 1.025
# The longest window of Graph's. A Retry-After of a year holds back no more than this.
HELD_MOST = 300.0
_HELD_IF_UNSAID = 2.0


class Window:
    """The latest requests of one bucket, by the time at which they leave."""

    patience = longest = LONGEST_WAIT

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

    def throttled(self, now: float, retry_after: float | None) -> None:
        """Lets nothing leave for as long as Graph said."""
        seconds = _HELD_IF_UNSAID if retry_after is None else min(max(retry_after, 0), HELD_MOST)
        self._held_until = max(self._held_until, now + seconds)

    def held_for(self, now: float) -> float:
        """For how many seconds nothing may leave, because Graph asked for it."""
        return max(0.0, self._held_until - now)

    def is_half_used(self, now: float) -> bool:
        """Whether this worker alone may have brought the bucket near its limit."""
        return sum(at > now - self._seconds for at in self._taken) * 2 >= self._limit.requests

    def is_idle(self, now: float) -> bool:
        """Whether nothing counts or is held any more."""
        return now > self._held_until and (not self._taken or now > self._taken[-1] + self._seconds)
