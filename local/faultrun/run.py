"""The run: a day of calls under faults, then a recovery, then the comparison."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from callrecords.cosmos.callrecords import CONTAINER as CALL_RECORDS
from callrecords.cosmos.calls import CONTAINER as CALLS
from callrecords.settings.connections import QUEUE_CONNECTION
from local import azurite
from local.apphost import HostOptions, running_beside
from local.compare import compare
from local.faultrun import poison, recovery
from local.faultrun.damage import Damage
from local.faultrun.incidents import Incidents
from local.faultrun.mending import recover
from local.faultrun.notifications import disturbed
from local.faultrun.outcome import Outcome
from local.faultrun.phone import publish, wrong_phone_rows
from local.faultrun.queueproxy import QueueProxy
from local.faultrun.rows import wrong_rows
from local.faultrun.services import ServiceFaults
from local.graph import DeliveryRules, GraphSimulator, Limit, Limits
from local.operating import until_now
from local.play import play
from local.processes import free_port
from local.scaling import ScaleController, listening_at, scaled
from local.serve import serve
from local.stack import IDENTITY_HEADER, TENANT_ID, Ports, Stack, running_stack
from local.traffic import Call, generate, phone_rows

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
# Of a later day it could not be told yet that it is complete.
DAYS_AGO = timedelta(days=3)
LEAST_SECONDS, SECONDS_A_CALL = 20.0, 0.06
# Flex drops a worker about half a minute after the last message; here in the proportion of the queue's delays. The
# stack's timer is due every 2 s, which would leave no time without a worker.
IDLE_SECONDS, LEAST_IDLE_SECONDS, TIMER_SECONDS = 30.0, 2.0, 10.0


async def fault_run(
    seed: int, folder: Path, say: Callable[[str], None], *, calls: int, speed: int, hosts: int
) -> Outcome:
    """Plays `calls` calls through the stack while everything fails, repairs it, and compares Cosmos with Graph.

    So many functions `hosts` take messages from the same queues; the first of them has the timers and the webhook.

    The faults are those of `seed`, delays on the queue a `speed`th as long as in Azure. Logs and queues are kept in
    `folder`; `say` is told what happens. Raises StackError when a part does not come up or does not come to rest.
    """
    began = time.monotonic()
    rng, notifications = Random(seed), Counter[str]()
    day = datetime.now(UTC).date() - DAYS_AGO
    generated = generate(seed, calls, day, TENANT_ID)
    traffic, phone = disturbed(generated, rng, notifications), phone_rows(generated, seed)
    graph = GraphSimulator(TENANT_ID, identity_header=IDENTITY_HEADER, limits=LIMITS, delivery=DELIVERY)
    async with (
        _stack(graph, folder, speed) as (stack, proxy, controller),
        running_beside(stack.app, hosts - 1, folder) as others,
    ):
        services = ServiceFaults(graph, stack.cosmos, traffic, rng)
        damage = Damage(stack.cosmos, graph.records, traffic)
        incidents = Incidents(stack, others, proxy, services, damage, traffic, phone, say)
        await _fail(stack, traffic, services, incidents)
        say("The faults are over")
        recovered = await recover(stack, day, damage.spoiled, services.mend, say)
        publish(phone, graph, -1)
        await recovery.begin_phone_import(stack)
        await recovery.quiet(stack)
        say("Rows of phone calls were imported once more")
        needless = [each for each in recovered.given_up if not each.is_justified(services.unusable())]
        comparison = await compare(
            graph.records, stack.database.get_container_client(CALL_RECORDS), TENANT_ID, services.garbled()
        )
        rows = stack.database.get_container_client(CALLS)
        dropped = Counter({"Functions host dropped for want of messages": controller.dropped})
        return Outcome(
            comparison=comparison,
            facts=await wrong_rows(graph.records, rows, comparison.repaired),
            poison=[each.reason for each in (*needless, *await poison.entries(stack))],
            found=recovered.found,
            completeness=recovered.wrong,
            phone=await wrong_phone_rows(stack, phone),
            lacking=recovered.lacking,
            justified=len(recovered.given_up) - len(needless),
            faults=notifications + services.happened() + incidents.happened + proxy.happened() + dropped,
            throttled=graph.counters.throttled,
            requests=graph.counters.requests.total(),
            endless=max(incidents.graph.endless.lasted, default=0),
            seconds=time.monotonic() - began,
        )


@contextlib.asynccontextmanager
async def _stack(
    graph: GraphSimulator, folder: Path, speed: int
) -> AsyncIterator[tuple[Stack, QueueProxy, ScaleController]]:
    """The stack, whose app reaches its queues through a proxy, and has no worker while it has no work."""
    ports, proxy_port = Ports.any_free(), free_port()
    proxy = QueueProxy(ports.queue, speed)
    settings = {QUEUE_CONNECTION: azurite.connection_string(proxy_port)}
    idle = max(IDLE_SECONDS / speed, LEAST_IDLE_SECONDS)
    with listening_at(ports.app) as listening:
        options = HostOptions(idle=idle, listening=listening)
        async with (
            serve(proxy.app(), port=proxy_port),
            running_stack(ports, folder, graph, settings, options, remembered=until_now(), phone_calls=True) as stack,
            scaled(stack.app, stack.queue_connection, listening, TIMER_SECONDS) as controller,
        ):
            yield stack, proxy, controller


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
