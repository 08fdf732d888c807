"""A day that was compared, with something in each field, and a store that knows days."""

from collections.abc import Collection
from datetime import timedelta

from callrecords.ports.completeness import Change, Correction, DayCompleteness, HourCompared, LackingCall
from tests.invented import CALL, NOW, TENANT

HOUR = HourCompared(
    start=NOW.replace(day=2, hour=9, minute=0),
    compared_at=NOW,
    rung="27 h",
    minutes=30,
    listed=9,
    stored=8,
    newest=5,
    late=2,
    degraded=1,
    given_up=1,
    expired=1,
    unlisted=3,
    contradictions=4,
    unreadable=6,
    left_aside=1,
    digest=f"{15:032x}",
    missing=1,
    stale=1,
    lacking=(LackingCall(call_id=CALL, version=2, stored=1),),
    lacking_more=3,
    given_up_reasons={"Graph answered 403.": 1},
    left_aside_seconds=("09:30:07",),
)
COMPARED = DayCompleteness(
    tenant_id=TENANT,
    day="2026-03-02",
    completeness="incomplete",
    listed=9,
    stored=8,
    newest=5,
    late=2,
    degraded=1,
    given_up=1,
    expired=1,
    unlisted=3,
    contradictions=4,
    unreadable=6,
    left_aside=1,
    digest=f"{15:032x}",
    compared_until=NOW.replace(day=3, hour=0, minute=0),
    compared_at=NOW,
    rung="27 h",
    share=0.9792,
    given_up_reasons={"Graph answered 403.": 1},
    corrected=2,
    corrections=(Correction(at=NOW, hour=HOUR.start, rung="27 h", missing=1, stale=1),),
    hours=(HOUR,),
    at=NOW + timedelta(seconds=1),
)


class Known:
    """Stands for a CompletenessStore: has these days; `asked` are the days that were last asked for."""

    def __init__(self, *days: DayCompleteness) -> None:
        self._days = days
        self.asked: list[str] = []

    async def days(self, days: Collection[str]) -> list[DayCompleteness]:
        self.asked = list(days)
        return [each for each in self._days if each.day in days]

    async def change(self, day: str, change: Change) -> DayCompleteness:
        raise AssertionError(day)
