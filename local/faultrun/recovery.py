"""What an operator, or a timer, does when the faults are over, and how to tell that all is quiet."""

import asyncio
import contextlib
from collections.abc import Iterable
from datetime import date

import aiohttp
from azure.cosmos.exceptions import CosmosResourceNotFoundError
from azure.storage.queue.aio import QueueClient

from callrecords.cosmos.state import CONTAINER as STATE
from callrecords.graphtypes import JsonObject
from callrecords.operate.commands import CommandMessage, outcome_of
from callrecords.queues.workqueue import CALL_RECORDS, OPERATIONS, QUEUES
from local.operate import command, send
from local.processes import StackError
from local.stack import TENANT_ID, Stack

_RECONCILIATION = f"{TENANT_ID}:reconcile-history"
_AUDIT = f"{TENANT_ID}:audit-command"
_PATIENCE_SECONDS = 420
_TRIES = 3


async def reconcile(stack: Stack) -> JsonObject:
    """The outcome of a reconciliation over all that Graph holds, begun as its timer begins it."""
    before = outcome = await _outcome(stack, _RECONCILIATION)

    async def has_finished() -> bool:
        nonlocal outcome
        outcome = await _outcome(stack, _RECONCILIATION)
        return outcome.get("_etag") != before.get("_etag") and outcome["finished"] is not None

    await _ask(stack, "POST", "/admin/functions/reconcile_history")
    await stack.app.wait_until(has_finished, "the end of a reconciliation", _PATIENCE_SECONDS)
    return outcome


async def _outcome(stack: Stack, item_id: str) -> JsonObject:
    try:
        return await stack.database.get_container_client(STATE).read_item(item_id, partition_key=item_id)
    except CosmosResourceNotFoundError:
        return {}


async def audit(stack: Stack, day: date) -> int:
    """Commands the app to look through all that it has of the calls of a day, and to mend what is not whole.

    How many calls were not.
    """
    await _command(stack, command(TENANT_ID, "audit", first_day=day.isoformat(), last_day=day.isoformat()))
    await quiet(stack)
    outcome = await _outcome(stack, _AUDIT)
    return int(outcome["compared"] - outcome["whole"])


async def look_up(stack: Stack, calls: Iterable[str]) -> None:
    """Looks the calls up, by the app's own route: one that cannot be read comes from Graph, and is stored again."""
    for call_id in calls:
        await _ask(stack, "GET", f"/api/calls/{call_id}")


async def _ask(stack: Stack, method: str, path: str) -> None:
    """Asks the app for something that it may do twice: a host that is being dropped may leave without an answer."""
    for _ in range(_TRIES):
        with contextlib.suppress(aiohttp.ClientConnectionError):
            async with (
                aiohttp.ClientSession(stack.app_url) as http,
                http.request(method, path, json={} if method == "POST" else None) as answer,
            ):
                answer.raise_for_status()
                return
    raise StackError(f"The app gives no answer to {method} {path}.")


async def replay_poison(stack: Stack) -> None:
    """Commands the app to put everything that was given up back on its queue."""
    for queue in QUEUES:
        await _command(stack, command(TENANT_ID, "replay", queue=queue))


async def _command(stack: Stack, message: CommandMessage) -> None:
    """Returns when the command is done; StackError where it was refused."""
    found: JsonObject = {}

    async def is_done() -> bool:
        found.update(await _outcome(stack, f"{TENANT_ID}:{outcome_of(message.command_id).id}"))
        return bool(found)

    async with QueueClient.from_connection_string(stack.queue_connection, OPERATIONS) as queue:
        await send(queue, message)
    await stack.app.wait_until(is_done, f"the end of the command {message.action}", _PATIENCE_SECONDS)
    if "error" in found:
        raise StackError(f"The app refuses the command {message.action}: {found['error']}")


async def taken(stack: Stack) -> None:
    """Returns when the app has tried everything that was announced; what failed may still be hidden on its queue."""
    await stack.graph.deliveries.idle()
    async with QueueClient.from_connection_string(stack.queue_connection, CALL_RECORDS) as queue:
        while await queue.peek_messages():
            await asyncio.sleep(0.2)


async def messages(stack: Stack) -> int:
    """How many messages the app's queues have, hidden ones included; the poison queues are others."""
    return sum([await _count(stack, queue) for queue in QUEUES])


async def quiet(stack: Stack) -> None:
    """Returns when every notification is delivered and no queue has a message; StackError when that does not come."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await stack.graph.deliveries.idle()
            # The others lead to messages about calls.
            for queue in sorted(QUEUES, key=CALL_RECORDS.__eq__):
                while await _count(stack, queue):
                    await asyncio.sleep(0.2)
    except TimeoutError:
        raise StackError(f"The queues are not empty after {_PATIENCE_SECONDS} s.") from None


async def _count(stack: Stack, name: str) -> int:
    async with QueueClient.from_connection_string(stack.queue_connection, name) as queue:
        return (await queue.get_queue_properties()).approximate_message_count or 0
