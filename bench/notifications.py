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

import aiohttp
import orjson
from azure.storage.queue.aio import QueueClient

from callrecords.graphtypes import JsonObject
from callrecords.queues.workqueue import CALL_RECORDS
from local.graph import NO_LIMITS, GraphSimulator
from local.stack import CLIENT_STATE, IDENTITY_HEADER, TENANT_ID, Ports, Stack, running_stack
from local.traffic import generate

ROUNDS = 100
SMALL_SESSIONS = 12


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


async def measure(stack: Stack, ids: Iterator[str], count: int, rounds: int, quiet: bool) -> list[float]:
    """Milliseconds of each of `rounds` POSTs of `count` notifications."""
    url = f"{stack.app_url}/api/graph/notifications"
    taken = []
    async with aiohttp.ClientSession() as http:
        for _ in range(rounds):
            body = orjson.dumps({"value": [notification(next(ids)) for _ in range(count)]})
            if quiet:
                await _until_idle(stack)
            began = time.perf_counter()
            async with http.post(url, data=body) as answer:
                answer.raise_for_status()
            taken.append((time.perf_counter() - began) * 1_000)
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
        async with running_stack(Ports.any_free(), Path(folder), graph) as stack:
            for record in small:
                graph.publish(record)
            ids = itertools.cycle([record["id"] for record in small])
            await measure(stack, ids, len(small), 1, quiet=True)  # clients are made at first use
            for quiet in (True, False):
                for count, rounds in ((1, ROUNDS), (100, ROUNDS // 10)):
                    taken = await measure(stack, ids, count, rounds, quiet)
                    median, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
                    state = "quiet" if quiet else "busy"
                    print(f"{state}, POST of {count}: p50 {median:.1f} ms, p95 {p95:.1f} ms, {rounds} rounds")


if __name__ == "__main__":
    asyncio.run(main())
