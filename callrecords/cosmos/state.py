"""The `state` container: what the app remembers between its runs, one small item a concern."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from callrecords.cosmos.account import Account, cosmos_errors, delete_if_there, read_if_there
from callrecords.documents import Document
from callrecords.graphtypes import JsonObject
from callrecords.ports.state import StateItems, StateKey

CONTAINER = "state"


class StateStore:
    """Documents of `tenant_id` by key; the id of an item is that of the tenant, a colon and that of the key.

    Every method raises the errors of `cosmos_errors`.
    """

    def __init__(self, account: Account, tenant_id: str) -> None:
        self._account = account
        self._prefix = f"{tenant_id}:"

    async def read[D: Document](self, key: StateKey[D]) -> D | None:
        """The document of the key, as StateKey.parse gives it."""
        with cosmos_errors(f"State {key.id}"):
            container = await self._account.container(CONTAINER)
            item_id = self._prefix + key.id
            return key.parse(await read_if_there(container, item_id, item_id))

    async def read_all(self, item_ids: Collection[str]) -> StateItems:
        """Those items that there are."""
        wanted = [self._prefix + item_id for item_id in item_ids]
        return StateItems(await self._query("SELECT * FROM c WHERE ARRAY_CONTAINS(@wanted, c.id)", wanted))

    async def starting_with[D: Document](self, prefix: StateKey[D]) -> list[D]:
        """The documents whose ids start with that of `prefix`."""
        items = await self._query("SELECT * FROM c WHERE STARTSWITH(c.id, @wanted)", self._prefix + prefix.id)
        keys = {item_id: StateKey(item_id, prefix.kind) for item_id in items}
        found = (keys[item_id].parse(item) for item_id, item in items.items())
        return [document for document in found if document is not None]

    async def _query(self, query: str, wanted: object) -> dict[str, JsonObject]:
        """The items, by the ids of their keys."""
        with cosmos_errors("State"):
            container = await self._account.container(CONTAINER)
            parameters: list[dict[str, Any]] = [{"name": "@wanted", "value": wanted}]
            found = container.query_items(query, parameters=parameters)
            return {item["id"].removeprefix(self._prefix): item async for item in found}

    async def write[D: Document](self, key: StateKey[D], document: D) -> datetime:
        """Replaces the document of the key. When that was, by the clock of Cosmos, to the second."""
        with cosmos_errors(f"State {key.id}"):
            container = await self._account.container(CONTAINER)
            wanted = {**key.item(document), "id": self._prefix + key.id}
            item = await container.upsert_item(wanted, no_response=False)  # or it has no time
            return datetime.fromtimestamp(item["_ts"], UTC)

    async def delete(self, item_id: str) -> None:
        """Removes the item, if it is there."""
        with cosmos_errors(f"State {item_id}"):
            container = await self._account.container(CONTAINER)
            await delete_if_there(container, self._prefix + item_id, self._prefix + item_id)
