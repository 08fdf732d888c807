"""Takes a task along, step by step: each is one list of Graph's, compared with Cosmos and counted by hour."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from callrecords.collect.reconcile.compare import MOST_IN_A_STEP, HourFound
from callrecords.collect.reconcile.counting import counted, settled, with_forgotten
from callrecords.collect.reconcile.hours import (
    HOUR,
    MINUTE,
    MINUTES_OF_HOUR,
    day_end,
    day_of,
    hour_of,
    hours_between,
    second_of_day,
)
from callrecords.collect.reconcile.ladder import KEPT_FOR, is_chosen, minutes_for
from callrecords.collect.reconcile.lists import Checked
from callrecords.collect.reconcile.run import ReconcileMessage, Task
from callrecords.collect.reconcile.stored import LEAST_STEP, NOTHING, WANTED_IN_A_STEP, Stored, read_on
from callrecords.collect.reconcile.visit import Visit
from callrecords.errors import Garbled, Refused, Unavailable, Unreadable
from callrecords.ports.completeness import HourCompared, LackingCall

log = logging.getLogger(__name__)

# So many of the shortest steps are left aside in a row, and of an hour. Where more fail, Graph is asked a few times
# more; then the rest of the hour is left aside.
_MOST_FAILED_STEPS, _TRIES = 10, 4
_MOST_LEFT_ASIDE = 200
# One that takes longer, because nobody went on with it, is begun anew.
_HOUR_WITHIN = timedelta(hours=12)
# A step that failed is followed by one of an eighth of its time.
_SHORTER = 8


class Walk:
    """The steps of one visit."""

    def __init__(self, visit: Visit) -> None:
        self._comparison = visit.comparison
        self._rows = visit.rows
        self._plan = visit.plan
        self._given_up = visit.given_up
        self._now = visit.now
        self._stored = NOTHING

    async def step(self, message: ReconcileMessage, task: Task) -> ReconcileMessage:
        """The message after the next step of the task, or with a shorter one.

        Raises what Graph, Cosmos and the queue do.
        """
        began = self._now()
        if task.start < began - KEPT_FOR:
            # Graph's list would be empty, which says nothing.
            self._plan.done(task, hour_of(task.start) + HOUR)
            return message.advanced(task, hour_of(task.start) + HOUR)
        if message.hour and began - message.hour.compared_at > _HOUR_WITHIN:
            return message.advanced(task, message.hour.start)
        position = task.start
        hour = message.hour or self._begun(task, hour_of(position), began)
        start = _next_chosen(hour, position)
        if start > position:
            return await self._advanced(message, task, began, hour, start, {})
        end = await self._step_end(hour, position, task.until, message.surplus)
        try:
            checked = await self._comparison.list_step(position, end, self._stored)
        except (Garbled, Unreadable, Unavailable, Refused) as error:
            if end - position > LEAST_STEP:
                return _with_shorter(message, position, end, _SHORTER * WANTED_IN_A_STEP)
            if message.failed_steps == _MOST_FAILED_STEPS or hour.left_aside == _MOST_LEFT_ASIDE:
                if message.attempt < _TRIES and isinstance(error, Garbled | Unavailable):
                    raise
                log.error("The rest of an hour from %s on is left aside: %s", position, error)
                self._plan.left_aside(error, began)
                hour, message = _without_rest(hour, position), replace(message.untried(), failed_steps=0)
                return await self._advanced(message, task, began, hour, hour.start + HOUR, {})
            log.error("A second of the reconciliation is left aside: %s", error)
            message = replace(message, failed_steps=message.failed_steps + 1)
            return await self._advanced(message, task, began, _without(hour, position), end, {})
        if checked is None:
            return _with_shorter(message, position, end, MOST_IN_A_STEP)
        if checked.is_in_doubt and end > hour.start + HOUR:
            await self._comparison.enqueue(checked.unclear.values())
            return _with_shorter(message, position, hour.start + HOUR, _SHORTER * WANTED_IN_A_STEP)
        found = await self._compare(position, end, checked)
        surplus = (len(checked.calls) - self._stored.count(position, end)) / (end - position).total_seconds()
        message = replace(message, failed_steps=0, surplus=max(surplus, message.surplus / 4, 0.0))
        return await self._advanced(message, task, began, hour, end, found)

    def _begun(self, task: Task, start: datetime, began: datetime) -> HourCompared:
        minutes = MINUTES_OF_HOUR if task.asked else minutes_for(self._plan.ladder.calls_a_day)
        return HourCompared(start=start, compared_at=began, rung=task.rung, minutes=minutes)

    async def _step_end(self, hour: HourCompared, position: datetime, until: datetime, surplus: float) -> datetime:
        minute_end = position.replace(second=0) + MINUTE
        last = min(until if hour.minutes == MINUTES_OF_HOUR else minute_end, day_end(position))
        if not self._stored.start <= position < self._stored.end:
            self._stored = await self._read_on(position, last)
        while (end := self._stored.step_end(position, last, surplus)) == self._stored.end < last:
            self._stored = await self._read_on(position, last)  # the page has room for more
        return end

    async def _read_on(self, position: datetime, last: datetime) -> Stored:
        return await read_on(self._stored, self._rows, position, last, self._plan.ladder.calls_a_day)

    async def _compare(self, start: datetime, end: datetime, checked: Checked) -> dict[datetime, HourFound]:
        hours = list(hours_between(start, end))
        await self._plan.read_hours(hours)
        before = [known for hour in hours if (known := self._plan.hour(hour))]
        lacking = {each.call_id: each.version for hour in before for each in hour.lacking}
        return await self._comparison.compare(start, checked, self._stored, self._given_up, lacking)

    async def _advanced(
        self,
        message: ReconcileMessage,
        task: Task,
        began: datetime,
        hour: HourCompared,
        end: datetime,
        found: Mapping[datetime, HourFound],
    ) -> ReconcileMessage:
        """The message with its position at the end of a step, in which this was `found`. Hours that end in it are
        done."""
        rest, seen = None, message.seen
        for start in hours_between(task.start, end):
            rest = with_found(hour if start == hour.start else self._begun(task, start, began), found.get(start))
            calls = found[start].calls if start in found else ()
            seen = (*seen, *(each.call_id for each in calls if each.was_lacking))
            if start + HOUR <= end:
                if rest.compared_at >= start + HOUR:  # else more calls may have started in it
                    rest = with_forgotten(rest, await self._forgotten(start, seen))
                    self._plan.compared(settled(rest, {}, self._given_up.calls), self._now())
                self._plan.done(task, start + HOUR)
                rest, seen = None, ()
        return message.advanced(task, end, rest, seen)

    async def _forgotten(self, start: datetime, seen: Collection[str]) -> list[LackingCall]:
        """The calls that were lacking by the comparison before, and that neither Cosmos has nor Graph lists now."""
        await self._plan.read_hours([start])
        before = self._plan.hour(start)
        unseen = [each for each in (before.lacking if before else ()) if each.call_id not in seen]
        rows = await self._comparison.rows_of((each.call_id for each in unseen), day_of(start))
        return [each for each in unseen if each.call_id not in rows or rows[each.call_id].version < each.version]


def with_found(hour: HourCompared, found: HourFound | None) -> HourCompared:
    """The comparison with what a step has found of the hour."""
    if found is None:
        return hour
    return replace(
        counted(hour, found.calls),
        unlisted=hour.unlisted + found.unlisted,
        contradictions=hour.contradictions + found.contradictions,
        unreadable=hour.unreadable + found.unreadable,
    )


def _without(hour: HourCompared, second: datetime) -> HourCompared:
    seconds = (*hour.left_aside_seconds, second_of_day(second))
    return replace(hour, left_aside=hour.left_aside + 1, left_aside_seconds=seconds)


def _without_rest(hour: HourCompared, position: datetime) -> HourCompared:
    rest = hour.start + HOUR - position
    return replace(hour, left_aside=hour.left_aside + round(rest.total_seconds()))


def _with_shorter(message: ReconcileMessage, start: datetime, end: datetime, calls: int) -> ReconcileMessage:
    """The message as if so many calls had been listed that Cosmos does not have, and some more than the last time."""
    return replace(message, surplus=max(calls / (end - start).total_seconds(), 2 * message.surplus))


def _next_chosen(hour: HourCompared, position: datetime) -> datetime:
    """The first moment from the position on that is in a minute to be compared, or the end of the hour."""
    if is_chosen(position.minute, hour.minutes, hour.rung):
        return position
    start = position.replace(second=0)
    later = (start + number * MINUTE for number in range(1, MINUTES_OF_HOUR - start.minute))
    return next((each for each in later if is_chosen(each.minute, hour.minutes, hour.rung)), hour.start + HOUR)
