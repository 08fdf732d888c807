"""The run: a day of calls under faults, then a recovery, then the comparison."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from azure.cosmos.aio import ContainerProxy

from callrecords.cosmos.callrecords import CONTAINER as CALL_RECORDS
from callrecords.cosmos.calls import CONTAINER as CALLS
from callrecords.graphtypes import JsonObject
from callrecords.settings.connections import QUEUE_CONNECTION
from local import azurite
from local.compare import compare
from local.faultrun import poison, recovery
from local.faultrun.incidents import Incidents
from local.faultrun.notifications import disturbed
from local.faultrun.outcome import Outcome
from local.faultrun.poison import Poison
from local.faultrun.queueproxy import QueueProxy
from local.faultrun.services import ServiceFaults
from local.graph import DeliveryRules, GraphSimulator, Limit, Limits
from local.play import play
from local.processes import free_port
from local.serve import serve
from local.stack import IDENTITY_HEADER, TENANT_ID, Ports, Stack, running_stack
from local.traffic import Call, generate

# The app keeps to Graph's limits for as long as it lives; so low, or just after it was killed, it meets these all the
# same. They are over shorter times than Graph's, so that it is not idle for long.
LIMITS = Limits(
    record_first_page=Limit(6, 10),
    record_following_pages=Limit(20, 20),
    list_first_page=Limit(15, 10),
    list_following_pages=Limit(10, 5),
    app_and_tenant=Limit(150, 2),
    retry_after=("whole", "fractional") * 8 + ("missing",),
)
# Graph's rules, with its patience in the proportion of the run.
DELIVERY = DeliveryRules(retry_base=1, slow_delay=10, drop_for=10)
LEAST_SECONDS, SECONDS_A_CALL = 20.0, 0.06


async def fault_run(calls: int, seed: int, speed: int, folder: Path, say: Callable[[str], None]) -> Outcome:
    """Plays `calls` calls through the stack while everything fails, repairs it, and compares Cosmos with Graph.

    The faults are those of `seed`, delays on the queue a `speed`th as long as in Azure. Logs and queues are kept in
    `folder`; `say` is told what happens. Raises StackError when a part does not come up or does not come to rest.
    """
    began = time.monotonic()
    rng, notifications = Random(seed), Counter[str]()
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    traffic = disturbed(generate(seed, calls, yesterday, TENANT_ID), rng, notifications)
    graph = GraphSimulator(TENANT_ID, identity_header=IDENTITY_HEADER, limits=LIMITS, delivery=DELIVERY)
    async with _stack(graph, folder, speed) as (stack, proxy):
        services = ServiceFaults(graph, stack.cosmos, traffic, rng)
        incidents = Incidents(stack, proxy, services, traffic, say)
        await _fail(stack, traffic, services, incidents)
        say("The faults are over")
        given_up, found = await _recover(stack, say)
        needless = [each for each in given_up if not each.is_justified(services.unusable())]
        return Outcome(
            comparison=await compare(graph.records, stack.database.get_container_client(CALL_RECORDS), TENANT_ID),
            facts=await _wrong_facts(graph.records, stack.database.get_container_client(CALLS)),
            poison=[each.reason for each in (*needless, *await poison.entries(stack))],
            found=found,
            justified=len(given_up) - len(needless),
            faults=notifications + services.happened() + incidents.happened + proxy.happened(),
            throttled=graph.counters.throttled,
            requests=graph.counters.requests.total(),
            seconds=time.monotonic() - began,
        )


@contextlib.asynccontextmanager
async def _stack(graph: GraphSimulator, folder: Path, speed: int) -> AsyncIterator[tuple[Stack, QueueProxy]]:
    """The stack, whose app reaches its queues through a proxy."""
    ports, proxy_port = Ports.any_free(), free_port()
    proxy = QueueProxy(ports.queue, speed)
    settings = {QUEUE_CONNECTION: azurite.connection_string(proxy_port)}
    async with serve(proxy.app(), port=proxy_port), running_stack(ports, folder, graph, settings) as stack:
        yield stack, proxy


async def _fail(stack: Stack, traffic: Sequence[Call], services: ServiceFaults, incidents: Incidents) -> None:
    await stack.wait_until_subscribed()
    await recovery.quiet(stack)
    services.begin()
    seconds = max(LEAST_SECONDS, SECONDS_A_CALL * len(traffic))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(play(traffic, stack.graph, seconds, incidents.played))
        tasks.create_task(incidents.over(seconds))
    await recovery.taken(stack)
    services.end()


async def _recover(stack: Stack, say: Callable[[str], None]) -> tuple[list[Poison], int]:
    """What had been given up, and how much a second reconciliation found."""
    await recovery.reconcile(stack)
    await recovery.quiet(stack)
    given_up = await poison.entries(stack)
    say("All is quiet, but for what was given up: it is put back")
    await recovery.replay_poison(stack)
    await recovery.quiet(stack)
    say("All is quiet; another instance looks again")
    await stack.app.stop()
    await stack.app.start()
    found = await recovery.reconcile(stack)
    await recovery.quiet(stack)
    return given_up, found["missing"] + found["stale"]


async def _wrong_facts(held: Mapping[str, JsonObject], calls: ContainerProxy) -> list[str]:
    """The calls that have not one fact row, of their version; and those that have one without being held."""
    rows: dict[str, list[int]] = {call_id: [] for call_id in held}
    async for row in calls.query_items("SELECT c.id, c.version FROM c"):
        rows.setdefault(row["id"], []).append(row["version"])
    return [call_id for call_id, versions in rows.items() if versions != [held.get(call_id, {}).get("version")]]
