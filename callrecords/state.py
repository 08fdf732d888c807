"""The `state` container: what the app has to remember between its runs, one small item a concern."""

from azure.cosmos.exceptions import CosmosResourceNotFoundError

from callrecords.cosmos import Account, cosmos_errors, is_absent, own_properties
from callrecords.jsontypes import JsonObject

CONTAINER = "state"


class StateStore:
    """Items by id. Every method raises the errors of `cosmos_errors`."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def read(self, item_id: str) -> JsonObject:
        """The item as it was written; empty where there is none."""
        with cosmos_errors(f"State {item_id}"):
            container = await self._account.container(CONTAINER)
            try:
                item: JsonObject = await container.read_item(item_id, partition_key=item_id)
            except CosmosResourceNotFoundError as error:
                if is_absent(error):
                    return {}
                raise
        return {name: value for name, value in own_properties(item).items() if name != "id"}

    async def write(self, item_id: str, values: JsonObject) -> None:
        """Replaces the item."""
        with cosmos_errors(f"State {item_id}"):
            container = await self._account.container(CONTAINER)
            await container.upsert_item({**values, "id": item_id})
