"""Compares a step with Cosmos: lists what Graph holds of it, and enqueues what Cosmos lacks."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched

from callrecords.collect.givenup import GivenUpCall, GivenUpCalls
from callrecords.collect.reconcile.counting import Found, Lack
from callrecords.collect.reconcile.hours import day_of, hour_of
from callrecords.collect.reconcile.lists import Checked, check, settle
from callrecords.collect.reconcile.stored import LEAST_STEP, Stored
from callrecords.errors import Refused, Throttled, Unavailable, Unreadable, time_limit
from callrecords.ports.records import Listed, RecordList
from callrecords.ports.rows import Row, RowVersions
from callrecords.queues.messages import CallMessage
from callrecords.queues.workqueue import WorkQueue

log = logging.getLogger(__name__)

# The invocation has a deadline, at which all that it did would be lost: a visit and a step have to fit in.
STEP_SECONDS = 60
# A step out of a quiet time into a busy one is not worth all its pages.
MOST_IN_A_STEP = 300
# Graph lists 55 following pages of 60 calls in five minutes. A second that needs more would never be done.
MOST_IN_A_SECOND = 3_000
_LOOKS_AT_ONCE = 16


@dataclass
class HourFound:
    """What was found of an hour in one step."""

    calls: list[Found] = field(default_factory=list)
    unlisted: int = 0
    contradictions: int = 0
    unreadable: int = 0


@dataclass(frozen=True)
class GivenUp:
    """The calls that are named as missing, by id, and those of them that are left alone for now, with the version."""

    calls: Mapping[str, GivenUpCall]
    left_alone: Mapping[str, int | None]


class Comparison:
    """Compares what Graph holds of `tenant_id` with the fact rows."""

    def __init__(
        self,
        *,
        tenant_id: str,
        records: RecordList,
        rows: RowVersions,
        given_up: GivenUpCalls,
        calls: WorkQueue,
        clock: Callable[[], datetime],
    ) -> None:
        self._tenant_id = tenant_id
        self._records = records
        self._rows = rows
        self._given_up = given_up
        self._calls = calls
        self._clock = clock

    async def given_up(self) -> GivenUp:
        """What is given up now. Raises what the state does."""
        found = await self._given_up.all()
        return GivenUp({each.call_id: each for each in found}, self._given_up.left_alone(found))

    async def list_step(self, start: datetime, end: datetime, stored: Stored) -> Checked | None:
        """The calls that started from `start` on and before `end`, as Graph lists them; None where it had better be
        asked for a shorter time. A list that is doubtful is asked for once more. Raises what Graph does."""
        async with time_limit(STEP_SECONDS, "A step of the reconciliation was not listed"):
            first = await self._listed_in_parts(start, end, stored.parts(start, end))
            if first is None:
                return None
            checked = check(first, start, end, stored.within(start, end))
            if not checked.is_doubtful:
                return checked
            # Whole: a list in parts is no better than what Graph makes of fractions of seconds.
            second = await self._listed(start, end)
            if second is None:
                return None
            # Meanwhile rows may have come, gone or moved.
            rows = await self._rows.versions(day_of(start), start, end)
            return settle(checked, check(second, start, end, rows))

    async def _listed_in_parts(self, start: datetime, end: datetime, parts: int) -> list[Listed | Unreadable] | None:
        """As `_listed`; whole, where Graph does not take fractions of seconds."""
        try:
            return await self._listed(start, end, parts)
        except Refused:
            if parts == 1:
                raise
            return await self._listed(start, end)

    async def _listed(self, start: datetime, end: datetime, parts: int = 1) -> list[Listed | Unreadable] | None:
        """The calls that started in the step, listed in so many parts; None where these are too many, or more than
        Graph lists now, but for the shortest of steps."""
        is_least = end - start <= LEAST_STEP
        listed: list[Listed | Unreadable] = []
        for number in range(parts):
            from_then, until = (start + (end - start) * each / parts for each in (number, number + 1))
            async with contextlib.aclosing(self._records.between(from_then, until)) as records:
                try:
                    async for record in records:
                        if len(listed) == MOST_IN_A_STEP and not is_least:
                            return None
                        listed.append(record)
                except Throttled:
                    if is_least and len(listed) >= MOST_IN_A_SECOND:
                        raise Unavailable(f"Over {MOST_IN_A_SECOND} calls started at {start}: too many.") from None
                    if is_least or not listed:
                        raise
                    return None  # a following page, which a shorter step does not need
        return listed

    async def compare(
        self, start: datetime, checked: Checked, stored: Stored, given_up: GivenUp, known: Mapping[str, int]
    ) -> dict[datetime, HourFound]:
        """What was found of each hour that a list from `start` on has a part of; what Cosmos lacks is enqueued. `known`
        are the calls that were found to be lacking before, with the version. Raises what Cosmos and the queue do."""
        async with time_limit(STEP_SECONDS, "A step of the reconciliation was not compared"):
            return await self._compare(start, checked, stored, given_up, known)

    async def _compare(
        self, start: datetime, checked: Checked, stored: Stored, given_up: GivenUp, known: Mapping[str, int]
    ) -> dict[datetime, HourFound]:
        found = {hour_of(start): HourFound(contradictions=len(checked.contradictions), unreadable=checked.unreadable)}
        for error in checked.nameless:
            log.error("%s", error)
        wanted: list[Listed] = list(checked.unclear.values())
        for each in (*checked.calls.values(), *checked.elsewhere.values()):
            one = await self._found(each, stored, given_up, known)
            if one.lack in ("missing", "stale", "no sessions"):
                wanted.append(each)
            elif one.lack is None and one.call_id in given_up.calls:
                await self._given_up.forget(one.call_id, one.version, self._clock())  # it came by another message
            if each.call_id in checked.calls and each.start:
                found.setdefault(hour_of(each.start), HourFound()).calls.append(one)
        for call_id in checked.unlisted:
            began = stored.rows[call_id].start if call_id in stored.rows else None
            found.setdefault(hour_of(began or start), HourFound()).unlisted += 1
        await self.enqueue(wanted)
        return found

    async def _found(self, listed: Listed, stored: Stored, given_up: GivenUp, known: Mapping[str, int]) -> Found:
        # An older version than before is of a replica that is behind.
        timed, version = stored.rows.get(listed.call_id), max(listed.version or 0, known.get(listed.call_id, 0))
        row = timed.row if timed else None
        if row is None and listed.start:
            # It may have come meanwhile, or have been of another hour.
            row = await self._rows.row(listed.call_id, day_of(listed.start))
        left_alone = given_up.left_alone.get(listed.call_id, -1)
        lack = _lack(version, row)
        if lack and (left_alone == version or (left_alone is None and row is None)):
            lack = "given up"
        was_lacking = listed.call_id in known
        return Found(listed.call_id, version, row, lack, was_lacking or listed.call_id in given_up.calls, was_lacking)

    async def rows_of(self, call_ids: Iterable[str], day: str) -> dict[str, Row]:
        """The rows of these calls on the day, or on another to which they have moved, of those that have any."""
        found: dict[str, Row] = {}
        for some in batched(call_ids, _LOOKS_AT_ONCE, strict=False):
            rows = await asyncio.gather(*(self._row(call_id, day) for call_id in some))
            found |= {call_id: row for call_id, row in zip(some, rows, strict=True) if row is not None}
        return found

    async def _row(self, call_id: str, day: str) -> Row | None:
        row = await self._rows.row(call_id, day)
        if row is None:
            for other in await self._rows.days(call_id):
                row = row or await self._rows.row(call_id, other)
        return row

    async def enqueue(self, records: Iterable[Listed]) -> None:
        """Has them fetched. Raises Unavailable, in which case some of them may be."""
        now = self._clock()
        await self._calls.put_all(
            CallMessage(
                tenant_id=self._tenant_id,
                notified_at=now,
                call_id=record.call_id,
                reason="reconcile",
                version=record.version,
                started_by=record.start,
            )
            for record in records
        )


def _lack(version: int, row: Row | None) -> Lack:
    if row is None:
        return "missing"
    if row.version == version and "noSessions" in row.caveats:
        return "no sessions"
    return "stale" if row.version < version else None
