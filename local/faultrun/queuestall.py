"""A scenario: the queue answers nobody for a while, and Graph punishes those who let it wait."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from callrecords.cosmos.callrecords import CONTAINER as CALL_RECORDS
from local.compare import compare
from local.faultrun import recovery
from local.faultrun.finding import Finding
from local.graph import DeliveryRules, GraphSimulator
from local.operating import until_now
from local.stack import IDENTITY_HEADER, TENANT_ID, Ports, Stack, running_stack
from local.traffic import Call, generate

CALLS = 150
STALL_SECONDS = 10.0
# Graph repeats a delivery after 10 s, and after 20 s more.
WHOLE_SECONDS = 45.0


async def queue_stall_run(
    seed: int, folder: Path, say: Callable[[str], None], *, calls: int = CALLS, stall: float = STALL_SECONDS
) -> Finding:
    """What becomes of the notifications of calls that are announced before the stall, in it and after it, for as long
    each. Logs and queues are kept in `folder`; `say` is told what happens.

    Raises StackError when a part of the stack does not come up.
    """
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    traffic = generate(seed, calls, yesterday, TENANT_ID)
    graph = GraphSimulator(TENANT_ID, identity_header=IDENTITY_HEADER)
    async with running_stack(Ports.any_free(), folder, graph, remembered=until_now()) as stack:
        await stack.wait_until_subscribed()
        await recovery.quiet(stack)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_announce(stack, traffic, 3 * stall))
            await asyncio.sleep(stall)
            say(f"The queue answers nobody for {stall:.0f} s")
            with stack.queue_service.frozen():
                await asyncio.sleep(stall)
            say("It answers again")
        seconds = await _seconds_until_whole(stack)
        held = await compare(graph.records, stack.database.get_container_client(CALL_RECORDS), TENANT_ID)
        delayed, slowest = graph.deliveries.counters["delayed"], max(each.seconds for each in graph.deliveries.log)
        wrong = [] if held.complete else [f"{held.held - held.whole} calls are not whole {seconds:.0f} s later."]
        if slowest >= DeliveryRules().first_allowance:
            wrong.append(f"An answer to Graph took {slowest:.1f} s.")
        if delayed:
            wrong.append(f"Graph delayed {delayed} notifications.")
        return Finding(
            title=f"A queue that answers nobody for {stall:.0f} seconds",
            figures={
                "Calls": len(traffic),
                "Calls that are whole": held.whole,
                "Seconds from the last announcement until they were": round(seconds),
                "Deliveries that were refused": sum(not each.delivered for each in graph.deliveries.log),
                "Milliseconds of the slowest answer to Graph": round(slowest * 1_000),
                "Notifications that Graph delayed": delayed,
            },
            wrong=wrong,
        )


async def _announce(stack: Stack, traffic: Sequence[Call], seconds: float) -> None:
    """Announces the calls one by one, in as many seconds."""
    for call in traffic:
        stack.graph.publish(call.versions[-1].record)
        stack.graph.notify(call.call_id)
        await asyncio.sleep(seconds / len(traffic))


async def _seconds_until_whole(stack: Stack) -> float:
    """Returns when every call is stored, or it takes too long."""
    began, records = time.monotonic(), stack.database.get_container_client(CALL_RECORDS)
    while time.monotonic() - began < WHOLE_SECONDS:
        stored = [each async for each in records.query_items("SELECT VALUE c.id FROM c WHERE IS_DEFINED(c.parts)")]
        if len(stored) == len(stack.graph.records):
            break
        await asyncio.sleep(0.5)
    return time.monotonic() - began
