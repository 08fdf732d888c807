"""Azurite's queue service: https://learn.microsoft.com/azure/storage/common/storage-use-azurite"""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from azure.core.exceptions import ResourceExistsError, ServiceRequestError
from azure.storage.queue.aio import QueueServiceClient

from callrecords.queues.workqueue import POISON_SUFFIX, PROBE, QUEUES
from local.environment import ROOT, inherited
from local.processes import Process, running

# Azurite's account and key are the same everywhere and documented.
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

_SCRIPT = ROOT / "node_modules/azurite/dist/src/queue/main.js"


def connection_string(port: int) -> str:
    """The connection string of the queue service at `port`."""
    return (
        f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
        f"QueueEndpoint=http://127.0.0.1:{port}/{ACCOUNT};"
    )


@contextlib.asynccontextmanager
async def running_azurite(port: int, folder: Path) -> AsyncIterator[Process]:
    """The queue service with the app's queues and their poison queues; what they hold is kept in `folder`."""
    # The SDK is newer than the API versions that this Azurite knows by name.
    options = ("--queuePort", str(port), "--location", str(folder), "--skipApiVersionCheck", "--disableTelemetry")
    command = ("node", str(_SCRIPT), *options, "--silent")
    process = Process("Azurite", command, inherited(), folder / "azurite.log", lambda: _has_queues(port))
    async with running(process):
        yield process


async def _has_queues(port: int) -> bool:
    async with QueueServiceClient.from_connection_string(connection_string(port), retry_total=0) as service:
        for queue in (PROBE, *QUEUES, *(name + POISON_SUFFIX for name in QUEUES)):
            try:
                await service.create_queue(queue)
            except ResourceExistsError:
                continue
            except ServiceRequestError:
                return False
    return True
