"""Joins rows of phone calls to the calls that they belong to: each then tells of the other.

The call is told first, and the row last: a try that ends in between leaves the row to be joined again.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import batched
from typing import NamedTuple

from callrecords.collect.phone.phonedcall import phoned_call
from callrecords.phone.inferred import START_WITHIN, Leg, PhonedCall, inferred, leg_of
from callrecords.phone.joins import by_correlation, leg_row
from callrecords.phone.numbers import is_masked
from callrecords.ports.phonejoin import JoinStore
from callrecords.ports.phonerow import NotJoined, PhoneJoin, PhoneRow, PhoneSource

# Of a slice; each may have a number of its own to ask for.
MOST_ROWS = 200
_WRITES_AT_ONCE = 16
# Teams lets a meeting last 30 hours (https://learn.microsoft.com/microsoftteams/limits-specifications-teams): a
# telephone may come into one that began so long before.
_LONGEST_CALL = timedelta(hours=30)
# Farther apart no two rows fit one call.
_RIVALS_WITHIN = timedelta(minutes=10)


class JoinCounts(NamedTuple):
    """How many rows were joined, and why the others were not; `after` is the last id looked at, None where no row is
    left of the day."""

    joined: int
    reasons: Mapping[NotJoined, int]
    after: str | None


class _Found(NamedTuple):
    """What was found for a row: its join, and the days of the calls in it."""

    row: PhoneRow
    join: PhoneJoin
    days: Mapping[str, str]


class Joining:
    """Joins the rows in `store`."""

    def __init__(self, store: JoinStore) -> None:
        self._store = store

    async def join(self, source: PhoneSource, day: str, after: str) -> JoinCounts:
        """Joins the next rows of the day by id, from the one after `after` on, that are not joined yet."""
        rows = {row["id"]: row for row in await self._store.to_join(source, day, after, MOST_ROWS)}
        found = await (self._by_correlation(rows) if source == "directRouting" else self._by_time(rows))
        for some in batched(found, _WRITES_AT_ONCE, strict=False):
            await asyncio.gather(*map(self._tell, some))
        joins = [each.join for each in found if each.row["id"] in rows]
        return JoinCounts(
            joined=sum("calls" in join for join in joins),
            reasons=Counter(join["reason"] for join in joins if "reason" in join),
            after=[*rows][-1] if len(rows) == MOST_ROWS else None,
        )

    async def _by_correlation(self, rows: Mapping[str, PhoneRow]) -> list[_Found]:
        named = {
            call_id
            for row in rows.values()
            for call_id in (row.get("correlationId"), row.get("transferorCorrelationId"))
            if call_id
        }
        days = await self._store.days_of(named)
        return [_Found(row, by_correlation(row, days.keys()), days) for row in rows.values()]

    async def _by_time(self, rows: dict[str, PhoneRow]) -> list[_Found]:
        """Those of the rows, and of others that are joined and would no longer be: a call or a row came since."""
        legs = [leg for row in rows.values() if isinstance(leg := leg_of(row), Leg)]
        others: list[PhoneRow] = []
        calls: list[PhonedCall] = []
        if legs:
            first, last = (
                min(leg.start for leg in legs) - _RIVALS_WITHIN,
                max(leg.start for leg in legs) + _RIVALS_WITHIN,
            )
            others = await self._store.with_numbers({leg.row["number"] for leg in legs}, first, last)
            numbers = {leg.number for leg in legs if not is_masked(leg.number)}
            prefixes = {leg.number.partition("*")[0] for leg in legs if is_masked(leg.number)}
            found = await self._store.phoned_calls(
                _spelled(numbers), _spelled(prefixes), first - _LONGEST_CALL, last + START_WITHIN
            )
            calls = [phoned_call(row) for row in found]
        joins = inferred(({row["id"]: row for row in others} | rows).values(), calls)
        days = {call.call_id: call.day for call in calls}
        return [
            *(_Found(row, joins[row_id], days) for row_id, row in rows.items()),
            *(
                _Found(row, joins[row["id"]], days)
                for row in others
                if row["id"] not in rows and "calls" in row.get("joined", {}) and row["joined"] != joins[row["id"]]
            ),
        ]

    async def _tell(self, found: _Found) -> None:
        """Has calls and row tell of each other, unless they do."""
        row, join, days = found
        before = row.get("joined")
        if join == before:
            return
        wanted = {call["callId"]: call for call in join.get("calls", ())}
        for call_id, call in wanted.items():
            if not await self._store.put_leg(call_id, days[call_id], leg_row(row, call)):
                return  # it moved to another day since: with the next import
        for call in before.get("calls", ()) if before else ():
            if call["callId"] not in wanted:
                await self._store.take_leg(call["callId"], row["id"])
        await self._store.save_join(row, join)


def _spelled(numbers: Iterable[str]) -> list[str]:
    """The numbers as the rows of calls may have them: with and without a plus."""
    return [spelled for number in sorted(numbers) for spelled in (number, f"+{number}")]
