"""How fast one of several workers may ask Graph, which no worker knows: found out from what Graph answers.

The limit is of all workers of an app in a tenant together. Each starts at a third of it, goes slower where Graph
throttles the tenant and faster where it has not for a while, as hosts share a network without talking to each other:
https://www.rfc-editor.org/rfc/rfc5681#section-3.1 and, for the pause before it goes faster,
https://www.rfc-editor.org/rfc/rfc9438#section-4.2. Pure.
"""

from callrecords.graph.limits import APP_AND_TENANT, RESERVED_PART, Bucket

WINDOW = APP_AND_TENANT.seconds
MOST = APP_AND_TENANT.rate * (1 - RESERVED_PART)
START = APP_AND_TENANT.rate / 3
LEAST = 0.5

# Requests a second by which an answer lets the rate grow at most, and so the part by which it grows in a second.
_GROWTH = 0.05
# So long after it went slower it grows as fast again, and until then hardly; within one window of Graph's not at all,
# because it takes Graph as long to tell what a rate comes to. At its start it is as if a part of that were over.
_CALM, _CALM_AT_START = 50.0, 36.0
# What a worker keeps of its rate beside that by which Graph was overrun; the least that it keeps; and what it keeps
# where Graph does not say.
_MARGIN, _LEAST_LEFT, _LEFT_IF_UNSAID = 0.93, 0.25, 0.75
# What a new worker keeps of its rate at most, which was a guess: those who were there before are to keep theirs.
_LEFT_OF_START = 0.5
# A worker that sent nothing for so long is as a new one.
_PAUSE = 2 * WINDOW
# How long all requests of a backlog wait for one that was throttled, which may be no fault of theirs.
BRIEFLY = 1.0
# 429s here and there are of the tenant, too, where they come to this part of the answers, of the latest 50 or so.
_TOO_MANY, _MEMORY = 0.05, 0.98


class Rate:
    """The requests a second that a worker may send for its backlog."""

    def __init__(self) -> None:
        self.per_second = START
        self._slowed_at = float("-inf")
        self._is_new = True
        self._part_throttled = 0.0
        self._throttled: Bucket | None = None  # the latest, where Graph has answered nothing else since
        self._latest = float("-inf")

    def used(self, now: float) -> None:
        """A request leaves. What was found out before a longer pause is forgotten: others may have come since."""
        if now - self._latest > _PAUSE:
            self.per_second = min(self.per_second, START)
            self._slowed_at = now - WINDOW - _CALM_AT_START
            self._is_new = True
        self._latest = max(self._latest, now)

    def answered(self, now: float) -> None:
        """Graph has answered a request: the more of them, the faster it goes."""
        self._throttled = None
        self._part_throttled *= _MEMORY
        calm = min(max(now - self._slowed_at - WINDOW, 0) / _CALM, 1)
        self.per_second = min(self.per_second + _GROWTH * calm**3, MOST)

    def throttled(self, now: float, what: Bucket, retry_after: float | None) -> float:
        """Graph has throttled a request for `what`; for how many seconds no other one of the backlog may leave."""
        is_of_tenant = self._part_throttled > _TOO_MANY or self._throttled not in (None, what)
        if what != self._throttled:
            self._part_throttled = self._part_throttled * _MEMORY + 1 - _MEMORY
        self._throttled = what
        if not is_of_tenant:
            return BRIEFLY
        seconds = BRIEFLY if retry_after is None else min(max(retry_after, BRIEFLY), WINDOW)
        if now > self._slowed_at:  # else it had left before the worker went slower
            left = min(_left(retry_after), _LEFT_OF_START if self._is_new else 1)
            self.per_second = max(self.per_second * left, LEAST)
            self._is_new = False
            self._slowed_at = now + seconds
        return seconds


def _left(retry_after: float | None) -> float:
    """The part of its rate that a worker keeps: what Graph allows in a window has taken the rest of that window."""
    if retry_after is None or retry_after >= WINDOW:
        return _LEFT_IF_UNSAID
    return max((WINDOW - max(retry_after, 0)) / WINDOW * _MARGIN, _LEAST_LEFT)
