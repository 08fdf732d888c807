"""When a queue message that could not be handled comes back, and when it is given up: the failure table, pure.

NotFound     comes back after 1, 2, 5, 10, 20, 40, 60 and 60 minutes, then is given up; at once when the message
             is so old that Graph no longer keeps the record
Throttled    comes back when the service said, plus jitter; no attempt is counted; is given up when the message is
             so old that Graph no longer keeps the record
Unavailable  comes back after 10 s, doubling to 10 min, for 4 h
Forbidden    comes back every 15 min for 24 h: the permission may be about to be granted
Unexpected   comes back four times, after 10 s, doubling
anything else is given up at once
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from callrecords.callrecord import GRAPH_KEEPS
from callrecords.errors import CallRecordsError, Forbidden, NotFound, Throttled, Unavailable, Unexpected
from callrecords.queues.messages import Message

_NOT_FOUND_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 40, 60, 60))
_FIRST, _MOST = timedelta(seconds=10), timedelta(minutes=10)
_UNAVAILABLE_FOR = timedelta(hours=4)
_FORBIDDEN_EVERY, _FORBIDDEN_FOR = timedelta(minutes=15), timedelta(hours=24)
_UNEXPECTED_TIMES = 4
_THROTTLED_UNSAID, _THROTTLED_LEAST, _THROTTLED_MOST = 30.0, 1.0, 3_600.0
_JITTER = 0.25


@dataclass(frozen=True)
class Later[M: Message]:
    """Put back as `message`, after `delay`."""

    message: M
    delay: timedelta


@dataclass(frozen=True)
class GiveUp:
    """Not worth another try, for `reason`."""

    reason: str


def decide[M: Message](message: M, error: CallRecordsError, now: datetime, chance: float) -> Later[M] | GiveUp:
    """The row of the table for `error`; `chance` in 0..1 spreads out what was throttled together."""
    is_expired = now - message.notified_at > GRAPH_KEEPS
    if isinstance(error, Throttled) and not is_expired:
        return Later(message, _throttled_delay(error) * (1 + _JITTER * chance))
    failed = message.failed(type(error).__name__, now)
    before, lasting = failed.attempt - 1, now - (failed.failing_since or now)
    match error:
        case NotFound() | Throttled() if is_expired:
            return GiveUp(f"expired: Graph keeps a call record for {GRAPH_KEEPS.days} days")
        case NotFound() if before < len(_NOT_FOUND_DELAYS):
            return Later(failed, _NOT_FOUND_DELAYS[before])
        case NotFound():
            return GiveUp(f"never appeared: {error}")
        case Unavailable() if lasting <= _UNAVAILABLE_FOR:
            return Later(failed, _doubled(before))
        case Unavailable():
            return GiveUp(f"unavailable for {_hours(_UNAVAILABLE_FOR)}: {error}")
        case Forbidden() if lasting <= _FORBIDDEN_FOR:
            return Later(failed, _FORBIDDEN_EVERY)
        case Forbidden():
            return GiveUp(f"forbidden for {_hours(_FORBIDDEN_FOR)}: {error}")
        case Unexpected() if before < _UNEXPECTED_TIMES:
            return Later(failed, _doubled(before))
    return GiveUp(str(error))


def _doubled(before: int) -> timedelta:
    return min(_FIRST * (1 << min(before, 10)), _MOST)


def _throttled_delay(error: Throttled) -> timedelta:
    seconds = _THROTTLED_UNSAID if error.retry_after is None else error.retry_after
    return timedelta(seconds=min(max(seconds, _THROTTLED_LEAST), _THROTTLED_MOST))


def _hours(period: timedelta) -> str:
    return f"{period / timedelta(hours=1):.0f} h"
