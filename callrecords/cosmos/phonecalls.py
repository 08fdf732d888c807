"""The `phoneCalls` container: one row a leg of a call over the telephone network."""

from collections.abc import Collection
from datetime import date
from itertools import batched
from typing import Any, NamedTuple, cast

from azure.cosmos.aio import ContainerProxy

from callrecords.cosmos.account import Account, cosmos_errors, delete_if_there
from callrecords.cosmos.phonesearch import OF_CALL, PhoneSearch
from callrecords.cosmos.search import Place
from callrecords.ports.phonerow import KnownPhoneRow, PhoneRow

CONTAINER = "phoneCalls"
_IDS_A_QUERY = 200


class FoundPhoneRows(NamedTuple):
    """A page of rows, and where the next one starts, if there is one."""

    rows: list[PhoneRow]
    next_place: Place | None


class PhoneCallsStore:
    """The rows of `tenant_id`. Every method raises the errors of `cosmos_errors`."""

    def __init__(self, account: Account, tenant_id: str) -> None:
        self._account = account
        self._tenant_id = tenant_id

    async def known(self, row_ids: Collection[str]) -> dict[str, tuple[KnownPhoneRow, ...]]:
        """What is stored of these rows, by id, under whichever days: more than one where a writer ended in between."""
        found: dict[str, tuple[KnownPhoneRow, ...]] = {}
        with cosmos_errors("Known phone calls"):
            container = await self._account.container(CONTAINER)
            for ids in batched(dict.fromkeys(row_ids), _IDS_A_QUERY, strict=False):
                items = container.query_items(
                    "SELECT c.id, c.day, c.digest, c.joined FROM c WHERE ARRAY_CONTAINS(@ids, c.id)",
                    parameters=[{"name": "@ids", "value": [*ids]}],
                    partition_key=[self._tenant_id],
                )
                async for item in items:
                    known = KnownPhoneRow(item["day"], item["digest"], item.get("joined"))
                    found[item["id"]] = (*found.get(item["id"], ()), known)
        return found

    async def save(self, row: PhoneRow) -> None:
        """Stores the row under its day, in the place of what is there."""
        with cosmos_errors(f"Phone call {row['id']}"):
            container = await self._account.container(CONTAINER)
            await container.upsert_item(dict(row))

    async def delete(self, row_id: str, day: str) -> None:
        """Removes the row from the day, if it is there."""
        with cosmos_errors(f"Phone call {row_id} of {day}"):
            container = await self._account.container(CONTAINER)
            await delete_if_there(container, row_id, [self._tenant_id, day])

    async def days_of(self, call_id: str) -> frozenset[date]:
        """The days of the rows that belong to the call."""
        query = f"SELECT VALUE c.day FROM c WHERE {OF_CALL}"  # noqa: S608 - a parameter
        with cosmos_errors("Search for phone calls"):
            container = await self._account.container(CONTAINER)
            found: Any = container.query_items(
                query, parameters=[{"name": "@call", "value": call_id}], partition_key=[self._tenant_id]
            )
            return frozenset([date.fromisoformat(day) async for day in found])

    async def page(self, search: PhoneSearch) -> FoundPhoneRows:
        """A page of the rows that `search` asks for, the newest first."""
        rows: list[PhoneRow] = []
        with cosmos_errors("Search for phone calls"):
            container = await self._account.container(CONTAINER)
            for day in search.days:
                if len(rows) == search.top:
                    return FoundPhoneRows(rows, Place(day))
                after = search.place.after if day == search.place.day else None
                rows += await self._first(container, search, Place(day, after), search.top - len(rows) + 1)
                if len(rows) > search.top:
                    return FoundPhoneRows(rows[: search.top], search.place_after(rows[search.top - 1]))
        return FoundPhoneRows(rows, None)

    async def _first(self, container: ContainerProxy, search: PhoneSearch, place: Place, most: int) -> list[PhoneRow]:
        """The first rows of the day from `place` on: those with a start, and then the others."""
        rows: list[PhoneRow] = []
        for started in (True, False):
            query = search.query(place, started=started)
            if query is not None and len(rows) < most:
                found = container.query_items(
                    query,
                    parameters=search.parameters(place, most - len(rows)),
                    partition_key=[self._tenant_id, place.day.isoformat()],
                )
                rows += [cast("PhoneRow", row) async for row in found]
        return rows
