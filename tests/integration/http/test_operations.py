from collections.abc import Mapping

import pytest
from azure.storage.queue.aio import QueueServiceClient

from callrecords.errors import Refused
from callrecords.http.operations import poison
from callrecords.queues.messages import CallMessage
from callrecords.queues.poison import PoisonQueue
from tests.asking import told
from tests.integration.azure_queues import AzureQueues
from tests.invented import call_message


async def given_up(queues: AzureQueues) -> None:
    async def work(_: CallMessage) -> None:
        raise Refused("no")

    await queues.work.handle(CallMessage, str(call_message()), 1, work)


@pytest.fixture
async def poison_queues(queues: AzureQueues, queue_service: QueueServiceClient) -> Mapping[str, PoisonQueue]:
    """Two queues; on the poison queue of the first is one message."""
    await given_up(queues)
    other = await AzureQueues.create(queue_service)
    return {"call-records": queues.poison_queue, "subscriptions": other.poison_queue}


async def test_poison_is_told_by_queue(poison_queues: Mapping[str, PoisonQueue]) -> None:
    assert told(await poison(poison_queues)) == (
        200,
        {"call-records": {"count": 1, "reasons": {"no": 1}}, "subscriptions": {"count": 0, "reasons": {}}},
    )


async def test_queues_that_cannot_be_reached_are_told(
    poison_queues: Mapping[str, PoisonQueue], queues: AzureQueues
) -> None:
    await queues.poison.delete_queue()
    unavailable = 503, {"error": "The poison queue could not be reached (ResourceNotFoundError)."}
    assert told(await poison(poison_queues)) == unavailable
