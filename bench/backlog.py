"""How fast a backlog of call ids drains through one worker, against a Graph with its real limits, unscaled.

Argument: the number of ids, 10,000 if none. The records are those of calls between two people, two requests each. Graph
allows an app 1,500 requests in 20 s in a tenant. Wanted are 90 % of that, from the first request to the empty queue,
and under 1 % of 429s. The worker sleeps at most `callrecords.graph.limits.LONGEST_WAIT` seconds at a time for it.
"""

import asyncio
import base64
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from azure.storage.queue.aio import QueueClient

from callrecords.queues.messages import CallMessage
from callrecords.queues.workqueue import CALL_RECORDS
from local.graph import GraphSimulator, Limits, Operation
from local.stack import IDENTITY_HEADER, TENANT_ID, Ports, Stack, running_stack
from local.traffic import generate

IDS = 10_000
SENDERS = 32
# Nothing else is to ask Graph meanwhile.
NEVER = "0 0 0 1 1 *"
SCHEDULES = ("SUBSCRIPTION_SCHEDULE", "RECONCILE_RECENT_SCHEDULE", "RECONCILE_HISTORY_SCHEDULE")


def publish(graph: GraphSimulator, count: int) -> list[str]:
    """Lets Graph hold `count` calls between two people; their ids."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    calls = generate(seed=1, calls=10, day=yesterday, tenant_id=TENANT_ID)
    record = next(call.versions[-1].record for call in calls if call.kind == "peer-to-peer")
    rng = Random(1)
    ids = [str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in range(count)]
    for call_id in ids:
        graph.publish({**record, "id": call_id})
    return ids


@asynccontextmanager
async def backlogged_stack(graph: GraphSimulator, ids: Sequence[str]) -> AsyncIterator[Stack]:
    """The stack with `ids` on the queue and the app not yet started again."""
    with tempfile.TemporaryDirectory() as folder:
        settings = dict.fromkeys(SCHEDULES, NEVER)
        async with running_stack(Ports.any_free(), Path(folder), graph, settings) as stack:
            await stack.app.stop()
            async with QueueClient.from_connection_string(stack.queue_connection, CALL_RECORDS) as queue:
                await _fill(queue, ids)
            yield stack


async def _fill(queue: QueueClient, ids: Sequence[str]) -> None:
    senders = asyncio.Semaphore(SENDERS)

    async def put(call_id: str) -> None:
        message = CallMessage(
            tenant_id=TENANT_ID, notified_at=datetime.now(UTC), call_id=call_id, reason="notification"
        )
        async with senders:
            await queue.send_message(base64.b64encode(str(message).encode()).decode(), time_to_live=-1)

    await asyncio.gather(*map(put, ids))


async def drain(stack: Stack) -> float:
    """Seconds from Graph's first request to an empty queue."""
    requests = stack.graph.counters.requests
    await stack.app.start()
    while not requests[Operation.GET_RECORD]:
        await asyncio.sleep(0.01)
    began = time.perf_counter()
    async with QueueClient.from_connection_string(stack.queue_connection, CALL_RECORDS) as queue:
        while (await queue.get_queue_properties()).approximate_message_count:
            await asyncio.sleep(0.2)
    return time.perf_counter() - began


def children_cpu() -> float:
    """CPU seconds of the child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def report(graph: GraphSimulator, count: int, seconds: float) -> None:
    limit = Limits().app_and_tenant
    assert limit
    allowed = limit.requests / limit.seconds
    requests, throttled = graph.counters.requests[Operation.GET_RECORD], graph.counters.throttled.total()
    rate = requests / seconds
    print(f"{count:,} calls in {seconds:.1f} s: {count / seconds:.1f} calls/s, {rate:.1f} requests/s")
    print(f"{rate / allowed:.1%} of the {allowed:.0f} requests/s that Graph allows, {throttled / requests:.2%} of 429s")


async def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else IDS
    graph = GraphSimulator(TENANT_ID, identity_header=IDENTITY_HEADER)
    ids = publish(graph, count)
    async with backlogged_stack(graph, ids) as stack:
        simulators, children = time.process_time(), children_cpu()
        seconds = await drain(stack)
        simulators = time.process_time() - simulators
        await stack.app.stop()
        worker = children_cpu() - children
    report(graph, count, seconds)
    print(f"CPU: worker {worker / count * 1_000:.1f} ms a call, {worker / seconds:.0%} of a core with its start")
    print(f"     Graph and Cosmos {simulators / seconds:.0%} of a core, beside Azurite")


if __name__ == "__main__":
    asyncio.run(main())
