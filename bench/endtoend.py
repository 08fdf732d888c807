"""How long it takes from Graph's notification until the record can be queried, of an app that has nothing else to do.

Most of it is the queue trigger's polling: when idle, the host looks every 2 s (host.json: maxPollingInterval).
"""

import asyncio
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from callrecords.cosmos.callrecords import CONTAINER
from local.graph import NO_LIMITS, GraphSimulator
from local.operating import until_now
from local.stack import IDENTITY_HEADER, TENANT_ID, Ports, Stack, running_stack
from local.traffic import generate

CALLS = 40
# Between two calls: long enough for the host to look as rarely as it does at last.
LEAST_PAUSE, MOST_PAUSE = 4.0, 8.0


async def seconds_until_stored(stack: Stack, call_id: str) -> float:
    """Announces the call, and returns when it is stored."""
    stack.graph.notify(call_id)
    began, records = time.perf_counter(), stack.database.get_container_client(CONTAINER)
    query = "SELECT VALUE c.id FROM c WHERE IS_DEFINED(c.parts)"
    while not [each async for each in records.query_items(query, partition_key=[TENANT_ID, call_id])]:
        await asyncio.sleep(0.02)
    return time.perf_counter() - began


async def main() -> None:
    rng, yesterday = random.Random(1), (datetime.now(UTC) - timedelta(days=1)).date()
    graph = GraphSimulator(TENANT_ID, identity_header=IDENTITY_HEADER, limits=NO_LIMITS)
    with tempfile.TemporaryDirectory() as folder:
        async with running_stack(Ports.any_free(), Path(folder), graph, remembered=until_now()) as stack:
            await stack.wait_until_subscribed()
            taken = []
            for call in generate(seed=1, calls=CALLS, day=yesterday, tenant_id=TENANT_ID):
                graph.publish(call.versions[-1].record)
                await asyncio.sleep(rng.uniform(LEAST_PAUSE, MOST_PAUSE))
                taken.append(await seconds_until_stored(stack, call.call_id))
    median, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
    print(f"Notified to stored, idle: p50 {median:.2f} s, p95 {p95:.2f} s, {len(taken)} calls")


if __name__ == "__main__":
    asyncio.run(main())
