"""Real queues for the tests that need them: those of one Azurite, new ones for every test."""

from collections.abc import AsyncIterator

import pytest
from azure.storage.queue.aio import QueueServiceClient

from local import azurite
from local.processes import free_port
from tests.unit.azure_queues import AzureQueues


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
    return await AzureQueues.create(queue_service)
