"""The count of requests by operation."""

from azure.cosmos.aio import ContainerProxy

from local.cosmos import CosmosServer


async def test_requests_are_counted_by_operation(server: CosmosServer, container: ContainerProxy) -> None:
    server.requests.clear()

    await container.create_item({"id": "1", "pk": "a"})
    await container.read_item("1", "a")
    await container.upsert_item({"id": "1", "pk": "a"})
    await container.replace_item("1", {"id": "1", "pk": "a"})
    await container.patch_item("1", "a", [{"op": "set", "path": "/v", "value": 1}])
    batch = [("replace", ("1", {"id": "1", "pk": "a"})), ("read", ("1",))]
    await container.execute_item_batch(batch, "a")
    [item async for item in container.query_items("SELECT * FROM c", partition_key="a")]
    [item async for item in container.read_all_items()]
    [item async for item in container.query_items_change_feed(start_time="Beginning", partition_key="a")]
    await container.delete_item("1", "a")
    await container.read()

    assert server.requests == {
        "create": 1,
        "read": 1,
        "upsert": 1,
        "replace": 1,
        "patch": 1,
        "batch": 1,
        "query": 1,
        "list": 1,
        "change_feed": 2,  # the SDK asks until it hears that there is nothing new
        "partition_key_ranges": 2,
        "delete": 1,
        "containers": 1,
    }
