"""Writes whose answers leave the item out."""

from azure.cosmos import PartitionKey
from azure.cosmos.aio import CosmosClient

from local.cosmos import KEY
from local.serve import Served


async def test_a_batch_gives_back_what_was_read_but_not_what_was_written(served: Served) -> None:
    async with CosmosClient(served.url, KEY, no_response_on_write=True) as client:
        database = await client.create_database("d")
        container = await database.create_container("c", PartitionKey("/pk"))

        written, read = await container.execute_item_batch(
            [("create", ({"id": "1", "pk": "a"},)), ("read", ("1",))], "a"
        )

        assert "resourceBody" not in written
        assert read["resourceBody"]["id"] == "1"
        assert written["eTag"] == read["eTag"]
        assert [item["id"] async for item in container.query_items("SELECT * FROM c", partition_key="a")] == ["1"]
