"""A day of calls: when each begins, when Graph publishes its versions, and when it notifies of them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random

from callrecords.graphtypes import JsonObject
from local.traffic.kinds import kinds_of_a_day
from local.traffic.meetings import meeting
from local.traffic.people import found
from local.traffic.primitives import cut, date_time
from local.traffic.revisions import revisions

# Calls that begin in each hour of the day, relative to each other. The last hours stay empty so that only the
# calls that are meant to run over midnight do.
_HOURS = (1, 1, 1, 1, 1, 2, 6, 25, 60, 90, 85, 60, 40, 70, 85, 70, 45, 20, 8, 4, 3)
# The last version is out by then, and its last notification an hour later.
_LAST_PUBLICATION = timedelta(hours=29)


@dataclass(frozen=True)
class Version:
    """One version of a record.

    `published_at` (UTC): Graph holds it from then on, until the next one. `record`: the whole callRecord, with
    "sessions" (each with "segments") and "participants_v2" complete; versions share parts, so it is to be read
    only. `notified_at`: when notifications of it go out: one, or 2 to 3 when they are repeated; at times later than
    those of the next version.
    """

    published_at: datetime
    record: JsonObject
    notified_at: tuple[datetime, ...]


@dataclass(frozen=True)
class Call:
    """A call and all versions of its record, first to last."""

    call_id: str
    kind: str
    versions: tuple[Version, ...]


def generate(seed: int, calls: int, day: date, tenant_id: str) -> list[Call]:
    """`calls` calls that begin on `day` (UTC), earliest first; the same arguments give the same calls.

    The organisation depends on `seed` and `tenant_id` alone: its people are the same on every day. From 10 calls
    on there is a meeting of 75 sessions, from 50 on also one of 300. All is published and notified within
    30 hours of the start of `day`.
    """
    if calls < 0:
        raise ValueError(f"calls is {calls}, expected 0 or more.")
    organisation = found(Random(f"organisation {seed} {tenant_id}"), tenant_id)
    rng = Random(f"day {seed} {tenant_id} {day} {calls}")
    midnight = datetime.combine(day, time(), UTC)
    drawn = []
    for kind in kinds_of_a_day(calls):
        record = kind.draw(rng, organisation, _start(rng, midnight))
        drawn.append(Call(record["id"], kind.name, tuple(_versions(rng, record, midnight))))
    return sorted(drawn, key=_began)


def large_meeting(seed: int, sessions: int, day: date, tenant_id: str) -> JsonObject:
    """The record of a meeting of so many sessions at noon of `day` (UTC), in its only version."""
    organisation = found(Random(f"organisation {seed} {tenant_id}"), tenant_id)
    noon = datetime.combine(day, time(12), UTC)
    record = meeting(Random(f"meeting {seed} {tenant_id} {day}"), organisation, noon, sessions, rejoins=sessions // 10)
    return {**record, "version": 1, "lastModifiedDateTime": date_time(noon + timedelta(hours=3))}


def _began(call: Call) -> datetime:
    return datetime.fromisoformat(call.versions[0].record["startDateTime"])


def _start(rng: Random, midnight: datetime) -> datetime:
    (hour,) = rng.choices(range(len(_HOURS)), _HOURS)
    return midnight + timedelta(hours=hour, seconds=rng.uniform(0, 3600))


def _versions(rng: Random, complete: JsonObject, midnight: datetime) -> Iterator[Version]:
    records = revisions(rng, complete)
    ended = datetime.fromisoformat(complete["endDateTime"])
    published = _publications(rng, ended, midnight + _LAST_PUBLICATION, len(records))
    for record, moment, notified in zip(records, published, _notifications(rng, published), strict=True):
        yield Version(moment, {**record, "lastModifiedDateTime": date_time(moment)}, notified)


def _publications(rng: Random, ended: datetime, latest: datetime, count: int) -> list[datetime]:
    """The first 5 to 150 minutes after the call, half of them within 18; each later one up to hours after."""
    delay = min(max(rng.lognormvariate(math.log(18), 0.7), 5.1), 149)
    published = [cut(rng, ended + timedelta(minutes=delay))]
    while len(published) < count:
        gap = min(timedelta(minutes=rng.uniform(10, 300)), (latest - published[-1]) * rng.uniform(0.2, 0.8))
        published.append(cut(rng, published[-1] + gap))
    return published


def _notifications(rng: Random, published: list[datetime]) -> list[tuple[datetime, ...]]:
    """When Graph notifies of each version: at once, but now and then after it notified of the next one."""
    first = [moment + timedelta(seconds=1 + min(rng.expovariate(0.1), 60)) for moment in published]
    for number, (_, following) in enumerate(pairwise(first)):
        if rng.random() < 0.2:
            first[number] = following + timedelta(minutes=rng.uniform(0.5, 10))
    return [_repeated(rng, moment) for moment in first]


def _repeated(rng: Random, moment: datetime) -> tuple[datetime, ...]:
    repeats = rng.choices((0, 1, 2), (80, 15, 5))[0]
    return (moment, *sorted(moment + timedelta(minutes=rng.uniform(0.1, 20)) for _ in range(repeats)))
