"""Makes the notifications of the traffic worse: repeated, in another order, late, before their record. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from local.traffic import Call, Version

_DISTURBED = 0.2
_EARLY = 0.05


def disturbed(calls: Sequence[Call], rng: Random, done: Counter[str]) -> list[Call]:
    """`calls` with a fifth of their notifications repeated, shuffled or late, and some calls announced before Graph
    has their record; `done` counts them by kind."""
    return [_disturbed_call(call, rng, done) for call in calls]


def _disturbed_call(call: Call, rng: Random, done: Counter[str]) -> Call:
    versions = [_disturbed_version(version, rng, done) for version in call.versions]
    if rng.random() < _EARLY:
        done["Notification before its record"] += 1
        early = versions[0].published_at - timedelta(minutes=rng.uniform(5, 60))
        versions[0] = replace(versions[0], notified_at=(early, *versions[0].notified_at))
    return replace(call, versions=tuple(versions))


def _disturbed_version(version: Version, rng: Random, done: Counter[str]) -> Version:
    moments: list[datetime] = []
    for moment in version.notified_at:
        if rng.random() >= _DISTURBED:
            moments.append(moment)
            continue
        kind = rng.choice(("repeated", "shuffled", "late"))
        done[f"Notification {kind}"] += 1
        if kind == "repeated":
            moments += (moment, moment + timedelta(minutes=rng.uniform(0, 60)))
        elif kind == "shuffled":
            moments.append(max(version.published_at, moment + timedelta(minutes=rng.uniform(-60, 60))))
        else:
            moments.append(moment + timedelta(hours=rng.uniform(1, 6)))
    return replace(version, notified_at=tuple(moments))
