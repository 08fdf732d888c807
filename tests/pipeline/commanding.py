"""Commands the app as operators do."""

import asyncio
import sys
from typing import Any

from azure.storage.queue.aio import QueueClient

from callrecords.graphtypes import JsonObject
from callrecords.operate.commands import Action, CommandMessage
from callrecords.queues.workqueue import OPERATIONS
from local.environment import ROOT, inherited
from local.operate import command, send
from local.stack import TENANT_ID, Stack
from tests.pipeline.waiting import until


async def commanded(stack: Stack, action: Action, **wanted: Any) -> JsonObject:
    """What came of a command with these fields."""
    message = command(TENANT_ID, action, **wanted)
    await put(stack, message)
    return await outcome(stack, message.command_id)


async def put(stack: Stack, message: CommandMessage) -> None:
    """Puts the command on the app's queue."""
    async with QueueClient.from_connection_string(stack.queue_connection, OPERATIONS) as queue:
        await send(queue, message)


async def commanded_by_script(stack: Stack, *words: str) -> JsonObject:
    """What came of a command that scripts/operate gives."""
    environ = inherited() | {"CallRecordsQueue": stack.queue_connection, "GRAPH_TENANT_ID": TENANT_ID}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "local.operate", *words, cwd=ROOT, env=environ, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    return await outcome(stack, said.decode().split()[1])


async def outcome(stack: Stack, command_id: str) -> JsonObject:
    """What is remembered of the command, once it is done."""
    item_id = f"{TENANT_ID}:command-{command_id}"
    state = stack.database.get_container_client("state")
    found: list[JsonObject] = []

    async def is_done() -> bool:
        found.extend([dict(item) async for item in state.query_items("SELECT * FROM c", partition_key=[item_id])])
        return bool(found)

    await until(is_done)
    return found[0]
