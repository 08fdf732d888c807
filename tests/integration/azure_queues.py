"""A queue and its poison queue, as the app has them."""

import uuid
from dataclasses import dataclass

from azure.storage.queue import TextBase64EncodePolicy
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from callrecords.queues.poison import PoisonQueue
from callrecords.queues.workqueue import LenientDecodePolicy, WorkQueue
from tests.doubles import Clock
from tests.invented import TENANT


@dataclass(frozen=True)
class AzureQueues:
    """The two queues; the raw ones are the same and take messages that are not base64."""

    main: QueueClient
    poison: QueueClient
    raw_main: QueueClient
    raw_poison: QueueClient

    @classmethod
    async def create(cls, service: QueueServiceClient) -> "AzureQueues":
        """New ones."""
        name = f"queue-{uuid.uuid4()}"
        policies = {
            "message_encode_policy": TextBase64EncodePolicy(),
            "message_decode_policy": LenientDecodePolicy(),
        }
        queues = cls(
            service.get_queue_client(name, **policies),
            service.get_queue_client(f"{name}-poison", **policies),
            service.get_queue_client(name),
            service.get_queue_client(f"{name}-poison"),
        )
        await queues.main.create_queue()
        await queues.poison.create_queue()
        return queues

    @property
    def poison_queue(self) -> PoisonQueue:
        return PoisonQueue(self.main, self.poison)

    @property
    def work(self) -> WorkQueue:
        return WorkQueue(queue=self.main, poison_queue=self.poison, tenant_id=TENANT, clock=Clock())

    async def waiting(self) -> list[str]:
        """What is on the queue to be seen."""
        return sorted([message.content for message in await self.main.peek_messages(max_messages=32)])
