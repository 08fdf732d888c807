"""What has become of the calls that a comparison found to be missing, and of the seconds that Graph did not list."""

from dataclasses import replace
from datetime import datetime, timedelta

from callrecords.collect.givenup import LATE
from callrecords.collect.reconcile.counting import settled
from callrecords.collect.reconcile.hours import HOUR, day_of, second_of_day
from callrecords.collect.reconcile.ladder import KEPT_FOR
from callrecords.collect.reconcile.stored import LEAST_STEP, Stored
from callrecords.collect.reconcile.visit import Visit
from callrecords.collect.reconcile.walk import with_found
from callrecords.errors import CallRecordsError
from callrecords.ports.completeness import HourCompared, LackingCall
from callrecords.ports.records import Listed

# In a visit: it has a deadline, and hours to compare.
_MOST_LOOKS, _MOST_SECONDS = 1_000, 15
_PATIENCE = timedelta(seconds=30)
# A call whose message comes back is named by then.
_NAMED_WITHIN = LATE + timedelta(hours=2)


class Settlement:
    """Looks at open hours again, within one visit."""

    def __init__(self, visit: Visit) -> None:
        self._comparison = visit.comparison
        self._rows = visit.rows
        self._plan = visit.plan
        self._given_up = visit.given_up
        self._now = visit.now

    async def settle(self) -> None:
        """Looks at those hours that are to be looked at, as many as fit in. Raises what Cosmos does."""
        looks, hours, end = 0, self._plan.open_hours(self._now()), self._now() + _PATIENCE
        await self._plan.read_hours(hours)
        for start in hours:
            hour = self._plan.hour(start)
            if hour is None:
                self._plan.close(start)
                continue
            if looks > _MOST_LOOKS or self._now() > end:
                return
            looks += len(hour.lacking)
            await self._settle(hour, end)

    async def _settle(self, hour: HourCompared, end: datetime) -> None:
        hour = await self._with_seconds(hour, end)
        rows = await self._comparison.rows_of((each.call_id for each in hour.lacking), day_of(hour.start))
        after = settled(hour, rows, self._given_up.calls)
        await self._comparison.enqueue(
            Listed(call_id=each.call_id, version=each.version, start=hour.start + HOUR)
            for each in after.lacking
            if self._is_to_be_tried(each, hour.compared_at)
        )
        self._plan.looked_at(after, self._now())
        are_others_unknown = after.lacking_more > 0 and after.late == after.lacking_more
        if are_others_unknown or after.left_aside > len(after.left_aside_seconds):
            # Of other calls, or of the end of the hour, nothing more is known than that.
            self._plan.ask("again", after.start, self._now())

    def _is_to_be_tried(self, call: LackingCall, found_at: datetime) -> bool:
        """Whether the call was given up and is to be brought up again, or there can be no message about it."""
        if call.call_id in self._given_up.left_alone:
            return False
        known = self._given_up.calls.get(call.call_id)
        return not known.is_late if known else self._now() - found_at > _NAMED_WITHIN

    async def _with_seconds(self, hour: HourCompared, end: datetime) -> HourCompared:
        """The comparison with the seconds that Graph lists now, as many as fit in before the `end`. Of those that it
        has forgotten it lists nothing, which says nothing."""
        for text in hour.left_aside_seconds[:_MOST_SECONDS]:
            second = datetime.fromisoformat(f"{day_of(hour.start)}T{text}+00:00")
            if second < self._now() - KEPT_FOR or self._now() > end:
                continue
            try:
                stored = Stored(
                    second, second + LEAST_STEP, await self._rows.versions(day_of(second), second, second + LEAST_STEP)
                )
                checked = await self._comparison.list_step(second, second + LEAST_STEP, stored)
            except CallRecordsError:
                continue
            if checked is None:
                continue
            known = {each.call_id: each.version for each in hour.lacking}
            found = await self._comparison.compare(second, checked, stored, self._given_up, known)
            rest = tuple(each for each in hour.left_aside_seconds if each != second_of_day(second))
            left_aside = hour.left_aside - len(hour.left_aside_seconds) + len(rest)
            hour = replace(with_found(hour, found.get(hour.start)), left_aside=left_aside, left_aside_seconds=rest)
        return hour
