"""What the app gave up, read from its poison queues, and whether it had to."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

import orjson
from azure.storage.queue import TextBase64DecodePolicy
from azure.storage.queue.aio import QueueClient

from callrecords.queues.workqueue import POISON_SUFFIX, QUEUES
from local.stack import Stack

_LEASE_SECONDS = 3
_MOST_AT_ONCE = 32


@dataclass(frozen=True)
class Poison:
    """A message that was given up: on which queue, for which call (None: it was about none), and why."""

    queue: str
    call_id: str | None
    reason: str

    def is_justified(self, unusable: Collection[str | None]) -> bool:
        """Whether Graph gave an answer that nobody can use to a request for one of the calls in `unusable`, or, where
        None is in there, for a list of calls."""
        return self.call_id in unusable and self.reason.startswith("Call record")


async def entries(stack: Stack) -> list[Poison]:
    """All that is on the poison queues, which are left as they are."""
    found = [each for queue in QUEUES for each in await _entries(stack, queue)]
    if found:
        await asyncio.sleep(_LEASE_SECONDS)  # until they can be seen again
    return found


async def _entries(stack: Stack, queue: str) -> list[Poison]:
    # Peeking shows 32 messages and no more.
    name, decoding = queue + POISON_SUFFIX, TextBase64DecodePolicy()
    connection = stack.queue_connection
    async with QueueClient.from_connection_string(connection, name, message_decode_policy=decoding) as client:
        messages = client.receive_messages(messages_per_page=_MOST_AT_ONCE, visibility_timeout=_LEASE_SECONDS)
        texts = {message.id: message.content async for message in messages}
    return [_parsed(queue, text) for text in texts.values()]


def _parsed(queue: str, text: str) -> Poison:
    document = orjson.loads(text)
    message = orjson.loads(document["message"]) if "poisonedAt" in document else document
    return Poison(queue, message.get("callId"), document.get("reason") or "")
