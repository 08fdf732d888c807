"""Questions to the `calls` container: a search, the rows of a day, the days on which rows changed."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

from azure.cosmos.aio import ContainerProxy

from callrecords.cosmos.account import Account, cosmos_errors, own_properties
from callrecords.cosmos.calls import CONTAINER
from callrecords.graphtypes import JsonObject
from callrecords.http.search import Search
from callrecords.usage.day import FIELDS

_ROWS = f"SELECT {', '.join(f'c.{name}' for name in FIELDS)} FROM c"  # noqa: S608 - names of this app


class FactQueries:
    """The fact rows of `tenant_id`. Every method raises the errors of `cosmos_errors`."""

    def __init__(self, account: Account, tenant_id: str) -> None:
        self._account = account
        self._tenant_id = tenant_id

    async def search(self, search: Search) -> tuple[list[JsonObject], str | None]:
        """A page of the rows that `search` asks for, newest first, and what its next request gives to go on."""
        rows: list[JsonObject] = []
        day, token = search.day, search.token
        with cosmos_errors("Search"):
            container = await self._account.container(CONTAINER)
            while day >= search.start.date():
                found, token = await self._page(container, search, day, token, search.top - len(rows))
                rows += found
                if token is None:
                    day -= timedelta(days=1)
                if len(rows) == search.top:
                    break
        more = token is not None or day >= search.start.date()
        return rows, search.continuation(day, token) if more else None

    async def _page(
        self, container: ContainerProxy, search: Search, day: date, token: str | None, most: int
    ) -> tuple[list[JsonObject], str | None]:
        pages: Any = container.query_items(
            search.query,
            parameters=search.parameters,
            partition_key=[self._tenant_id, day.isoformat()],
            max_item_count=most,
            continuation_token_limit=2,  # kB: it goes into a URL
        ).by_page(token)
        async for page in pages:
            rows = [own_properties(row) async for row in page]
            return rows, pages.continuation_token
        return [], None

    async def rows(self, day: str) -> AsyncIterator[JsonObject]:
        """The rows of the calls that began on `day`, as far as a roll-up reads them: the FIELDS of usage.

        They are read page by page, as they are asked for.
        """
        with cosmos_errors(f"Facts of {day}"):
            container = await self._account.container(CONTAINER)
            async for row in container.query_items(_ROWS, partition_key=[self._tenant_id, day]):
                yield row

    async def changed_days(self, position: str | None) -> tuple[set[str], str | None]:
        """The days of the rows that changed since `position` (None: all), former ones included, and the position
        after them."""
        with cosmos_errors("Changes of facts"):
            container = await self._account.container(CONTAINER)
            since: dict[str, Any] = {"continuation": position} if position else {"start_time": "Beginning"}
            pages: Any = container.query_items_change_feed(**since).by_page()
            days: set[str] = set()
            async for page in pages:
                async for row in page:
                    if row["tenantId"] == self._tenant_id:
                        days |= {row["day"], *row["formerDays"]}
            return days, pages.continuation_token or position
