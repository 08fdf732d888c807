"""Joins rows of phone calls to the calls that they belong to: each then tells of the other.

Calls are told first. What they tell of the rows is read beforehand, so that a stop in between, or a call that moves to
another day, leaves nothing behind that the next look at the row does not put right.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Awaitable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import NamedTuple

from callrecords.collect.phone.phonedcall import phoned_calls
from callrecords.errors import CallRecordsError, Refused, unexpected
from callrecords.phone.inferred import Leg, inferred, leg_of
from callrecords.phone.joins import by_correlation, leg_row
from callrecords.phone.numbers import digits, masked, may_be, spelled
from callrecords.phone.stays import OTHER_WITHIN, START_WITHIN
from callrecords.ports.callrow import PhoneLegRow
from callrecords.ports.phonejoin import CallDay, JoinStore
from callrecords.ports.phonerow import NotJoined, PhoneJoin, PhoneRow, PhoneSource

log = logging.getLogger(__name__)

# Of a slice; each may have a number of its own to ask for.
MOST_ROWS = 200
_WRITES_AT_ONCE = 16
# Teams lets a meeting last 30 hours (https://learn.microsoft.com/microsoftteams/limits-specifications-teams): a
# telephone may come into one that began so long before.
_LONGEST_CALL = timedelta(hours=30)
# Two rows that are farther apart fit no telephone both; but others between them may.
_RIVALS_WITHIN = timedelta(hours=1)
# Of no row: what was joined with it is joined again.
_NO_DIGEST = "0" * 32


class JoinCounts(NamedTuple):
    """How many rows were joined to calls to which they were not before, and why others are joined to none; `after` is
    the last id that is done, and it `is_last` where no row is left of the day."""

    joined: int
    reasons: Mapping[NotJoined, int]
    after: str
    is_last: bool


class _Found(NamedTuple):
    """What was found for a row."""

    row: PhoneRow
    join: PhoneJoin

    @property
    def calls(self) -> list[str]:
        return [call["callId"] for call in self.join.get("calls", ())]

    @property
    def calls_before(self) -> list[str]:
        return [call["callId"] for call in self.row.get("joined", {}).get("calls", ())]


class Joining:
    """Joins the rows in `store`."""

    def __init__(self, store: JoinStore) -> None:
        self._store = store

    async def join(self, source: PhoneSource, day: str, after: str, *, every: bool) -> JoinCounts:
        """Joins the next rows of the day by id, from the one after `after` on: `every` one, or those that are not
        joined yet. Raises what the store does if no row was done before that."""
        rows = {row["id"]: row for row in await self._store.to_join(source, day, after, MOST_ROWS, every=every)}
        if not rows:
            return JoinCounts(0, {}, after, is_last=True)
        last_id, is_last = [*rows][-1], len(rows) < MOST_ROWS
        try:
            found, others = await (self._named(rows) if source == "directRouting" else self._inferred(rows))
        except CallRecordsError:
            raise
        except Exception as error:
            # What nobody thought of in one row, or one call, keeps no other days from being joined.
            log.error("%d rows of %s are not joined: %s", len(rows), day, unexpected(error))
            return JoinCounts(0, {}, last_id, is_last)
        # From here on they are looked at again wherever a stop comes, as the others are.
        await _all(self._store.save_join(row, {**row["joined"], "digest": _NO_DIGEST}) for row, _ in others)
        left_alone = await self._tell_calls([*others, *found])
        others = [each for each in others if each.row["id"] not in left_alone]
        await _all(self._store.save_join(*each) for each in others)
        counts = await self._tell_rows([each for each in found if each.row["id"] not in left_alone], after)
        if counts.is_last:
            counts = counts._replace(after=last_id, is_last=is_last)
        # Those that this import comes by later are counted then.
        passed = [each for each in others if (each.row["day"], each.row["id"]) < (day, next(iter(rows)))]
        return counts._replace(
            joined=counts.joined + sum(bool(each.calls) for each in passed),
            reasons=Counter(counts.reasons) + Counter(each.join["reason"] for each in passed if "reason" in each.join),
        )

    async def _named(self, rows: Mapping[str, PhoneRow]) -> tuple[list[_Found], list[_Found]]:
        """What rows of Direct Routing name."""
        named = [row.get("correlationId", "") for row in rows.values()]
        named += [row.get("transferorCorrelationId", "") for row in rows.values()]
        known = {where.call_id for where in await self._store.rows_of(sorted({*named} - {""}))}
        return [_Found(row, by_correlation(row, known)) for row in rows.values()], []

    async def _inferred(self, rows: dict[str, PhoneRow]) -> tuple[list[_Found], list[_Found]]:
        """What rows of PSTN fit; and what others fit now that are joined, for a call or a row came since."""
        legs = [leg for row in rows.values() if isinstance(leg := leg_of(row), Leg)]
        if not legs:
            return [_Found(rows[row_id], join) for row_id, join in inferred(rows.values(), ()).items()], []
        first, last = min(leg.start for leg in legs) - _RIVALS_WITHIN, max(leg.start for leg in legs) + _RIVALS_WITHIN
        rivals, numbers = await self._rivals(legs, first, last)
        exact, prefixes = spelled(numbers)
        calls = await self._store.phoned_calls(
            exact, prefixes, first - OTHER_WITHIN - _LONGEST_CALL, last + OTHER_WITHIN + START_WITHIN
        )
        joins = inferred((rivals | rows).values(), phoned_calls(calls))
        found = [_Found(row, joins[row_id]) for row_id, row in rows.items()]
        others = [_Found(row, joins[row_id]) for row_id, row in rivals.items() if row_id not in rows]
        return found, [each for each in others if each.calls_before and each.row.get("joined") != each.join]

    async def _rivals(
        self, legs: Sequence[Leg], first: datetime, last: datetime
    ) -> tuple[dict[str, PhoneRow], set[str]]:
        """The rows that may have a number of one of the legs, or one that such a row may have: what is told of any of
        them depends on all. With all their numbers."""
        rivals: dict[str, PhoneRow] = {}
        numbers, as_told = {leg.number for leg in legs}, {leg.row["number"] for leg in legs}
        new = numbers
        while new:
            exact, prefixes = spelled(new)
            spellings = sorted(as_told.union(exact, masked(new)))
            for row in await self._store.with_numbers(spellings, prefixes, first, last):
                rivals[row["id"]] = row
            found = {number for row in rivals.values() if (number := digits(row.get("number"))) is not None}
            new = {each for each in found - numbers if any(may_be(each, other) or may_be(other, each) for other in new)}
            numbers = numbers | new
        return {row_id: row for row_id, row in rivals.items() if digits(row.get("number")) in numbers}, numbers

    async def _tell_calls(self, found: Sequence[_Found]) -> set[str]:
        """Has the rows of calls tell of the rows that belong to them, and of no others of these; the ids of those whose
        call is gone."""
        told_of = await self._store.told_of([each.row["id"] for each in found])
        days: dict[str, list[CallDay]] = defaultdict(list)
        for where in await self._store.rows_of(sorted({call_id for each in found for call_id in each.calls})):
            days[where.call_id].append(where)
        wanted: dict[CallDay, dict[str, PhoneLegRow]] = defaultdict(dict)
        for row, join in found:
            for call in join.get("calls", ()):
                for where in days[call["callId"]]:
                    wanted[where][row["id"]] = leg_row(row, call)
        ids = {each.row["id"] for each in found}
        told = {where: {leg["id"]: leg for leg in legs if leg["id"] in ids} for where, legs in told_of.items()}
        put = {
            where: [leg for row_id, leg in legs.items() if told.get(where, {}).get(row_id) != leg]
            for where, legs in wanted.items()
        }
        gone = {call_id for call_id in await _all(self._put(*each) for each in put.items() if each[1]) if call_id}
        gone |= {call_id for each in found for call_id in each.calls if call_id not in days}
        left_alone = {each.row["id"] for each in found if gone.intersection(each.calls)}
        take = {where: legs.keys() - wanted[where].keys() - left_alone for where, legs in told.items()}
        await _all(self._store.change_legs(where, (), ids) for where, ids in take.items() if ids)
        return left_alone

    async def _put(self, where: CallDay, legs: Collection[PhoneLegRow]) -> str | None:
        """The id of the call if it has no row there any more."""
        try:
            return None if await self._store.change_legs(where, legs, ()) else where.call_id
        except Refused as error:
            # Its row has no room for them. The rows tell of it all the same.
            log.error("Call %s does not tell of %d phone legs. %s", where.call_id, len(legs), error)
            return None

    async def _tell_rows(self, found: Sequence[_Found], after: str) -> JoinCounts:
        """Has the rows tell of their calls, unless that fails on the way."""
        joined, reasons = 0, Counter[NotJoined]()
        for some in batched(found, _WRITES_AT_ONCE, strict=False):
            saved = await asyncio.gather(*map(self._save, some), return_exceptions=True)
            joined += sum(each is True for each in saved)
            failed = next((each for each in saved if isinstance(each, BaseException)), None)
            if failed is not None:
                if not isinstance(failed, CallRecordsError) or not (joined or reasons):
                    raise failed
                return JoinCounts(joined, reasons, after, is_last=False)
            reasons.update(each.join["reason"] for each in some if "reason" in each.join)
            after = some[-1].row["id"]
        return JoinCounts(joined, reasons, after, is_last=True)

    async def _save(self, found: _Found) -> bool:
        """Whether the row tells of another call now than before."""
        if found.join == found.row.get("joined"):
            return False
        is_saved = await self._store.save_join(*found)
        return is_saved and bool(found.calls) and found.calls != found.calls_before


async def _all[T](works: Iterable[Awaitable[T]]) -> list[T]:
    """What each of them gives, some at a time. Raises what one raised, when those beside it have ended."""
    given: list[T] = []
    for some in batched(works, _WRITES_AT_ONCE, strict=False):
        for each in await asyncio.gather(*some, return_exceptions=True):
            if isinstance(each, BaseException):
                raise each
            given.append(each)
    return given
