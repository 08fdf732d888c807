"""A scenario: a worker is killed while it holds messages, under the lease of ten minutes that the real host has.

The fault run has a lease of 20 seconds, so that nobody waits for long.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from callrecords.cosmos.callrecords import CONTAINER as CALL_RECORDS
from callrecords.cosmos.calls import CONTAINER as ROWS
from local.apphost import HostOptions
from local.compare import compare
from local.faultrun import poison, recovery
from local.faultrun.finding import Finding
from local.faultrun.rows import wrong_rows
from local.graph import Delay, Fault, GraphSimulator, Operation
from local.operating import until_now
from local.stack import IDENTITY_HEADER, TENANT_ID, Ports, Stack, running_stack
from local.traffic import Call, generate

LEASE_SECONDS = 600.0
CALLS = 200
SLACK_SECONDS = 60.0

_HELD = 10  # messages at least that the worker has when it is killed
_SLOW_SECONDS = 5.0


async def lease_run(
    seed: int,
    folder: Path,
    say: Callable[[str], None],
    *,
    calls: int = CALLS,
    lease: float = LEASE_SECONDS,
) -> Finding:
    """What becomes of the messages. Logs and queues are kept in `folder`; `say` is told what happens.

    Raises StackError when a part of the stack does not come up.
    """
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    traffic = generate(seed, calls, yesterday, TENANT_ID)
    graph = GraphSimulator(TENANT_ID, identity_header=IDENTITY_HEADER)
    async with running_stack(
        Ports.any_free(), folder, graph, host=HostOptions(lease=lease), remembered=until_now()
    ) as stack:
        await stack.wait_until_subscribed()
        await recovery.quiet(stack)
        killed = await _kill_in_mid_work(stack, traffic)
        say("The worker is killed, and another one starts")
        await stack.app.start()
        arrived = await _arrivals(stack, killed, lease + SLACK_SECONDS)
        late = sorted(seconds for seconds in arrived.values() if seconds > lease / 2)
        return Finding(
            title=f"A worker that was killed, and a lease of {lease:,.0f} seconds",
            figures={
                "Calls": len(traffic),
                "Calls that came with the messages of the killed worker": len(late),
                "Seconds until the first of them was stored": round(late[0]) if late else 0,
                "Seconds until the last of them was stored": round(late[-1]) if late else 0,
            },
            wrong=[*([] if late else ["The killed worker held no message."]), *await _wrong(stack)],
        )


async def _kill_in_mid_work(stack: Stack, traffic: Sequence[Call]) -> float:
    """When the worker was killed, with messages whose requests Graph had not answered yet."""
    slow = Fault(Delay(_SLOW_SECONDS), Operation.GET_RECORD, times=None)
    stack.graph.faults.append(slow)
    for call in traffic:
        stack.graph.publish(call.versions[-1].record)
    stack.graph.notify(*(call.call_id for call in traffic))

    async def is_at_work() -> bool:
        return slow.seen >= _HELD

    await stack.app.wait_until(is_at_work, "work", _SLOW_SECONDS + SLACK_SECONDS)
    await stack.app.kill()
    stack.graph.faults.clear()
    return time.monotonic()


async def _arrivals(stack: Stack, since: float, most_seconds: float) -> dict[str, float]:
    """Seconds from `since` until each call was stored; returns when all are, or not in time."""
    arrived: dict[str, float] = {}
    records = stack.database.get_container_client(CALL_RECORDS)
    while time.monotonic() - since < most_seconds and (
        len(arrived) < len(stack.graph.records) or await recovery.messages(stack)
    ):
        stored = [item["id"] async for item in records.query_items("SELECT c.id FROM c WHERE IS_DEFINED(c.parts)")]
        for call_id in stored:
            arrived.setdefault(call_id, time.monotonic() - since)
        await asyncio.sleep(0.5)
    return arrived


async def _wrong(stack: Stack) -> list[str]:
    held, found = stack.graph.records, []
    stored = await compare(held, stack.database.get_container_client(CALL_RECORDS), TENANT_ID)
    if not stored.complete:
        found.append(f"{stored.held - stored.whole} calls are not whole in Cosmos, byte for byte.")
    if rows := await wrong_rows(held, stack.database.get_container_client(ROWS), ()):
        found.append(f"{len(rows)} calls have not one fact row, that of their record.")
    if given_up := await poison.entries(stack):
        found.append(f"{len(given_up)} messages were given up.")
    if left := await recovery.messages(stack):
        found.append(f"{left} messages are left.")
    return found
