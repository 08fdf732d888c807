import pytest

from callrecords.errors import Unavailable
from callrecords.operate.probe import Probe
from tests.integration.azure_queues import AzureQueues


async def test_a_queue_that_takes_a_message_has_none_left(queues: AzureQueues) -> None:
    await Probe(queues.main).on_schedule()
    assert (await queues.main.get_queue_properties()).approximate_message_count == 0


async def test_a_queue_that_takes_none_is_unavailable(queues: AzureQueues) -> None:
    await queues.main.delete_queue()
    with pytest.raises(Unavailable, match=r"^The queue of the probe could not be reached \(ResourceNotFoundError\)\.$"):
        await Probe(queues.main).on_schedule()
