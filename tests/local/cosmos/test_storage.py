"""What a server keeps in a file, and the items that it has parsed."""

from pathlib import Path

import pytest
from azure.cosmos import PartitionKey
from azure.cosmos.aio import CosmosClient

from local.cosmos import KEY, CosmosServer, itemtable
from local.cosmos.itemtable import ParsedItems
from local.serve import serve


async def test_a_file_keeps_everything_while_no_server_runs(tmp_path: Path) -> None:
    file = str(tmp_path / "cosmos.sqlite")
    async with serve(CosmosServer(file).app()) as served, CosmosClient(served.url, KEY) as client:
        database = await client.create_database("d")
        container = await database.create_container("c", PartitionKey("/pk"))
        created = await container.create_item({"id": "1", "pk": "a"})
        await container.create_item({"id": "2", "pk": "a"})
        [item async for item in container.query_items_change_feed(start_time="Beginning")]
        position = container.client_connection.last_response_headers["etag"]
        await container.delete_item("2", "a")

    async with serve(CosmosServer(file).app()) as served, CosmosClient(served.url, KEY) as client:
        container = client.get_database_client("d").get_container_client("c")
        assert await container.read_item("1", "a") == created
        assert [item async for item in container.query_items("SELECT * FROM c", partition_key="a")] == [created]
        await container.create_item({"id": "3", "pk": "a"})
        changes = container.query_items_change_feed(continuation=position)
        assert [item["id"] async for item in changes] == ["3"]


async def test_memory_is_empty_when_the_server_starts_again() -> None:
    server = CosmosServer()
    for _ in range(2):
        async with serve(server.app()) as served, CosmosClient(served.url, KEY) as client:
            await client.create_database("d")


def test_the_items_parsed_first_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    body = b'{"text":"x"}'
    monkeypatch.setattr(itemtable, "_PARSED_BYTES", 3 * len(body))
    parsed = ParsedItems()

    for number in range(4):
        parsed.add(f"etag-{number}", body)

    assert [number for number in range(4) if parsed.get(f"etag-{number}") is not None] == [1, 2, 3]
