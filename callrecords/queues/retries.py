"""When a queue message that could not be handled comes back, and when it is given up: the failure table, pure.

NotFound     comes back after 1, 2, 5, 10, 20, 40, 60 and 60 minutes, then is given up; at once when the message
             is so old that Graph no longer keeps the record
Throttled    comes back when the service said, plus jitter; no attempt is counted; is given up when the message is
             so old that Graph no longer keeps the record
Unavailable  comes back after 10 s, doubling to 10 min, for 4 h
Unauthorized comes back every 5 min for 24 h
Forbidden    comes back every 15 min for 24 h: the permission may be about to be granted
Garbled      comes back five times, after 10 s, doubling
Unexpected   comes back four times, after 10 s, doubling
anything else is given up at once
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from callrecords.callrecord import GRAPH_KEEPS
from callrecords.errors import (
    CallRecordsError,
    Forbidden,
    Garbled,
    NotFound,
    Throttled,
    Unauthorized,
    Unavailable,
    Unexpected,
)
from callrecords.queues.messages import Message

EXPIRED = "expired: "
"""Starts the reason why a call is given up whose record Graph no longer keeps."""

_NOT_FOUND_MINUTES = (1, 2, 5, 10, 20, 40, 60, 60)
_FIRST, _MOST = timedelta(seconds=10), timedelta(minutes=10)
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


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """A row of the table: how long to wait after so many failures before this one, and for how often and how long.

    `given_up` starts the reason when it is over.
    """

    delay: Callable[[int], timedelta]
    times: int | None = None
    lasting: timedelta = timedelta.max
    given_up: str = ""


def _doubled(before: int) -> timedelta:
    return min(_FIRST * (1 << min(before, 10)), _MOST)


def _listed(before: int) -> timedelta:
    return timedelta(minutes=_NOT_FOUND_MINUTES[before])


def _every(minutes: int) -> Callable[[int], timedelta]:
    return lambda _: timedelta(minutes=minutes)


_RULES: Mapping[type[CallRecordsError], _Rule] = {
    NotFound: _Rule(delay=_listed, times=len(_NOT_FOUND_MINUTES), given_up="never appeared: "),
    Unavailable: _Rule(delay=_doubled, lasting=timedelta(hours=4), given_up="unavailable for 4 h: "),
    Unauthorized: _Rule(delay=_every(5), lasting=timedelta(hours=24), given_up="unauthorized for 24 h: "),
    Forbidden: _Rule(delay=_every(15), lasting=timedelta(hours=24), given_up="forbidden for 24 h: "),
    Garbled: _Rule(delay=_doubled, times=5),
    Unexpected: _Rule(delay=_doubled, times=4),
}


def decide[M: Message](message: M, error: CallRecordsError, now: datetime, chance: float) -> Later[M] | GiveUp:
    """The row of the table for `error`; `chance` in 0..1 spreads out what was throttled together."""
    since = message.kept_since if isinstance(error, NotFound) else message.notified_at
    if isinstance(error, NotFound | Throttled) and now - since > GRAPH_KEEPS:
        return GiveUp(f"{EXPIRED}Graph keeps a call record for {GRAPH_KEEPS.days} days")
    if isinstance(error, Throttled):
        return Later(message, _throttled_delay(error) * (1 + _JITTER * chance))
    rule = _RULES.get(type(error))
    if rule is None:
        return GiveUp(str(error))
    failed = message.failed(type(error).__name__, now)
    before, lasting = failed.attempt - 1, now - (failed.failing_since or now)
    if (rule.times is None or before < rule.times) and lasting <= rule.lasting:
        return Later(failed, rule.delay(before))
    return GiveUp(f"{rule.given_up}{error}")


def _throttled_delay(error: Throttled) -> timedelta:
    seconds = _THROTTLED_UNSAID if error.retry_after is None else error.retry_after
    return timedelta(seconds=min(max(seconds, _THROTTLED_LEAST), _THROTTLED_MOST))
