"""Searches for fact rows in the container `calls`."""

from datetime import date
from typing import Any, NamedTuple, cast

from azure.cosmos.aio import ContainerProxy

from callrecords.cosmos.account import Account, cosmos_errors
from callrecords.cosmos.calls import CONTAINER
from callrecords.cosmos.order import Key, key, sorted_rows
from callrecords.cosmos.search import Place, Search
from callrecords.ports.callrow import CallRow


class Found(NamedTuple):
    """A page of rows, and where the next one starts, if there is one."""

    rows: list[CallRow]
    next_place: Place | None


class Count(NamedTuple):
    """How many calls there are; `undecided` may be such as well, but their endpoints cannot be queried."""

    calls: int
    undecided: int


class CallSearches:
    """Searches the fact rows of `tenant_id`. Every method raises the errors of `cosmos_errors`."""

    def __init__(self, account: Account, tenant_id: str) -> None:
        self._account = account
        self._tenant_id = tenant_id

    async def page(self, search: Search) -> Found:
        """A page of the rows that `search` asks for. A row whose endpoints are packed is there if its other fields are
        as asked."""
        with cosmos_errors("Search"):
            container = await self._account.container(CONTAINER)
            return await (self._worst if search.sort == "worst" else self._newest)(container, search)

    async def count(self, search: Search) -> Count:
        """The number of calls in the whole period of `search`, whatever its place."""
        with cosmos_errors("Search"):
            container = await self._account.container(CONTAINER)
            return Count(
                calls=await self._counted(container, search, search.counting()),
                undecided=await self._counted(container, search, search.counting(undecided=True)),
            )

    async def _newest(self, container: ContainerProxy, search: Search) -> Found:
        rows: list[CallRow] = []
        after = search.place.after
        for day in search.days:
            if len(rows) == search.top:
                return Found(rows, Place(day))
            rows += await self._first(container, search, Place(day, after), search.top - len(rows) + 1)
            after = None
            if len(rows) > search.top:
                return Found(rows[: search.top], search.place_after(rows[search.top - 1]))
        return Found(rows, None)

    async def _worst(self, container: ContainerProxy, search: Search) -> Found:
        rows: list[CallRow] = []
        before: Key | None = None
        for day in search.days:
            found = await self._first(container, search, Place(day, search.place.after), search.top + 1, before)
            rows = sorted_rows(search.sort, [*rows, *found])[: search.top + 1]
            if len(rows) > search.top:
                before = key(search.sort, rows[-1])  # other days have to give no row that is better than these
        is_last = len(rows) <= search.top
        return Found(rows[: search.top], None if is_last else search.place_after(rows[search.top - 1]))

    async def _first(
        self, container: ContainerProxy, search: Search, place: Place, most: int, before: Key | None = None
    ) -> list[CallRow]:
        """The first rows of the day from `place` on, those alone that come before `before`."""
        found = container.query_items(
            search.query(place, before),
            parameters=search.parameters(place, most, before),
            partition_key=self._key(place.day),
        )
        # A day may lie on several physical partitions. Each sorts its own rows, and azure-cosmos does not merge them.
        return sorted_rows(search.sort, [cast("CallRow", row) async for row in found])[:most]

    async def _counted(self, container: ContainerProxy, search: Search, query: str | None) -> int:
        """The sum over the days, and over the physical partitions of each."""
        if query is None:
            return 0
        total = 0
        for day in search.all_days:
            counts: Any = container.query_items(
                query, parameters=search.counting_parameters(day), partition_key=self._key(day)
            )
            total += sum([count async for count in counts])
        return total

    def _key(self, day: date) -> list[str]:
        return [self._tenant_id, day.isoformat()]
