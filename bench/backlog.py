"""How fast a backlog of call ids drains through one worker or several, against a Graph with its real limits, unscaled.

Arguments: the number of ids, 10,000 if none; of workers, 1 if none; and of requests that Graph allows in 20 s, 1,500 if
none, as it allows an app in a tenant. With fewer, a machine that is too slow for these shows how the workers find them
out. The records are those of calls between two people, two requests each. Wanted are 85 % of that rate, from a minute
after the first request until the queue is nearly empty, under 2 % of 429s and under 0.5 put-backs a call.
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
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from azure.storage.queue.aio import QueueClient

from callrecords.queues.messages import CallMessage
from callrecords.queues.workqueue import CALL_RECORDS
from local.apphost import running_beside
from local.graph import GraphSimulator, Limit, Limits, Operation
from local.stack import IDENTITY_HEADER, TENANT_ID, Ports, Stack, running_stack
from local.traffic import generate

IDS = 10_000
SENDERS = 32
SETTLING_SECONDS, NEARLY_EMPTY = 60.0, 200
PUT_BACK = "Tried again in"  # what the log says of a message that is put back
# Nothing else is to ask Graph meanwhile.
NEVER = "0 0 0 1 1 *"
SCHEDULES = ("SUBSCRIPTION_SCHEDULE", "RECONCILE_SCHEDULE")


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
async def backlogged_stack(graph: GraphSimulator, ids: Sequence[str], folder: Path) -> AsyncIterator[Stack]:
    """The stack with `ids` on the queue and the app not yet started again."""
    settings = dict.fromkeys(SCHEDULES, NEVER)
    async with running_stack(Ports.any_free(), folder, graph, settings) as stack:
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


@dataclass(frozen=True)
class Sample:
    """What Graph was asked so many seconds after its first request, and the messages that were left."""

    seconds: float
    requests: int
    throttled: int
    left: int


async def drain(stack: Stack) -> list[Sample]:
    """Samples from Graph's first request to an empty queue."""
    counters, samples = stack.graph.counters, list[Sample]()
    while not counters.requests[Operation.GET_RECORD]:
        await asyncio.sleep(0.01)
    began = time.perf_counter()
    async with QueueClient.from_connection_string(stack.queue_connection, CALL_RECORDS) as queue:
        while not samples or samples[-1].left:
            await asyncio.sleep(0.2)
            left = (await queue.get_queue_properties()).approximate_message_count or 0
            requests, throttled = counters.requests[Operation.GET_RECORD], counters.throttled.total()
            samples.append(Sample(time.perf_counter() - began, requests, throttled, left))
    return samples


def children_cpu() -> float:
    """CPU seconds of the child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def times_put_back(folder: Path) -> int:
    """How often the workers whose logs are in `folder` put a message back."""
    return sum(log.read_text().count(PUT_BACK) for log in folder.glob("**/app.log"))


def report(samples: Sequence[Sample], count: int, put_backs: int, allowed: float) -> None:
    last = samples[-1]
    print(f"{count:,} calls in {last.seconds:.1f} s: {count / last.seconds:.1f} calls/s")
    print(f"{last.throttled / last.requests:.2%} of 429s, {put_backs / count:.2f} put-backs a call")
    settled = [each for each in samples if each.seconds >= SETTLING_SECONDS and each.left >= NEARLY_EMPTY]
    if len(settled) > 1:
        first, last = settled[0], settled[-1]
        answered = last.requests - last.throttled - first.requests + first.throttled
        rate = answered / (last.seconds - first.seconds)
        print(f"After a minute {rate / allowed:.1%} of the {allowed:.0f} requests/s that Graph allows")


async def main() -> None:
    count, workers, allowed = [*map(int, sys.argv[1:]), *(IDS, 1, 1_500)[len(sys.argv) - 1 :]]
    limits = Limits(app_and_tenant=Limit(allowed, 20))
    graph = GraphSimulator(TENANT_ID, identity_header=IDENTITY_HEADER, limits=limits)
    ids = publish(graph, count)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with backlogged_stack(graph, ids, folder) as stack:
            simulators, children = time.process_time(), children_cpu()
            await stack.app.start()
            async with running_beside(stack.app, workers - 1, folder):
                samples = await drain(stack)
                simulators = time.process_time() - simulators
            await stack.app.stop()
            worker = children_cpu() - children
        put_backs = times_put_back(folder)
    report(samples, count, put_backs, allowed / 20)
    seconds = samples[-1].seconds
    print(f"CPU: workers {worker / count * 1_000:.1f} ms a call, {worker / seconds:.0%} of a core with their start")
    print(f"     Graph and Cosmos {simulators / seconds:.0%} of a core, beside Azurite")


if __name__ == "__main__":
    asyncio.run(main())
