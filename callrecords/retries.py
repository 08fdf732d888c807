"""What becomes of a queue message whose call record could not be brought home: the failure table, pure.

NotFound     comes back after 1, 2, 5, 10, 20, 40, 60 and 60 minutes, then is given up; at once when the message
             is so old that Graph no longer keeps the record
Throttled    comes back when the service said, plus jitter; no attempt is counted
Unavailable  comes back after 10 s, doubling to 10 min, for 4 h
Forbidden    comes back every 15 min for 24 h: the grant may be on its way
anything else is given up at once
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from callrecords.errors import CallRecordsError, Forbidden, NotFound, Throttled, Unavailable

# Graph keeps a record for 30 days from the start of the call (the text of its own 404).
GRAPH_KEEPS = timedelta(days=30)

_NOT_FOUND_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 40, 60, 60))
_UNAVAILABLE_FIRST, _UNAVAILABLE_MOST = timedelta(seconds=10), timedelta(minutes=10)
_UNAVAILABLE_FOR = timedelta(hours=4)
_FORBIDDEN_EVERY, _FORBIDDEN_FOR = timedelta(minutes=15), timedelta(hours=24)
_THROTTLED_DEFAULT = timedelta(seconds=30)
_JITTER = 0.25


@dataclass(frozen=True)
class Later:
    """Try again after `delay`; `counts` says whether this was an attempt."""

    delay: timedelta
    counts: bool = True


@dataclass(frozen=True)
class GiveUp:
    """Not worth another try, for `reason`."""

    reason: str


def decide(error: CallRecordsError, attempt: int, first_seen: datetime, now: datetime, chance: float) -> Later | GiveUp:
    """The row of the table for `error`, after `attempt` counted failures; `chance` in 0..1 spreads the delays
    of messages that were throttled together."""
    match error:
        case NotFound() if now - first_seen > GRAPH_KEEPS:
            return GiveUp(f"expired: Graph keeps a call record for {GRAPH_KEEPS.days} days")
        case NotFound() if attempt >= len(_NOT_FOUND_DELAYS):
            return GiveUp(f"never appeared: {error}")
        case NotFound():
            return Later(_NOT_FOUND_DELAYS[attempt])
        case Throttled():
            return Later(_throttled_delay(error) * (1 + _JITTER * chance), counts=False)
        case Unavailable() if now - first_seen > _UNAVAILABLE_FOR:
            return GiveUp(f"unavailable for {_hours(_UNAVAILABLE_FOR)}: {error}")
        case Unavailable():
            return Later(min(_UNAVAILABLE_FIRST * 2 ** min(attempt, 10), _UNAVAILABLE_MOST))
        case Forbidden() if now - first_seen > _FORBIDDEN_FOR:
            return GiveUp(f"forbidden for {_hours(_FORBIDDEN_FOR)}: {error}")
        case Forbidden():
            return Later(_FORBIDDEN_EVERY)
    return GiveUp(str(error))


def _throttled_delay(error: Throttled) -> timedelta:
    if error.retry_after is None:
        return _THROTTLED_DEFAULT
    return timedelta(seconds=max(error.retry_after, 1))


def _hours(period: timedelta) -> str:
    return f"{period / timedelta(hours=1):.0f} h"
