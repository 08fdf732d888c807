"""Commands the app of a stack, as operators do, and waits for what comes of it."""

from datetime import UTC, date, datetime

from azure.cosmos.exceptions import CosmosResourceNotFoundError
from azure.storage.queue.aio import QueueClient

from callrecords.collect.reconcile.hours import hour_of
from callrecords.collect.reconcile.ladder import ASKED, LADDER, RUNGS, Ladder
from callrecords.collect.reconcile.run import RUNNING
from callrecords.collect.subscription import SUBSCRIPTION, SubscriptionState
from callrecords.cosmos.completeness import completeness_of
from callrecords.cosmos.state import CONTAINER as STATE
from callrecords.documents import Document
from callrecords.graphtypes import JsonObject
from callrecords.operate.commands import CommandMessage, outcome_of
from callrecords.queues.workqueue import OPERATIONS
from local.operate import command, send
from local.processes import StackError
from local.stack import TENANT_ID, Stack

PATIENCE_SECONDS = 420


def until_now() -> dict[str, Document]:
    """What an app remembers that has run until now, by the id of its key. One that is new compares a month first, which
    takes most of a minute: Graph lists no more than that."""
    now = datetime.now(UTC)
    reached = {rung.name: hour_of(now - rung.age) for rung in RUNGS}
    return {
        LADDER.id: Ladder(reached=reached, at=now),
        SUBSCRIPTION.id: SubscriptionState(action="failed", alive_at=now, at=now),
    }


async def remembered(stack: Stack, key: str) -> JsonObject:
    """What the app remembers under the id of a key; empty where that is nothing."""
    item_id = f"{TENANT_ID}:{key}"
    try:
        return await stack.database.get_container_client(STATE).read_item(item_id, partition_key=item_id)
    except CosmosResourceNotFoundError:
        return {}


async def carry_out(stack: Stack, message: CommandMessage) -> None:
    """Returns when the command is done; StackError where it was refused."""
    found: JsonObject = {}

    async def is_done() -> bool:
        found.update(await remembered(stack, outcome_of(message.command_id).id))
        return bool(found)

    async with QueueClient.from_connection_string(stack.queue_connection, OPERATIONS) as queue:
        await send(queue, message)
    await stack.app.wait_until(is_done, f"the end of the command {message.action}", PATIENCE_SECONDS)
    if "error" in found:
        raise StackError(f"The app refuses the command {message.action}: {found['error']}")


async def reconcile(stack: Stack, day: date) -> JsonObject:
    """Commands the app to compare what Graph lists of a day with Cosmos, and to fetch what is missing.

    What it remembers of the completeness of the day when that has ended.
    """
    await carry_out(stack, command(TENANT_ID, "reconcile", first_day=day.isoformat(), last_day=day.isoformat()))
    await stack.app.wait_until(lambda: has_compared(stack), "the end of a comparison", PATIENCE_SECONDS)
    return await remembered(stack, completeness_of(day.isoformat()).id)


async def has_compared(stack: Stack) -> bool:
    """Whether nothing is left that somebody asked to compare, and nothing is being compared."""
    if (await remembered(stack, RUNNING.id)).get("finished") is None:
        return False
    state, query = stack.database.get_container_client(STATE), "SELECT c.id FROM c WHERE STARTSWITH(c.id, @asked)"
    asked = state.query_items(query, parameters=[{"name": "@asked", "value": f"{TENANT_ID}:{ASKED.id}"}])
    return not [item async for item in asked]
