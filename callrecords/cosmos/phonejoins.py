"""What rows of phone calls and those of calls tell of each other, in the containers `phoneCalls` and `calls`."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import cast

from azure.cosmos.exceptions import CosmosResourceNotFoundError

from callrecords.cosmos import calls, phonecalls
from callrecords.cosmos.account import Account, cosmos_errors, own_properties, read_if_there, unchanged, won
from callrecords.errors import Unavailable
from callrecords.graphtypes import JsonObject, moment, utc
from callrecords.phone.joins import leg_row
from callrecords.ports.callrow import CallRow, PhoneLegRow
from callrecords.ports.phonejoin import PhonedRow
from callrecords.ports.phonerow import PhoneJoin, PhoneRow, PhoneSource

_AT_ONCE = 50
_REMOVE_LEGS = {"op": "remove", "path": "/phoneLegs"}
_TRIES = 10
_NEW = timedelta(hours=6)
_STARTED = "c.startDateTime >= @start AND c.startDateTime < @end"
# In one condition with OR: the index is asked for each. Parameters are values alone, so their number is in the text.
_PHONED = (
    "SELECT c.callId, c.day, c.startDateTime, c.endDateTime, c.userIds, c.organizer, c.phoneNumbers, c.packing,"
    ' IIF(c.packing = "details", undefined, c.details) AS details,'
    ' ARRAY(SELECT VALUE {"who": e.who, "joined": e.joined, "left": e["left"]} FROM e IN c.endpoints'
    ' WHERE e.who.kind = "phone") AS endpoints FROM c WHERE '
)


class PhoneJoins:
    """The rows of `tenant_id`. Every method raises the errors of `cosmos_errors`."""

    def __init__(self, account: Account, tenant_id: str) -> None:
        self._account = account
        self._tenant_id = tenant_id

    async def to_join(self, source: PhoneSource, day: str, after: str, most: int) -> list[PhoneRow]:
        """The first rows of the day by id, from the one after `after` on, that are joined to no call, or had another
        content when they were."""
        query = (
            "SELECT TOP @most * FROM c WHERE c.day = @day AND c.source = @source AND c.id > @after"
            " AND (NOT IS_DEFINED(c.joined.calls) OR c.joined.digest != c.digest) ORDER BY c.id"
        )
        values = {"day": day, "source": source, "after": after, "most": most}
        rows = self._items(phonecalls.CONTAINER, query, [self._tenant_id, day], values)
        return [cast("PhoneRow", own_properties(row)) async for row in rows]

    async def with_numbers(self, numbers: Collection[str], start: datetime, end: datetime) -> list[PhoneRow]:
        """The rows of `pstn` with these numbers that start from `start` on and before `end`, joined or not."""
        query = (
            f"SELECT * FROM c WHERE {_STARTED} AND c.source = @source"  # noqa: S608 - parameters
            " AND ARRAY_CONTAINS(@numbers, c.number)"
        )
        values = {"start": utc(start), "end": utc(end), "source": "pstn"}
        return [
            cast("PhoneRow", own_properties(row))
            for some in batched(numbers, _AT_ONCE, strict=False)
            async for row in self._items(phonecalls.CONTAINER, query, [self._tenant_id], values | {"numbers": [*some]})
        ]

    async def of_call(self, call_id: str) -> list[PhoneLegRow]:
        """The rows that tell that they belong to the call, as its row tells of them."""
        query = (
            "SELECT * FROM c WHERE EXISTS(SELECT VALUE j FROM j IN c.joined.calls WHERE j.callId = @call) ORDER BY c.id"
        )
        rows = self._items(phonecalls.CONTAINER, query, [self._tenant_id], {"call": call_id})
        found = [cast("PhoneRow", row) async for row in rows]
        return [leg_row(row, call) for row in found for call in row["joined"]["calls"] if call["callId"] == call_id]

    async def days_of(self, call_ids: Collection[str]) -> Mapping[str, str]:
        """The days under which the calls have rows, of those that do, by id."""
        query = "SELECT c.callId, c.day FROM c WHERE ARRAY_CONTAINS(@calls, c.callId)"
        return {
            row["callId"]: row["day"]
            for some in batched(call_ids, _AT_ONCE, strict=False)
            async for row in self._items(calls.CONTAINER, query, [self._tenant_id], {"calls": [*some]})
        }

    async def phoned_calls(
        self, numbers: Collection[str], prefixes: Collection[str], start: datetime, end: datetime
    ) -> list[PhonedRow]:
        """The rows of the calls that start from `start` on and before `end`, with one of these numbers in them, or one
        that begins with one of the prefixes."""
        wanted = [("ARRAY_CONTAINS(c.phoneNumbers, {})", each) for each in numbers] + [
            ("EXISTS(SELECT VALUE n FROM n IN c.phoneNumbers WHERE STARTSWITH(n, {}))", each) for each in prefixes
        ]
        found: dict[str, PhonedRow] = {}
        for some in batched(wanted, _AT_ONCE, strict=False):
            conditions = " OR ".join(condition.format(f"@n{place}") for place, (condition, _) in enumerate(some))
            values = {"start": utc(start), "end": utc(end)} | {f"n{at}": each for at, (_, each) in enumerate(some)}
            query = f"{_PHONED}{_STARTED} AND ({conditions})"
            async for row in self._items(calls.CONTAINER, query, [self._tenant_id], values):
                found[row["callId"]] = cast("PhonedRow", row)
        return [*found.values()]

    async def put_leg(self, call_id: str, day: str, leg: PhoneLegRow) -> bool:
        """Has the row of the call tell of the leg; False where there is no row."""
        return await self._change(call_id, day, lambda legs: [*_without(legs, leg["id"]), leg])

    async def take_leg(self, call_id: str, row_id: str) -> None:
        """Has no row of the call tell of the leg."""
        for day in (await self.days_of([call_id])).values():
            await self._change(call_id, day, lambda legs: _without(legs, row_id))

    async def save_join(self, row: PhoneRow, join: PhoneJoin) -> None:
        """Has the row tell what it belongs to, if it is still there with this content."""
        with cosmos_errors(f"Phone call {row['id']}"):
            container = await self._account.container(phonecalls.CONTAINER)
            change = [{"op": "set", "path": "/joined", "value": join}]
            is_same = f"FROM c WHERE c.digest = '{row['digest']}'"
            try:
                key = [self._tenant_id, row["day"]]
                await won(container.patch_item(row["id"], key, change, filter_predicate=is_same))
            except CosmosResourceNotFoundError:
                return  # it moved to another day, and is joined there

    async def _change(
        self, call_id: str, day: str, changed: Callable[[Sequence[PhoneLegRow]], list[PhoneLegRow]]
    ) -> bool:
        """Changes the legs that the row of the call tells of, ordered by id; False where there is no row."""
        with cosmos_errors(f"Facts of call {call_id}"):
            container, key = await self._account.container(calls.CONTAINER), [self._tenant_id, day, call_id]
            for _ in range(_TRIES):
                item = await read_if_there(container, call_id, key)
                if item is None:
                    return False
                legs = item.get("phoneLegs", [])
                wanted = sorted(changed(legs), key=lambda leg: leg["id"])
                if wanted == legs:
                    return True
                change = {"op": "set", "path": "/phoneLegs", "value": wanted} if wanted else _REMOVE_LEGS
                if await won(container.patch_item(call_id, key, [change], **unchanged(item["_etag"]))):
                    return True
        raise Unavailable(f"Facts of call {call_id}: lost {_TRIES} races against other writers.")

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


def _without(legs: Sequence[PhoneLegRow], row_id: str) -> list[PhoneLegRow]:
    return [leg for leg in legs if leg["id"] != row_id]
