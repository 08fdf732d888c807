"""The account that the contract of Cosmos DB is tested against: a local one, or whichever the environment names.

COSMOS_TEST_ENDPOINT and COSMOS_TEST_KEY name another: the vNext emulator, or a real account.
"""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from azure.cosmos import CosmosClient, PartitionKey
from azure.cosmos.aio import CosmosClient as AioCosmosClient

from local.cosmos import KEY, CosmosServer
from local.serve import serve_in_thread
from tests.contract.cosmos_sdk import CosmosAccount, CreateContainer, done


@pytest.fixture(scope="session")
def cosmos_account() -> Iterator[CosmosAccount]:
    endpoint = os.environ.get("COSMOS_TEST_ENDPOINT")
    if endpoint:
        yield CosmosAccount(endpoint, os.environ["COSMOS_TEST_KEY"])
        return
    with serve_in_thread(CosmosServer().app) as served:
        yield CosmosAccount(served.url, KEY)


@pytest.fixture(scope="session", params=["sync", "aio"])
async def cosmos_client(request: pytest.FixtureRequest, cosmos_account: CosmosAccount) -> AsyncIterator[Any]:
    """A client of either sort."""
    if request.param == "sync":
        with CosmosClient(cosmos_account.endpoint, cosmos_account.key) as client:
            yield client
    else:
        async with AioCosmosClient(cosmos_account.endpoint, cosmos_account.key) as client:
            yield client


@pytest.fixture(scope="session")
async def database(cosmos_client: Any) -> AsyncIterator[Any]:
    """A database of the client's own."""
    name = f"contract-{uuid.uuid4()}"
    yield await done(cosmos_client.create_database(name))
    await done(cosmos_client.delete_database(name))


@pytest.fixture
async def create_container(database: Any) -> AsyncIterator[CreateContainer]:
    """Creates containers, partitioned by `/pk` or as told, which are deleted after the test."""
    created = []

    async def create(*paths: str, **options: Any) -> Any:
        key = PartitionKey(list(paths)) if len(paths) > 1 else PartitionKey(paths[0] if paths else "/pk")
        container = await done(database.create_container(f"c-{uuid.uuid4()}", key, **options))
        created.append(container)
        return container

    yield create
    for container in created:
        await done(database.delete_container(container))


@pytest.fixture
async def container(create_container: CreateContainer) -> Any:
    """An empty container, partitioned by `/pk`."""
    return await create_container()
