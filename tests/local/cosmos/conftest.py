"""A server, and a client of it that gives up soon."""

from collections.abc import AsyncIterator

import pytest
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, CosmosClient, DatabaseProxy

from local.cosmos import KEY, CosmosServer
from local.serve import Served, serve


@pytest.fixture
def server() -> CosmosServer:
    return CosmosServer()


@pytest.fixture
async def served(server: CosmosServer) -> AsyncIterator[Served]:
    async with serve(server.app()) as served:
        yield served


@pytest.fixture
async def database(served: Served) -> AsyncIterator[DatabaseProxy]:
    async with CosmosClient(
        served.url, KEY, enable_endpoint_discovery=False, retry_total=0, retry_throttle_total=1
    ) as client:
        yield await client.create_database("d")


@pytest.fixture
async def container(database: DatabaseProxy) -> ContainerProxy:
    """A container `c`, which the client knows already: from now on, one call of the SDK is one request."""
    container = await database.create_container("c", PartitionKey("/pk"))
    await container.upsert_item({"id": "known", "pk": "z"})
    return container
