"""The `calls` container: one fact row a call, never older than what is there."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from azure.cosmos.aio import ContainerProxy

from callrecords.callrecord import rank
from callrecords.cosmos.account import Account, cosmos_errors, own_properties, read_if_there, unchanged, won
from callrecords.errors import Unavailable, Unreadable
from callrecords.graphtypes import JsonObject, moment, texts, utc
from callrecords.ports.callrow import CallRow, PhoneLegRow
from callrecords.ports.rows import Row, TimedRow

CONTAINER = "calls"

# Said in a query over a day as well as beside it: the index serves what a query says, not a part of a partition key
# (https://learn.microsoft.com/azure/cosmos-db/hierarchical-partition-keys).
_OF_DAY = "c.day = @day"
_STARTED = "c.startDateTime >= @start AND c.startDateTime < @end"
_VERSIONS = f"SELECT c.id, c.version, c.caveats, c.startDateTime FROM c WHERE {_OF_DAY} AND {_STARTED}"  # noqa: S608 - no value is in it

_TRIES = 5


class StoredRow(NamedTuple):
    """A fact row as it is stored, and its etag."""

    row: CallRow
    etag: str


type FindLegs = Callable[[CallRow], Awaitable[list[PhoneLegRow]]]


class CallsStore:
    """The fact rows of `tenant_id`. Every method raises the errors of `cosmos_errors`.

    What a row tells of phone legs is no fact of its record: it stays where another row takes its place. Of a row that
    is not there yet `find_legs` finds them, where rows of phone calls are imported.
    """

    def __init__(self, account: Account, tenant_id: str, find_legs: FindLegs | None = None) -> None:
        self._account = account
        self._tenant_id = tenant_id
        self._find_legs = find_legs

    async def row(self, call_id: str, day: str) -> Row | None:
        """What the row of the call was derived from; None where there is no row."""
        with cosmos_errors(f"Facts of call {call_id}"):
            row = await read_if_there(await self._container(), call_id, self._key(day, call_id))
        return read_row(row) if row else None

    async def whole(self, call_id: str, day: str) -> StoredRow | None:
        """The row of the call with all that is in it; None where there is no row."""
        with cosmos_errors(f"Facts of call {call_id}"):
            item = await read_if_there(await self._container(), call_id, self._key(day, call_id))
        return StoredRow(cast("CallRow", own_properties(item)), item["_etag"]) if item else None

    async def save(self, row: CallRow, *, is_new: bool = False) -> bool:
        """Makes `row` the stored one unless one of a newer version is there, or one with sessions where `row` has none;
        False where that stays. `is_new` saves a request where there is likely to be none.

        Raises Unavailable as well when other writers of the same row kept winning.
        """
        with cosmos_errors(f"Facts of call {row['id']}"):
            container, key = await self._container(), self._key(row["day"], row["id"])
            for number in range(_TRIES):
                is_unread = is_new and number == 0
                stored = None if is_unread else await read_if_there(container, row["id"], key)
                if stored and _is_to_stay(read_row(stored), read_row(row)):
                    return False
                if await _write(container, await self._with_legs(row, stored), stored):
                    return True
        raise Unavailable(f"Facts of call {row['id']}: lost {_TRIES} races against other writers.")

    async def delete(self, call_id: str, day: str, older_than: int) -> None:
        """Removes the row of the call under `day`, if it is there and of an older version."""
        with cosmos_errors(f"Facts of call {call_id}"):
            container, key = await self._container(), self._key(day, call_id)
            for _ in range(_TRIES):
                stored = await read_if_there(container, call_id, key)
                if stored is None or read_row(stored).version >= older_than or await self._remove(container, stored):
                    return
        raise Unavailable(f"Facts of call {call_id}: lost {_TRIES} races against other writers.")

    async def days(self, call_id: str) -> frozenset[str]:
        """The days under which there are rows of the call: a query over all days."""
        with cosmos_errors(f"Facts of call {call_id}"):
            found = (await self._container()).query_items(
                "SELECT c.day FROM c WHERE c.id = @id",
                parameters=[{"name": "@id", "value": call_id}],
                partition_key=[self._tenant_id],
            )
            return frozenset([row["day"] async for row in found])

    async def versions(self, day: str, start: datetime, end: datetime) -> dict[str, TimedRow]:
        """What the rows tell of the calls that started on `day`, from `start` on and before `end`, by call id; to the
        second."""
        with cosmos_errors(f"Facts of {day}"):
            container = await self._container()
            options = self._of_day(day)
            options["parameters"] += [{"name": "@start", "value": utc(start)}, {"name": "@end", "value": utc(end)}]
            rows = container.query_items(_VERSIONS, **options)
            return {row["id"]: TimedRow(read_row(row), moment(row["startDateTime"])) async for row in rows}

    async def rows(self, day: str, fields: Sequence[str]) -> AsyncIterator[CallRow]:
        """The rows of the calls that started on `day`, with these fields alone.

        They are read page by page as they are asked for. `fields` become a part of the query: they are names of this
        app's own.
        """
        query = f"SELECT {', '.join(f'c.{name}' for name in fields)} FROM c WHERE {_OF_DAY}"  # noqa: S608 - see above
        with cosmos_errors(f"Facts of {day}"):
            container = await self._container()
            async for row in container.query_items(query, **self._of_day(day)):
                yield cast("CallRow", row)

    async def changed_days(self, position: str | None) -> tuple[set[str], str | None]:
        """The days of the rows that changed since `position` (None: all), former ones included, and the position
        after them. Unreadable or Refused where the position is damaged or of another container."""
        with cosmos_errors("Changes of facts"), _readable(position):
            container = await self._container()
            since: dict[str, Any] = {"continuation": position} if position else {"start_time": "Beginning"}
            pages: Any = container.query_items_change_feed(**since).by_page()
            days: set[str] = set()
            async for page in pages:
                async for row in page:
                    if row["tenantId"] == self._tenant_id:
                        days |= {row["day"], *row["formerDays"]}
            return days, pages.continuation_token or position

    async def _with_legs(self, row: CallRow, stored: JsonObject | None) -> CallRow:
        """The row with the phone legs of the one that is stored, or with those that are known."""
        if stored is not None:
            legs = stored.get("phoneLegs")
        else:
            legs = await self._find_legs(row) if self._find_legs else None
        return {**row, "phoneLegs": legs} if legs else row

    async def _container(self) -> ContainerProxy:
        return await self._account.container(CONTAINER)

    def _key(self, day: str, call_id: str) -> list[str]:
        return [self._tenant_id, day, call_id]

    def _of_day(self, day: str) -> dict[str, Any]:
        """The options of a query with the condition _OF_DAY."""
        return {"parameters": [{"name": "@day", "value": day}], "partition_key": [self._tenant_id, day]}

    async def _remove(self, container: ContainerProxy, stored: JsonObject) -> bool:
        """Whether the row was removed as it was read."""
        key = self._key(stored["day"], stored["id"])
        return await won(container.delete_item(stored["id"], partition_key=key, **unchanged(stored["_etag"])))


@contextlib.contextmanager
def _readable(position: str | None) -> Iterator[None]:
    """Turns what the SDK raises for a position that it does not understand into Unreadable."""
    try:
        yield
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        if position is None:
            raise
        raise Unreadable("Changes of facts: the position is damaged, or of another container.") from error


def read_row(item: Mapping[str, object]) -> Row:
    """What the row tells; version 0, where it is none that this app has written: any other takes its place."""
    version, caveats = item.get("version"), item.get("caveats")
    if type(version) is not int or version < 0 or not isinstance(caveats, list):
        return Row(0)
    return Row(version, frozenset(texts(caveats)))


def _is_to_stay(stored: Row, row: Row) -> bool:
    return rank(stored) > rank(row) or "noSessions" in row.caveats - stored.caveats


async def _write(container: ContainerProxy, row: CallRow, stored: JsonObject | None) -> bool:
    """Whether `row` took the place of `stored`."""
    if stored is None:
        return await won(container.create_item(dict(row)))
    return await won(container.replace_item(row["id"], dict(row), **unchanged(stored["_etag"])))
