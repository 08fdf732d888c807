"""The `state` container: what the app has to remember between its runs, one small item a concern."""

from collections.abc import Collection

from callrecords.cosmos.account import Account, cosmos_errors, delete_if_there, own_properties, read_if_there
from callrecords.graphtypes import JsonObject

CONTAINER = "state"


class StateStore:
    """Items by id. Every method raises the errors of `cosmos_errors`."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def read(self, item_id: str) -> JsonObject:
        """The item as it was written; empty where there is none."""
        with cosmos_errors(f"State {item_id}"):
            container = await self._account.container(CONTAINER)
            return _as_written(await read_if_there(container, item_id, item_id) or {})

    async def read_all(self, item_ids: Collection[str]) -> dict[str, JsonObject]:
        """Those items that there are, by id."""
        return await self._query("SELECT * FROM c WHERE ARRAY_CONTAINS(@wanted, c.id)", list(item_ids))

    async def beginning_with(self, prefix: str) -> dict[str, JsonObject]:
        """The items whose ids begin so, by id."""
        return await self._query("SELECT * FROM c WHERE STARTSWITH(c.id, @wanted)", prefix)

    async def _query(self, query: str, wanted: object) -> dict[str, JsonObject]:
        with cosmos_errors("State"):
            container = await self._account.container(CONTAINER)
            parameters = [{"name": "@wanted", "value": wanted}]
            found = container.query_items(query, parameters=parameters)
            return {item["id"]: _as_written(item) async for item in found}

    async def write(self, item_id: str, values: JsonObject) -> None:
        """Replaces the item."""
        with cosmos_errors(f"State {item_id}"):
            container = await self._account.container(CONTAINER)
            await container.upsert_item({**values, "id": item_id})

    async def delete(self, item_id: str) -> None:
        """Removes the item, if it is there."""
        with cosmos_errors(f"State {item_id}"):
            container = await self._account.container(CONTAINER)
            await delete_if_there(container, item_id, item_id)


def _as_written(item: JsonObject) -> JsonObject:
    return {name: value for name, value in own_properties(item).items() if name != "id"}
