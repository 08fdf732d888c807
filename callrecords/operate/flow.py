"""What flowed through the workers in the last hour: pure. Counts by name, so that those of several workers add up."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from callrecords.documents import Document
from callrecords.graphtypes import JsonObject
from callrecords.ports.state import StateKey

SLOT, SHOWN = timedelta(minutes=10), timedelta(hours=1)
# Seconds from a notification to its record, up to which an arrival counts: a step is a third of the time, more or less.
BOUNDS = (0.5, 0.75, *(float(factor * 2**power) for power in range(15) for factor in (1, 1.5)))
_MOST_SUBSCRIPTIONS = 5


@dataclass(frozen=True, kw_only=True)
class Flow(Document):
    """What one worker saw in the ten minutes that began `at`.

    `arrivals` counts records that were stored after a notification, by the bound in BOUNDS that their seconds kept to;
    `dropped` counts notifications by the reason; `dropped_for` has some of the subscriptions that these named.
    `held_until` is when Graph's limits let requests leave again. `ttl` is Cosmos DB's.
    """

    at: datetime
    arrivals: dict[str, int] | None = None
    dropped: dict[str, int] | None = None
    dropped_for: tuple[str, ...] = ()
    held_until: datetime | None = None
    ttl: int = round((SHOWN + 2 * SLOT).total_seconds())


FLOW = StateKey("flow-", Flow)


def slot_of(time: datetime) -> datetime:
    """When the ten minutes began that the time is in."""
    return time.replace(minute=time.minute // 10 * 10, second=0, microsecond=0)


def flow(slot: datetime, worker: str) -> StateKey[Flow]:
    """Where that of a worker is remembered."""
    return StateKey(f"{FLOW.id}{slot:%Y%m%dT%H%M}-{worker}", Flow)


def bound_of(lag: timedelta) -> str:
    """The bound that a time from notification to record keeps to."""
    return str(next((bound for bound in BOUNDS if lag.total_seconds() <= bound), math.inf))


def merged(flows: Iterable[Flow], now: datetime) -> Flow:
    """What all workers saw in the last hour together."""
    lately = [each for each in flows if each.at + SLOT > now - SHOWN]
    arrivals, dropped = Counter[str](), Counter[str]()
    for each in lately:
        arrivals.update(each.arrivals or {})
        dropped.update(each.dropped or {})
    subscriptions = dict.fromkeys(name for each in lately for name in each.dropped_for)
    return Flow(
        at=now,
        arrivals=dict(arrivals),
        dropped=dict(dropped),
        dropped_for=tuple(subscriptions),
        held_until=max((each.held_until for each in lately if each.held_until), default=None),
    )


def with_subscriptions(known: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    """Those that are known and some more, each once."""
    return tuple(dict.fromkeys((*known, *more)))[:_MOST_SUBSCRIPTIONS]


def freshness(arrivals: Mapping[str, int]) -> JsonObject:
    """How many records arrived, and the bounds that half of them and 95 % kept to, in seconds from the notification."""
    count = sum(arrivals.values())
    by_bound = sorted((float(bound), each) for bound, each in arrivals.items())
    return {"count": count, "p50Seconds": _share(by_bound, count * 0.5), "p95Seconds": _share(by_bound, count * 0.95)}


def _share(by_bound: list[tuple[float, int]], wanted: float) -> float | None:
    reached = 0
    for bound, each in by_bound:
        reached += each
        if reached >= wanted and math.isfinite(bound):
            return bound
    return None
