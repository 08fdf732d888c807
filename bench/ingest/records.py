"""The call records that are ingested: meetings of a size, and the calls of the demo's day."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from random import Random

from callrecords.graphtypes import JsonObject
from local.stack import TENANT_ID
from local.traffic import generate
from local.traffic.meetings import meeting
from local.traffic.people import found

_DAY = date(2026, 3, 4)
_SEED = 1
_CALLS = 200  # as many as scripts/demo plays


def meeting_of(sessions: int) -> JsonObject:
    """A meeting of so many sessions: the same whenever it is asked for."""
    rng = Random(f"meeting of {sessions}")
    start = datetime(_DAY.year, _DAY.month, _DAY.day, 9, tzinfo=UTC)
    organisation = found(Random(_SEED), TENANT_ID)
    record = meeting(rng, organisation, start, sessions, rejoins=sessions // 20)
    return {**record, "version": 1, "lastModifiedDateTime": record["endDateTime"]}


def demo_day(calls: int = _CALLS) -> list[list[JsonObject]]:
    """Of each call of a day all versions, first to last."""
    day = generate(seed=_SEED, calls=calls, day=_DAY, tenant_id=TENANT_ID)
    return [[version.record for version in call.versions] for call in day]


def new_ids() -> Iterator[str]:
    """Call ids without end: each record is ingested as a call of its own."""
    rng = Random(_SEED)
    while True:
        yield str(uuid.UUID(int=rng.getrandbits(128), version=4))
