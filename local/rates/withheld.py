"""Notifications that do not come: of calls whose records appear some time after their end, and of later versions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from callrecords.collect.reconcile.hours import HOUR, hour_of
from callrecords.collect.reconcile.ladder import RUNGS
from local.rates.calls import Call, Calls
from local.rates.lists import MakeCalls
from local.rates.profile import Profile

type What = Literal["call", "revision"]

_MEAN_LENGTH, _LONGEST = timedelta(minutes=30), timedelta(hours=30)
# https://learn.microsoft.com/graph/change-notifications-overview#latency
_APPEARS_WITHIN = timedelta(minutes=150)
_REVISED_WITHIN = timedelta(days=28)
_PART = 0.2


@dataclass(frozen=True)
class Found:
    """A call, or its revision, that Graph had `since` then and that was `enqueued`; a rung was next due at `due`."""

    what: What
    hour_end: datetime
    since: datetime
    due: datetime
    enqueued: datetime

    @property
    def took(self) -> timedelta:
        """How long it took from the appearing."""
        return self.enqueued - self.since

    @property
    def was_there_by_third_hour(self) -> bool:
        """Whether the record was there when the hour was compared three hours after its end."""
        return self.since <= self.hour_end + 3 * HOUR


@dataclass(frozen=True)
class _Fate:
    appears: datetime
    revised: datetime | None
    is_withheld: bool


class WithheldCalls(Calls):
    """Calls of which a fifth are never announced, and a fifth are revised once, at any age, unannounced as well. What
    was there before the simulation begins has been found before."""

    def __init__(self, profile: Profile, clock: Callable[[], datetime], since: datetime) -> None:
        super().__init__(profile, clock, since, missing_every=1)
        self.found: list[Found] = []
        self._fates: dict[Call, _Fate] = {}

    def enqueue(self, call_id: str) -> None:
        """As Calls.enqueue; it is found."""
        call = self.call(call_id)
        fate, is_there = self._fate(call), self.cosmos_version(call) > 0
        since = fate.revised if is_there and fate.revised else fate.appears
        what: What = "revision" if is_there else "call"
        hour_end = hour_of(call.start) + HOUR
        due = next(at for rung in RUNGS if (at := hour_end + rung.age) >= since)
        self.found.append(Found(what, hour_end, since, due, self.clock()))
        super().enqueue(call_id)

    def graph_version(self, call: Call) -> int:
        return self._version_at(call, self.clock())

    def _version_at(self, call: Call, now: datetime) -> int:
        fate = self._fate(call)
        if now < fate.appears:
            return 0
        return 2 if fate.revised and now >= fate.revised else 1

    def cosmos_version(self, call: Call) -> int:
        fate, fetched = self._fate(call), self.fetched_at(call)
        announced = 1 if not fate.is_withheld and self.clock() >= fate.appears else 0
        before = self._version_at(call, self.begin)
        return max(announced, before, self._version_at(call, fetched) if fetched else 0)

    def _fate(self, call: Call) -> _Fate:
        if call not in self._fates:
            rng = Random(call.day * 1_000_000 + call.number)
            length = min(rng.expovariate(1 / _MEAN_LENGTH.total_seconds()), _LONGEST.total_seconds())
            appears = call.start + timedelta(seconds=length) + rng.random() * _APPEARS_WITHIN
            revised = appears + rng.random() * _REVISED_WITHIN if rng.random() < _PART else None
            self._fates[call] = _Fate(appears, revised, rng.random() < _PART)
        return self._fates[call]


def withheld(profile: Profile) -> MakeCalls:
    """As simulate_lists takes them."""
    return lambda clock, since: WithheldCalls(profile, clock, since)
