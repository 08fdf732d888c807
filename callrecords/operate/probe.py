"""Puts a message on a queue of its own and takes it away: whether the storage account takes messages now."""

from azure.storage.queue.aio import QueueClient

from callrecords.errors import time_limit
from callrecords.queues.workqueue import queue_errors

_SECONDS = 20
# Where it cannot be taken away, it goes by itself.
_KEPT_SECONDS = 600


class Probe:
    """The probe of one storage account, which no function is triggered by."""

    def __init__(self, queue: QueueClient) -> None:
        self._queue = queue

    async def on_schedule(self) -> None:
        """Raises Unavailable where the queue does not take a message, or not in time."""
        async with time_limit(_SECONDS, "The queue took no message"):
            with queue_errors("The queue of the probe"):
                sent = await self._queue.send_message("probe", time_to_live=_KEPT_SECONDS)
                await self._queue.delete_message(sent)
