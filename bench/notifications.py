"""How long Graph waits for its 202, for notifications of one call and of a hundred.

Quiet: the app has nothing else to do. Busy: the same worker ingests what the POSTs before announced, which in Azure
other instances do: on Flex Consumption the HTTP functions have instances of their own.
"""

import asyncio
import itertools
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import aiohttp
import orjson
from azure.storage.queue.aio import QueueClient

from callrecords.graphtypes import JsonObject
from callrecords.queues.workqueue import CALL_RECORDS
from local.graph import NO_LIMITS, GraphSimulator
from local.operating import until_now
from local.stack import CLIENT_STATE, IDENTITY_HEADER, TENANT_ID, Ports, Stack, running_stack
from local.traffic import generate

ROUNDS = 100
SMALL_SESSIONS = 12
_UNUSED = "bench"  # a queue that nobody reads


def notification(call_id: str) -> JsonObject:
    """As Graph sends it."""
    resource = f"communications/callRecords/{call_id}"
    return {
        "subscriptionId": "e2a1c0d4-5b6f-4f7a-8c9d-0a1b2c3d4e5f",
        "clientState": CLIENT_STATE,
        "changeType": "updated",
        "resource": resource,
        "subscriptionExpirationDateTime": "2026-03-07T08:00:00.000+00:00",
        "resourceData": {"@odata.type": "#Microsoft.Graph.callrecord", "@odata.id": resource, "id": call_id},
        "tenantId": TENANT_ID,
    }


class Taken(NamedTuple):
    """Milliseconds of POSTs of as many notifications, of handshakes with the same bodies, for which the app does
    nothing, and of sending one message to the queue."""

    posts: list[float]
    handshakes: list[float]
    sends: list[float]

    def __str__(self) -> str:
        posts, *floor = map(statistics.median, self)
        p95 = statistics.quantiles(self.posts, n=20)[-1]
        return (
            f"p50 {posts:.1f} ms, p95 {p95:.1f} ms; nothing {floor[0]:.1f} ms and one message {floor[1]:.1f} ms: "
            f"{posts / sum(floor):.2f} of both; {len(self.posts)} rounds"
        )


async def measure(stack: Stack, ids: Iterator[str], count: int, rounds: int, quiet: bool) -> Taken:
    """What `rounds` POSTs of `count` notifications take, in turns with the others."""
    url = f"{stack.app_url}/api/graph/notifications"
    taken = Taken([], [], [])
    async with (
        aiohttp.ClientSession() as http,
        QueueClient.from_connection_string(stack.queue_connection, _UNUSED) as queue,
    ):
        for _ in range(rounds):
            body = orjson.dumps({"value": [notification(next(ids)) for _ in range(count)]})
            if quiet:
                await _until_idle(stack)
            for path, times in ((url, taken.posts), (f"{url}?validationToken=x", taken.handshakes)):
                began = time.perf_counter()
                async with http.post(path, data=body) as answer:
                    answer.raise_for_status()
                times.append((time.perf_counter() - began) * 1_000)
            began = time.perf_counter()
            await queue.send_message("x" * 200)
            taken.sends.append((time.perf_counter() - began) * 1_000)
    return taken


async def _until_idle(stack: Stack) -> None:
    async with QueueClient.from_connection_string(stack.queue_connection, CALL_RECORDS) as queue:
        while (await queue.get_queue_properties()).approximate_message_count:
            await asyncio.sleep(0.05)


async def main() -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    calls = generate(seed=1, calls=200, day=yesterday, tenant_id=TENANT_ID)
    records = [call.versions[-1].record for call in calls]
    small = [record for record in records if len(record["sessions"]) <= SMALL_SESSIONS]
    graph = GraphSimulator(TENANT_ID, identity_header=IDENTITY_HEADER, limits=NO_LIMITS)
    with tempfile.TemporaryDirectory() as folder:
        async with running_stack(Ports.any_free(), Path(folder), graph, remembered=until_now()) as stack:
            for record in small:
                graph.publish(record)
            ids = itertools.cycle([record["id"] for record in small])
            async with QueueClient.from_connection_string(stack.queue_connection, _UNUSED) as queue:
                await queue.create_queue()
            await measure(stack, ids, len(small), 1, quiet=True)  # clients are made at first use
            for quiet in (True, False):
                for count, rounds in ((1, ROUNDS), (20, ROUNDS // 2), (100, ROUNDS // 4)):
                    taken = await measure(stack, ids, count, rounds, quiet)
                    print(f"{'quiet' if quiet else 'busy'}, POST of {count}: {taken}")


if __name__ == "__main__":
    asyncio.run(main())
