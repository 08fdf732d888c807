"""What the app has done, read from outside: records in Cosmos, messages on the queues."""

import orjson
from azure.storage.queue import TextBase64DecodePolicy
from azure.storage.queue.aio import QueueClient

from callrecords.graphtypes import JsonObject
from callrecords.queues.workqueue import CALL_RECORDS, POISON_SUFFIX
from local.compare import Comparison, compare
from local.stack import TENANT_ID, Stack


async def comparison(stack: Stack, *call_ids: str) -> Comparison:
    """How the stored records of `call_ids` compare with Graph's."""
    held = {call_id: stack.graph.records[call_id] for call_id in call_ids}
    return await compare(held, stack.database.get_container_client("callRecords"), TENANT_ID)


async def is_whole(stack: Stack, *call_ids: str) -> bool:
    """Whether the records are stored whole, at their newest version, and nothing else of them is."""
    return (await comparison(stack, *call_ids)).complete


async def waiting_messages(stack: Stack) -> int:
    """How many messages about calls there are, the hidden ones included."""
    async with QueueClient.from_connection_string(stack.queue_connection, CALL_RECORDS) as queue:
        return (await queue.get_queue_properties()).approximate_message_count or 0


async def is_idle(stack: Stack) -> bool:
    """Whether every message about a call was handled. One still counts while its record is stored already: the host
    deletes it afterwards."""
    return await waiting_messages(stack) == 0


async def clear_messages(stack: Stack) -> None:
    """Deletes the messages about calls, the hidden ones included."""
    async with QueueClient.from_connection_string(stack.queue_connection, CALL_RECORDS) as queue:
        await queue.clear_messages()


async def poison_entries(stack: Stack) -> list[JsonObject]:
    """What was given up about calls."""
    name = CALL_RECORDS + POISON_SUFFIX
    policy = TextBase64DecodePolicy()
    async with QueueClient.from_connection_string(stack.queue_connection, name, message_decode_policy=policy) as queue:
        return [orjson.loads(message.content) for message in await queue.peek_messages(max_messages=32)]


async def is_given_up(stack: Stack, call_id: str) -> bool:
    """Whether a message about the call was given up."""
    return any(call_id in entry["message"] for entry in await poison_entries(stack))
