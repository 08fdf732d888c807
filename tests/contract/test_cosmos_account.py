"""The account, its databases and containers."""

import base64
import uuid
from typing import Any

from azure.cosmos import CosmosClient, PartitionKey
from azure.cosmos.aio import CosmosClient as AioCosmosClient

from tests.contract.cosmos_sdk import CosmosAccount, CreateContainer, done, listed, refused

_WRONG_KEY = base64.b64encode(b"wrong" * 12).decode()


def test_a_wrong_key_is_refused(cosmos_account: CosmosAccount) -> None:
    with refused(401):
        CosmosClient(cosmos_account.endpoint, _WRONG_KEY)


async def test_a_wrong_key_of_an_aio_client_is_refused(cosmos_account: CosmosAccount) -> None:
    client = AioCosmosClient(cosmos_account.endpoint, _WRONG_KEY)
    try:
        with refused(401):
            await client.__aenter__()
    finally:
        await client.close()


async def test_a_database_exists_once(cosmos_client: Any, database: Any) -> None:
    await done(cosmos_client.create_database_if_not_exists(database.id))

    assert database.id in [found["id"] for found in await listed(cosmos_client.list_databases())]
    with refused(409):
        await done(cosmos_client.create_database(database.id))


async def test_a_deleted_database_is_gone_with_its_containers(cosmos_client: Any) -> None:
    name = f"contract-{uuid.uuid4()}"
    database = await done(cosmos_client.create_database(name))
    container = await done(database.create_container("c", PartitionKey("/pk")))
    await done(cosmos_client.delete_database(name))

    with refused(404):
        await done(database.read())
    with refused(404):
        await done(container.read())


async def test_databases_can_be_queried(cosmos_client: Any, database: Any) -> None:
    parameters = [{"name": "@id", "value": database.id}]

    found = await listed(cosmos_client.query_databases("SELECT * FROM d WHERE d.id = @id", parameters=parameters))

    assert [each["id"] for each in found] == [database.id]


async def test_a_container_exists_once(container: Any, database: Any) -> None:
    key = PartitionKey("/pk")
    await done(database.create_container_if_not_exists(container.id, key))

    with refused(409):
        await done(database.create_container(container.id, key))


async def test_containers_can_be_listed_and_queried(container: Any, database: Any) -> None:
    parameters = [{"name": "@id", "value": container.id}]

    found = await listed(database.query_containers("SELECT * FROM c WHERE c.id = @id", parameters=parameters))

    assert [each["id"] for each in found] == [container.id]
    assert container.id in [each["id"] for each in await listed(database.list_containers())]


async def test_a_container_keeps_its_definition(create_container: CreateContainer) -> None:
    indexing_policy = {
        "indexingMode": "consistent",
        "automatic": True,
        "includedPaths": [{"path": "/*"}],
        "excludedPaths": [{"path": "/body/?"}],
        "compositeIndexes": [[{"path": "/a", "order": "ascending"}, {"path": "/b", "order": "descending"}]],
    }
    container = await create_container(
        "/tenantId",
        "/callId",
        default_ttl=3600,
        indexing_policy=indexing_policy,
        unique_key_policy={"uniqueKeys": [{"paths": ["/email"]}]},
    )

    definition = await done(container.read())

    assert definition["partitionKey"]["paths"] == ["/tenantId", "/callId"]
    assert definition["partitionKey"]["kind"] == "MultiHash"
    assert definition["defaultTtl"] == 3600
    assert definition["indexingPolicy"]["compositeIndexes"] == indexing_policy["compositeIndexes"]
    assert definition["uniqueKeyPolicy"]["uniqueKeys"][0]["paths"] == ["/email"]


async def test_a_replaced_container_keeps_its_items(create_container: CreateContainer, database: Any) -> None:
    container = await create_container(default_ttl=1000)
    await done(container.create_item({"id": "1", "pk": "a"}))

    await done(database.replace_container(container, PartitionKey("/pk"), default_ttl=2000))

    assert (await done(container.read()))["defaultTtl"] == 2000
    assert (await done(container.read_item("1", "a")))["id"] == "1"


async def test_the_partition_key_of_a_container_cannot_be_changed(container: Any, database: Any) -> None:
    with refused(400):
        await done(database.replace_container(container, PartitionKey("/other")))


async def test_an_indexing_policy_has_to_name_the_root_path(database: Any) -> None:
    policy = {"indexingMode": "consistent", "includedPaths": [{"path": "/a/?"}], "excludedPaths": []}

    with refused(400):
        await done(database.create_container("c", PartitionKey("/pk"), indexing_policy=policy))


async def test_a_container_that_does_not_exist_has_no_items(database: Any) -> None:
    missing = database.get_container_client("missing")

    with refused(404):
        await done(missing.read())
    with refused(404):
        await done(missing.upsert_item({"id": "1", "pk": "a"}))
    with refused(404):
        await done(missing.read_item("1", "a"))


async def test_a_client_notices_that_a_container_was_made_anew(
    cosmos_account: CosmosAccount, container: Any, database: Any
) -> None:
    await done(container.create_item({"id": "1", "pk": "a"}))
    with CosmosClient(cosmos_account.endpoint, cosmos_account.key) as other:
        elsewhere = other.get_database_client(database.id)
        elsewhere.delete_container(container.id)
        elsewhere.create_container(container.id, PartitionKey("/other"))

    await done(container.create_item({"id": "1", "other": "b"}))

    assert (await done(container.read_item("1", "b")))["other"] == "b"


async def test_throughput_can_be_read_and_changed(create_container: CreateContainer) -> None:
    container = await create_container(offer_throughput=400)
    assert (await done(container.get_throughput())).offer_throughput == 400

    await done(container.replace_throughput(800))

    assert (await done(container.get_throughput())).offer_throughput == 800
