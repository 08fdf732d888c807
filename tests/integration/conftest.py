"""Real servers for the tests of what talks to them: a Cosmos account a module, and the queues of one Azurite."""

from collections.abc import AsyncIterator

import pytest
from azure.storage.queue.aio import QueueServiceClient

from callrecords.cosmos.account import Account
from local import azurite
from local.cosmos import CosmosServer
from local.processes import free_port
from tests.integration.azure_queues import AzureQueues
from tests.integration.cosmos.cosmosaccount import CosmosAccount, running_account


@pytest.fixture(scope="module")
async def cosmos() -> AsyncIterator[CosmosAccount]:
    """An account with the app's containers, empty at first."""
    async with running_account(CosmosServer()) as running:
        yield running


@pytest.fixture(scope="module")
async def account(cosmos: CosmosAccount) -> AsyncIterator[Account]:
    """The account as one worker has it."""
    async with cosmos.open() as account:
        yield account


@pytest.fixture(scope="session")
async def queue_service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[QueueServiceClient]:
    port = free_port()
    async with (
        azurite.running_azurite(port, tmp_path_factory.mktemp("azurite")),
        QueueServiceClient.from_connection_string(azurite.connection_string(port), retry_total=0) as service,
    ):
        yield service


@pytest.fixture
async def queues(queue_service: QueueServiceClient) -> AzureQueues:
    """New ones."""
    return await AzureQueues.create(queue_service)
