"""What waits on the queues, and what was given up."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from azure.storage.queue.aio import QueueClient

from callrecords.operate.checks import checked
from callrecords.operate.links import Link
from callrecords.queues.poison import PoisonQueue
from callrecords.queues.workqueue import queue_errors

# A message that waits for its record is hidden for an hour at most, and was made before that.
OLDEST_MESSAGE = timedelta(minutes=90)

type Queues = Mapping[str, tuple[QueueClient, PoisonQueue]]
"""Each queue and its poison queue, by the name of the queue."""


async def queues(queues: Queues, now: datetime) -> Link:
    """Broken where a queue cannot be reached, or a message has waited for long."""
    links = await asyncio.gather(*(checked(_waiting(name, queue, now)) for name, (queue, _) in queues.items()))
    facts = {name: link.facts for name, link in zip(queues, links, strict=True) if link.facts}
    return Link(next((link.why for link in links if link.why), None), facts)


async def _waiting(name: str, queue: QueueClient, now: datetime) -> Link:
    with queue_errors(f"The queue {name}"):
        depth = (await queue.get_queue_properties()).approximate_message_count
        oldest = [message.inserted_on for message in await queue.peek_messages() if message.inserted_on]
    age = now - oldest[0] if oldest else timedelta()
    why = f"messages of {name} have waited for {age}" if age > OLDEST_MESSAGE else None
    return Link(why, {"depth": depth, "oldestSeconds": round(age.total_seconds())})


async def poison(queues: Queues) -> Link:
    """Broken where messages were given up and are still there."""
    counts = await asyncio.gather(*(poison.count() for _, poison in queues.values()))
    found = {name: count for name, count in zip(queues, counts, strict=True) if count}
    facts = {name: {"count": count, "reasons": await queues[name][1].reasons()} for name, count in found.items()}
    return Link(f"{sum(found.values())} messages were given up" if found else None, facts)
