"""What is due to be compared, and what was: the ladder, what somebody asked for, and the completeness of days."""

import functools
import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import filterfalse

from callrecords.callrecord import GRAPH_KEEPS
from callrecords.collect.reconcile.days import with_hours
from callrecords.collect.reconcile.hours import (
    DAY,
    HOUR,
    MINUTES_OF_HOUR,
    day_end,
    day_of,
    days_between,
    hours_between,
    next_hour,
)
from callrecords.collect.reconcile.ladder import ASKED, KEPT_FOR, LADDER, Asked, Ladder, begun, rungs_for
from callrecords.collect.reconcile.run import Task
from callrecords.errors import CallRecordsError
from callrecords.ports.completeness import CompletenessStore, DayCompleteness, HourCompared
from callrecords.ports.state import State

log = logging.getLogger(__name__)

# Of days before, weekends and holidays tell too little.
_COUNTED_DAYS = timedelta(days=8)
_COUNTED_EVERY = timedelta(hours=1)
# Hours of which calls are lacking are looked at again soon, and then after half of the time since they were compared.
_LOOKED_AT_AFTER, _LOOKED_AT_WITHIN = timedelta(minutes=5), timedelta(hours=2)


class Plan:
    """What is due, and what was done about it in one visit. It is kept when the visit ends, by `save`."""

    def __init__(
        self, *, tenant_id: str, state: State, completeness: CompletenessStore, ladder: Ladder, asked: list[Asked]
    ) -> None:
        self._tenant_id = tenant_id
        self._state = state
        self._completeness = completeness
        self._asked = asked
        self._remembered = tuple(asked)
        self._known: dict[str, DayCompleteness | None] = {}
        self._hours: dict[datetime, HourCompared] = {}
        self._changed: dict[datetime, HourCompared] = {}
        self.ladder = ladder

    @classmethod
    async def load(cls, tenant_id: str, state: State, completeness: CompletenessStore, now: datetime) -> "Plan":
        """The plan as it is remembered. Raises what the stores do."""
        known = await state.read(LADDER)
        ladder = known.put_right(now) if known else begun(now)
        asked = sorted(await state.starting_with(ASKED), key=lambda each: each.asked_at)
        plan = cls(tenant_id=tenant_id, state=state, completeness=completeness, ladder=ladder, asked=asked)
        await plan._count(now)
        return plan

    async def _count(self, now: datetime) -> None:
        """Counts the calls of a day, once an hour."""
        counted_at = self.ladder.counted_at if self.ladder.calls_a_day else None
        if counted_at and timedelta() <= now - counted_at < _COUNTED_EVERY:
            return
        counted = {*days_between(now - _COUNTED_DAYS, now)}
        await self._read(counted | self._due_days(now))
        days = [day for name, day in self._known.items() if name in counted and day and day.share]
        # A part of a day may be its busiest.
        whole = [day for day in days if len(day.hours) == DAY // HOUR]
        listed = [round(day.listed / day.share) for day in whole or days]
        self.ladder = replace(self.ladder, calls_a_day=max(listed, default=0), counted_at=now)

    async def next(self, now: datetime) -> Task | None:
        """What is to be compared next; None where nothing is due. Hours that were compared late enough by others are
        passed over. Raises what the stores do.

        The first rung goes before all, then what somebody asked for, then the other rungs by their age.
        """
        first, *others = rungs_for(self.ladder.calls_a_day)
        await self._read(self._due_days(now))
        for rung in (first, None, *others):
            if rung is None:
                for asked in list(self._asked):
                    first_kept = max(asked.position, next_hour(now - KEPT_FOR))
                    if task := await self._task(asked.why, first_kept, asked.until, asked.key.id, asked.asked_at, now):
                        return task
                continue
            start, until = self.ladder.due(rung, now)
            if start < until and (task := await self._task(rung.name, start, until, None, HOUR + rung.age, now)):
                return task
        return None

    def _due_days(self, now: datetime) -> set[str]:
        """The days of what is due at any rung, to be read together: a query for each would cost more than its items."""
        rungs = rungs_for(self.ladder.calls_a_day)
        return {day for rung in rungs for day in days_between(*self.ladder.due(rung, now))}

    async def _task(
        self,
        rung: str,
        start: datetime,
        until: datetime,
        asked: str | None,
        late_enough: datetime | timedelta,
        now: datetime,
    ) -> Task | None:
        """The first hours of these that need to be compared, of one day; those before them are done."""
        start = min(start, until)
        await self._read(days_between(start, until))
        is_needed = functools.partial(self._is_needed, late_enough=late_enough, now=now)
        first = next(filter(is_needed, hours_between(start, until)), until)
        self.done(Task(rung=rung, start=start, until=until, asked=asked), first)
        if first == until:
            return None
        last = min(until, day_end(first))
        end = next(filterfalse(is_needed, hours_between(first, last)), last)
        return Task(rung=rung, start=first, until=end, asked=asked)

    def _is_needed(self, hour: datetime, late_enough: datetime | timedelta, now: datetime) -> bool:
        known = self.hour(hour)
        # One that is of the future was compared by somebody whose clock was wrong.
        if known is None or known.compared_at > now or known.left_aside or known.minutes < MINUTES_OF_HOUR:
            return True
        return known.compared_at < (late_enough if isinstance(late_enough, datetime) else hour + late_enough)

    def hour(self, hour: datetime) -> HourCompared | None:
        """The last comparison of an hour whose day was read before."""
        return self._changed.get(hour) or self._hours.get(hour)

    async def read_hours(self, hours: Iterable[datetime]) -> None:
        """Reads the days of these hours. Raises what the stores do."""
        await self._read(map(day_of, hours))

    async def _read(self, days: Iterable[str]) -> None:
        unknown = {*days} - self._known.keys()
        if unknown:
            found = {day.day: day for day in await self._completeness.days(unknown)}
            self._known |= {day: found.get(day) for day in unknown}
            self._hours |= {hour.start: hour for day in found.values() for hour in day.hours}

    def done(self, task: Task, until: datetime) -> None:
        """Remembers that the hours of the task that started before `until` are done."""
        if task.asked is None:
            self.ladder = replace(self.ladder, reached={**self.ladder.reached, task.rung: until})
            return
        for number, asked in enumerate(self._asked):
            if asked.key.id == task.asked:
                self._asked[number] = replace(asked, position=until)
                if until >= asked.until:
                    del self._asked[number]
                return

    def open_hours(self, now: datetime) -> list[datetime]:
        """The hours in which calls are missing or late, and that are to be looked at again, the longest due first."""
        return [hour for at, hour in self.ladder.looks() if at <= now]

    def close(self, hour: datetime) -> None:
        """Remembers that nothing is to be looked at of an hour any more."""
        open_hours, lacking = dict(self.ladder.open_hours or {}), dict(self.ladder.lacking or {})
        for known in (open_hours, lacking):
            known.pop(hour.isoformat(), None)
        self.ladder = replace(self.ladder, open_hours=open_hours or None, lacking=lacking or None)

    def is_new(self, asked: Asked) -> bool:
        """Whether somebody has asked for it since the plan was read."""
        return asked not in self._remembered and asked not in self._asked

    def ask(self, why: str, hour: datetime, now: datetime) -> None:
        """Asks for another comparison of an hour, unless somebody has already."""
        if any(each.position <= hour < each.until for each in self._asked):
            return
        self._asked.append(Asked(why=why, since=hour, until=hour + HOUR, position=hour, asked_at=now))

    def left_aside(self, error: CallRecordsError, now: datetime) -> None:
        """Remembers that the rest of an hour was left aside, and why."""
        self.ladder = replace(self.ladder, unlisted_at=now, unlisted_because=str(error))

    def compared(self, hour: HourCompared, now: datetime) -> None:
        """Remembers the comparison of an hour. If calls are lacking, they are looked at soon."""
        self._remember(hour, now, _LOOKED_AT_AFTER)

    def looked_at(self, hour: HourCompared, now: datetime) -> None:
        """Remembers what has become of the calls of an hour. What is still lacking is looked at ever less often."""
        self._remember(hour, now, min(max((now - hour.compared_at) / 2, _LOOKED_AT_AFTER), _LOOKED_AT_WITHIN))

    def _remember(self, hour: HourCompared, now: datetime, pause: timedelta) -> None:
        self._changed[hour.start] = hour
        is_over = now > hour.start + HOUR + GRAPH_KEEPS + DAY
        if is_over or not (hour.lacking or hour.lacking_more or hour.left_aside):
            self.close(hour.start)
            return
        key, lacking = hour.start.isoformat(), len(hour.lacking) + hour.lacking_more
        self.ladder = replace(
            self.ladder,
            open_hours={**(self.ladder.open_hours or {}), key: now + pause},
            lacking={**(self.ladder.lacking or {}), key: lacking},
        )

    async def save(self, now: datetime) -> None:
        """Keeps what was done. Raises what the stores do."""
        by_day: dict[str, list[HourCompared]] = {}
        for hour in self._changed.values():
            by_day.setdefault(day_of(hour.start), []).append(hour)
        for day, hours in by_day.items():
            before, after = self._known.get(day), await self._change(day, hours, now)
            _tell(before, after)
        for asked in self._asked:
            if asked not in self._remembered:
                await self._state.write(asked.key, asked)
        for key in {asked.key.id for asked in self._remembered} - {asked.key.id for asked in self._asked}:
            await self._state.delete(key)
        await self._state.write(LADDER, replace(self.ladder, at=now))

    async def _change(self, day: str, hours: list[HourCompared], now: datetime) -> DayCompleteness:
        after = await self._completeness.change(day, with_hours(self._tenant_id, day, hours, now))
        last = self.ladder.last_complete
        if after.completeness == "complete":
            last = max(last or day, day)
        elif last == day:
            last = None
        self.ladder = replace(self.ladder, last_complete=last)
        return after


def _tell(before: DayCompleteness | None, after: DayCompleteness) -> None:
    """Logs what a later comparison has corrected."""
    found = after.corrected - (before.corrected if before else 0)
    if found > 0:
        told = "was told complete" if before and before.completeness == "complete" else "had been compared"
        log.warning(
            "Completeness of %s: it %s, and %d calls were found missing or stale since.", after.day, told, found
        )
    if before is None or _told_of(before) != _told_of(after):
        log.info(
            "Completeness of %s: %s, %d listed, %d newest, %d late, %d given up.",
            after.day,
            after.completeness,
            after.listed,
            after.newest,
            after.late,
            after.given_up,
        )


def _told_of(day: DayCompleteness) -> tuple[object, ...]:
    return day.completeness, day.late, day.given_up
