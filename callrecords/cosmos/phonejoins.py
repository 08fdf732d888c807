"""What rows of phone calls and those of calls tell of each other, in the containers `phoneCalls` and `calls`."""

from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import cast

from callrecords.cosmos import calls, phonecalls
from callrecords.cosmos.account import Account, cosmos_errors, own_properties, read_if_there, unchanged, won
from callrecords.cosmos.phonesearch import OF_CALL
from callrecords.errors import Unavailable
from callrecords.graphtypes import JsonObject, moment, utc
from callrecords.phone.joins import leg_row
from callrecords.ports.callrow import CallRow, PhoneLegRow
from callrecords.ports.phonejoin import CallDay, PhonedRow
from callrecords.ports.phonerow import PhoneJoin, PhoneRow, PhoneSource

_STARTED = "c.startDateTime >= @start AND c.startDateTime < @end"
WITH_NUMBERS = f"SELECT * FROM c WHERE c.day = @day AND {_STARTED} AND c.source = @source AND ({{}})"  # noqa: S608 - parameters
TOLD_OF = (
    "SELECT c.callId, c.day, c.phoneLegs FROM c"
    " WHERE EXISTS(SELECT VALUE l FROM l IN c.phoneLegs WHERE ARRAY_CONTAINS(@rows, l.id))"
)

_AT_ONCE, _PREFIXES_AT_ONCE = 200, 50
_IS_TO_JOIN = "(NOT IS_DEFINED(c.joined.calls) OR c.joined.digest != c.digest)"
# A row that has its endpoints packed has them in `details`. LEFT is a function as well.
_PHONED = (
    "SELECT c.callId, c.day, c.version, c.startDateTime, c.endDateTime, c.userIds, c.organizer, c.phoneNumbers,"  # noqa: S608 - parameters
    ' IIF(c.packing = "details", undefined, c.details) AS details,'
    ' ARRAY(SELECT VALUE {{"who": e.who, "joined": e.joined, "left": e["left"]}} FROM e IN c.endpoints'
    ' WHERE e.who.kind = "phone") AS endpoints'
    f" FROM c WHERE {_STARTED} AND EXISTS(SELECT VALUE n FROM n IN c.phoneNumbers WHERE {{}})"
)
_REMOVE_LEGS = {"op": "remove", "path": "/phoneLegs"}
_TRIES = 10
_NEW = timedelta(hours=6)


class PhoneJoins:
    """The rows of `tenant_id`. Every method raises the errors of `cosmos_errors`."""

    def __init__(self, account: Account, tenant_id: str) -> None:
        self._account = account
        self._tenant_id = tenant_id

    async def to_join(self, source: PhoneSource, day: str, after: str, most: int, *, every: bool) -> list[PhoneRow]:
        """The first rows of the day by id, from the one after `after` on: `every` one, or those that are joined to no
        call, or had another content when they were."""
        conditions = ["c.day = @day", "c.source = @source", "c.id > @after", *([] if every else [_IS_TO_JOIN])]
        query = f"SELECT TOP @most * FROM c WHERE {' AND '.join(conditions)} ORDER BY c.id"  # noqa: S608 - parameters
        values = {"day": day, "source": source, "after": after, "most": most}
        rows = self._items(phonecalls.CONTAINER, query, [self._tenant_id, day], values)
        return [cast("PhoneRow", own_properties(row)) async for row in rows]

    async def with_numbers(
        self, numbers: Collection[str], prefixes: Collection[str], start: datetime, end: datetime
    ) -> list[PhoneRow]:
        """The rows of `pstn` that start from `start` on and before `end`, joined or not, with one of these numbers, or
        one that begins with one of the prefixes."""
        rows: list[JsonObject] = []
        for days in range((end.date() - start.date()).days + 1):
            day = (start.date() + timedelta(days=days)).isoformat()
            values = {"start": utc(start), "end": utc(end), "source": "pstn", "day": day}
            query = WITH_NUMBERS.format("ARRAY_CONTAINS(@numbers, c.number)")
            rows += [row async for row in self._some(phonecalls.CONTAINER, query, values, "numbers", numbers, day)]
            for condition, own in _beginning("c.number", prefixes):
                query = WITH_NUMBERS.format(condition)
                rows += [
                    row async for row in self._items(phonecalls.CONTAINER, query, [self._tenant_id, day], values | own)
                ]
        return [cast("PhoneRow", own_properties(row)) for row in rows]

    async def of_call(self, call_id: str) -> list[PhoneLegRow]:
        """The rows that tell that they belong to the call, as its row tells of them."""
        query = f"SELECT * FROM c WHERE {OF_CALL} ORDER BY c.id"  # noqa: S608 - a parameter
        found = self._items(phonecalls.CONTAINER, query, [self._tenant_id], {"call": call_id})
        rows = {row["id"]: cast("PhoneRow", row) async for row in found}  # one that moves is under two days
        return [
            leg_row(row, call) for row in rows.values() for call in row["joined"]["calls"] if call["callId"] == call_id
        ]

    async def rows_of(self, call_ids: Collection[str]) -> list[CallDay]:
        """Where the rows of these calls are, of those that have any."""
        query = "SELECT c.callId, c.day FROM c WHERE ARRAY_CONTAINS(@calls, c.callId)"
        found = self._some(calls.CONTAINER, query, {}, "calls", call_ids)
        return [CallDay(row["callId"], row["day"]) async for row in found]

    async def phoned_calls(
        self, numbers: Collection[str], prefixes: Collection[str], start: datetime, end: datetime
    ) -> list[PhonedRow]:
        """The rows of the calls that start from `start` on and before `end`, with one of these numbers in them, or one
        that begins with one of the prefixes."""
        values = {"start": utc(start), "end": utc(end)}
        query = _PHONED.format("ARRAY_CONTAINS(@numbers, n)")
        found = [row async for row in self._some(calls.CONTAINER, query, values, "numbers", numbers)]
        for condition, own in _beginning("n", prefixes):
            query = _PHONED.format(condition)
            found += [row async for row in self._items(calls.CONTAINER, query, [self._tenant_id], values | own)]
        return cast("list[PhonedRow]", found)

    async def told_of(self, row_ids: Collection[str]) -> Mapping[CallDay, Sequence[PhoneLegRow]]:
        """The rows of calls that tell of one of these rows of phone calls at least, with all legs that each tells
        of."""
        found = self._some(calls.CONTAINER, TOLD_OF, {}, "rows", row_ids)
        return {CallDay(row["callId"], row["day"]): row["phoneLegs"] async for row in found}

    async def change_legs(self, where: CallDay, put: Collection[PhoneLegRow], take: Collection[str]) -> bool:
        """Has the row of a call tell of the legs that are put, and of none that are taken, by their ids; False where
        there is no row."""
        call_id, new = where.call_id, {leg["id"]: leg for leg in put}
        with cosmos_errors(f"Facts of call {call_id}"):
            container, key = await self._account.container(calls.CONTAINER), [self._tenant_id, where.day, call_id]
            for _ in range(_TRIES):
                item = await read_if_there(container, call_id, key)
                if item is None:
                    return False
                legs: list[PhoneLegRow] = item.get("phoneLegs", [])
                kept = {leg["id"]: leg for leg in legs if leg["id"] not in take}
                wanted = sorted((kept | new).values(), key=lambda leg: leg["id"])
                if wanted == legs:
                    return True
                change = {"op": "set", "path": "/phoneLegs", "value": wanted} if wanted else _REMOVE_LEGS
                if await won(container.patch_item(call_id, key, [change], **unchanged(item["_etag"]))):
                    return True
        raise Unavailable(f"Facts of call {call_id}: lost {_TRIES} races against other writers.")

    async def save_join(self, row: PhoneRow, join: PhoneJoin) -> bool:
        """Has the row tell what it belongs to; False where it is no longer there with this content."""
        with cosmos_errors(f"Phone call {row['id']}"):
            container = await self._account.container(phonecalls.CONTAINER)
            change = [{"op": "set", "path": "/joined", "value": join}]
            is_same = f"FROM c WHERE c.digest = '{row['digest']}'"
            return await won(
                container.patch_item(row["id"], [self._tenant_id, row["day"]], change, filter_predicate=is_same)
            )

    async def _some(
        self,
        container: str,
        query: str,
        values: Mapping[str, object],
        name: str,
        all_values: Collection[str],
        *days: str,
    ) -> AsyncIterator[JsonObject]:
        """What the query finds on a day, or on all days, asked with some of the values of one parameter at a time."""
        for some in batched(all_values, _AT_ONCE, strict=False):
            async for item in self._items(container, query, [self._tenant_id, *days], {**values, name: [*some]}):
                yield item

    async def _items(
        self, container: str, query: str, key: list[str], values: Mapping[str, object]
    ) -> AsyncIterator[JsonObject]:
        with cosmos_errors("Phone calls and their calls"):
            parameters: list[dict[str, object]] = [{"name": f"@{name}", "value": each} for name, each in values.items()]
            found = (await self._account.container(container)).query_items(
                query, parameters=parameters, partition_key=key
            )
            async for item in found:
                yield item


def _beginning(what: str, prefixes: Collection[str]) -> Iterator[tuple[str, dict[str, object]]]:
    """Conditions that it begins with one of the prefixes, some in each, with the values of their parameters."""
    for some in batched(prefixes, _PREFIXES_AT_ONCE, strict=False):
        condition = " OR ".join(f"STARTSWITH({what}, @n{place})" for place in range(len(some)))
        yield condition, {f"n{place}": each for place, each in enumerate(some)}


class LegsOfCalls:
    """Which rows of phone calls tell of a call whose row is written anew, after it was lost or has changed its day."""

    def __init__(self, joins: PhoneJoins, clock: Callable[[], datetime]) -> None:
        self._joins = joins
        self._clock = clock

    async def __call__(self, row: CallRow) -> list[PhoneLegRow]:
        """The legs that the row is to tell of. Graph tells none so early that a new call could have some."""
        start = moment(row["startDateTime"])
        if start and self._clock() - start < _NEW:
            return []
        return await self._joins.of_call(row["id"])
