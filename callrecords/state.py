"""The `state` container: what the app has to remember between its runs, one small item a concern."""

from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from callrecords.cosmos import cosmos_errors
from callrecords.jsontypes import JsonObject

CONTAINER = "state"


class StateStore:
    """Items by id. Every method raises the errors of `cosmos_errors`."""

    def __init__(self, container: ContainerProxy) -> None:
        self._container = container

    async def read(self, item_id: str) -> JsonObject | None:
        """The item as it was written, or None."""
        with cosmos_errors(f"State {item_id}"):
            try:
                item = await self._container.read_item(item_id, partition_key=item_id)
            except CosmosResourceNotFoundError:
                return None
        return {name: value for name, value in item.items() if not name.startswith("_")}

    async def write(self, item_id: str, values: JsonObject) -> None:
        """Replaces the item."""
        with cosmos_errors(f"State {item_id}"):
            await self._container.upsert_item({**values, "id": item_id})
