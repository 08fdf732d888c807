"""What an operator, or a timer, does when the faults are over, and how to tell that all is quiet."""

import asyncio
import contextlib
from collections.abc import Iterable
from datetime import date

import aiohttp
from azure.storage.queue.aio import QueueClient

from callrecords.operate.timers import PHONE_TIMERS
from callrecords.queues.workqueue import CALL_RECORDS, QUEUES
from local.operate import command
from local.operating import PATIENCE_SECONDS, carry_out, remembered
from local.processes import StackError
from local.stack import TENANT_ID, Stack

_AUDIT = "audit-command"
_TRIES = 3


async def audit(stack: Stack, day: date) -> int:
    """Commands the app to look through all that it has of the calls of a day, and to mend what is not whole.

    How many calls were not.
    """
    await carry_out(stack, command(TENANT_ID, "audit", first_day=day.isoformat(), last_day=day.isoformat()))
    await quiet(stack)
    outcome = await remembered(stack, _AUDIT)
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


async def begin_phone_import(stack: Stack) -> None:
    """Has the timers run that start the imports of rows of phone calls."""
    for timer in PHONE_TIMERS.values():
        await _ask(stack, "POST", f"/admin/functions/{timer}")


async def replay_poison(stack: Stack) -> None:
    """Commands the app to put everything that was given up back on its queue."""
    for queue in QUEUES:
        await carry_out(stack, command(TENANT_ID, "replay", queue=queue))


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
        async with asyncio.timeout(PATIENCE_SECONDS):
            await stack.graph.deliveries.idle()
            # The others lead to messages about calls.
            for queue in sorted(QUEUES, key=CALL_RECORDS.__eq__):
                while await _count(stack, queue):
                    await asyncio.sleep(0.2)
    except TimeoutError:
        raise StackError(f"The queues are not empty after {PATIENCE_SECONDS} s.") from None


async def _count(stack: Stack, name: str) -> int:
    async with QueueClient.from_connection_string(stack.queue_connection, name) as queue:
        return (await queue.get_queue_properties()).approximate_message_count or 0
