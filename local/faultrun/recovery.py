"""What an operator, or a timer, does when the faults are over, and how to tell that all is quiet."""

import asyncio

import aiohttp
from azure.cosmos.exceptions import CosmosResourceNotFoundError
from azure.storage.queue.aio import QueueClient

from callrecords.cosmos.state import CONTAINER as STATE
from callrecords.graphtypes import JsonObject
from callrecords.queues.workqueue import CALL_RECORDS, QUEUES, RECONCILE, SUBSCRIPTIONS
from local.processes import StackError
from local.stack import TENANT_ID, Stack

_RUN = f"{TENANT_ID}:reconcile-history"
_PATIENCE_SECONDS = 420


async def reconcile(stack: Stack) -> JsonObject:
    """The outcome of a reconciliation over all that Graph holds, begun as its timer begins it."""
    before = outcome = await _outcome(stack)

    async def has_finished() -> bool:
        nonlocal outcome
        outcome = await _outcome(stack)
        return outcome.get("_etag") != before.get("_etag") and outcome["finished"] is not None

    async with _app(stack) as http, http.post("/admin/functions/reconcile_history", json={}) as answer:
        answer.raise_for_status()
    await stack.app.wait_until(has_finished, "the end of a reconciliation", _PATIENCE_SECONDS)
    return outcome


async def _outcome(stack: Stack) -> JsonObject:
    try:
        return await stack.database.get_container_client(STATE).read_item(_RUN, partition_key=_RUN)
    except CosmosResourceNotFoundError:
        return {}


def _app(stack: Stack) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(stack.app_url)


async def replay_poison(stack: Stack) -> None:
    """Puts everything that was given up back on its queue, by the app's own route."""
    async with _app(stack) as http:
        for queue in QUEUES:
            async with http.post("/api/poison/replay", params={"queue": queue}) as answer:
                answer.raise_for_status()


async def taken(stack: Stack) -> None:
    """Returns when the app has tried everything that was announced; what failed may still be hidden on its queue."""
    await stack.graph.deliveries.idle()
    async with QueueClient.from_connection_string(stack.queue_connection, CALL_RECORDS) as queue:
        while await queue.peek_messages():
            await asyncio.sleep(0.2)


async def quiet(stack: Stack) -> None:
    """Returns when every notification is delivered and no queue has a message; StackError when that does not come."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await stack.graph.deliveries.idle()
            # In the order in which one leads to another.
            for queue in (SUBSCRIPTIONS, RECONCILE, CALL_RECORDS):
                await _empty(stack, queue)
    except TimeoutError:
        raise StackError(f"The queues are not empty after {_PATIENCE_SECONDS} s.") from None


async def _empty(stack: Stack, name: str) -> None:
    async with QueueClient.from_connection_string(stack.queue_connection, name) as queue:
        while (await queue.get_queue_properties()).approximate_message_count:
            await asyncio.sleep(0.2)
