from collections.abc import Iterator

import pytest
from azure.storage.queue import QueueClient

from local.processes import free_port
from tests.local.functions_host.hosting import Host, open_queue, running_azurite, running_host


@pytest.fixture(scope="package")
def connection() -> Iterator[str]:
    """The connection string of a queue service."""
    with running_azurite(free_port()) as connection:
        yield connection


@pytest.fixture(scope="package")
def host(connection: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A host that runs the sample app."""
    with running_host(connection, "errands", tmp_path_factory.mktemp("host")) as host:
        yield host


@pytest.fixture
def errands(connection: str) -> Iterator[QueueClient]:
    """The queue that the sample app listens to."""
    with open_queue(connection, "errands") as queue:
        yield queue
