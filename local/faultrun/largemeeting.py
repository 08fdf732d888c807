"""A scenario: a meeting whose pages Graph gives over several visits, and a worker that is dropped between any two.

Graph gives 50 following pages of a record in 5 minutes, with 60 sessions or 130 participants each, so that a meeting of
5,000 takes three visits. Its message is hidden meanwhile, and Flex drops a worker after half a minute without a visible
one. Nothing here is faster than in Azure.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from callrecords.cosmos.callrecords import CONTAINER as CALL_RECORDS
from callrecords.cosmos.calls import CONTAINER as CALLS
from callrecords.graphtypes import JsonObject
from local.apphost import HostOptions
from local.compare import compare
from local.faultrun import poison, recovery
from local.faultrun.finding import Finding
from local.faultrun.rows import wrong_rows
from local.graph import GraphSimulator, Limits, Operation
from local.operating import until_now
from local.scaling import ScaleController, listening_at, scaled
from local.stack import IDENTITY_HEADER, TENANT_ID, Ports, Stack, running_stack
from local.traffic import large_meeting

SESSIONS = 5_000
IDLE_SECONDS = 30.0
MOST_MINUTES = 30.0

# Without a message, and without a request, nothing starts a worker.
_TIMER_SECONDS = 24 * 3_600
# Requests that are further apart than that belong to two visits.
_APART_SECONDS = 10.0
_WATCH_SECONDS = 0.5
_OF_A_RECORD = frozenset(
    {
        Operation.GET_RECORD,
        Operation.LIST_SESSIONS,
        Operation.LIST_SESSIONS_NEXT,
        Operation.LIST_PARTICIPANTS,
        Operation.LIST_PARTICIPANTS_NEXT,
    }
)


class Visits:
    """Counts in `number` how often the app came to Graph about the meeting."""

    def __init__(self, graph: GraphSimulator) -> None:
        self.number = 0
        self._graph = graph
        self._requests = _asked(graph)
        self._latest = float("-inf")

    def watch(self) -> None:
        """Takes a look; often enough, and no visit is overlooked."""
        requests = _asked(self._graph)
        if requests != self._requests:
            self.number += time.monotonic() - self._latest > _APART_SECONDS
            self._requests, self._latest = requests, time.monotonic()


def _asked(graph: GraphSimulator) -> int:
    return sum(times for operation, times in graph.counters.requests.items() if operation in _OF_A_RECORD)


async def large_meeting_run(
    seed: int,
    folder: Path,
    say: Callable[[str], None],
    *,
    sessions: int = SESSIONS,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    idle: float = IDLE_SECONDS,
    most_minutes: float = MOST_MINUTES,
) -> Finding:
    """How such a meeting fares. Logs and queues are kept in `folder`; `say` is told what happens.

    Raises StackError when a part of the stack does not come up.
    """
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    record = large_meeting(seed, sessions, yesterday, TENANT_ID)
    graph = GraphSimulator(TENANT_ID, identity_header=IDENTITY_HEADER, limits=limits)
    async with _stack(graph, folder, idle) as (stack, controller):
        await stack.wait_until_subscribed()
        await recovery.quiet(stack)
        began, visits, dropped = time.monotonic(), Visits(graph), controller.dropped
        graph.publish(record)
        graph.notify(record["id"])
        say(f"Graph holds a meeting of {sessions:,} sessions")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(most_minutes * 60):
                await _settled(stack, visits, say)
        return Finding(
            title="A large meeting, and a fresh worker at each visit",
            figures={
                "Sessions": len(record["sessions"]),
                "Participants": len(record["participants_v2"]),
                "Visits": visits.number,
                "Requests to Graph about it": _asked(graph),
                "Answers that were 429": graph.counters.throttled.total(),
                "Workers that were dropped meanwhile": controller.dropped - dropped,
                "Seconds": round(time.monotonic() - began),
            },
            wrong=await _wrong(stack, record),
        )


@contextlib.asynccontextmanager
async def _stack(graph: GraphSimulator, folder: Path, idle: float) -> AsyncIterator[tuple[Stack, ScaleController]]:
    ports = Ports.any_free()
    with listening_at(ports.app) as listening:
        options = HostOptions(idle=idle, listening=listening)
        async with (
            running_stack(ports, folder, graph, host=options, remembered=until_now()) as stack,
            scaled(stack.app, stack.queue_connection, listening, _TIMER_SECONDS) as controller,
        ):
            yield stack, controller


async def _settled(stack: Stack, visits: Visits, say: Callable[[str], None]) -> None:
    """Returns when the app is done with the meeting: has it whole, or has given it up."""
    await stack.graph.deliveries.idle()
    while await recovery.messages(stack):
        before = visits.number
        visits.watch()
        if visits.number > before:
            say(f"The app comes to Graph, for the {visits.number}. time")
        await asyncio.sleep(_WATCH_SECONDS)


async def _wrong(stack: Stack, record: JsonObject) -> list[str]:
    held = {record["id"]: record}
    stored = await compare(held, stack.database.get_container_client(CALL_RECORDS), TENANT_ID)
    rows = await wrong_rows(held, stack.database.get_container_client(CALLS), ())
    found = [f"Given up: {each.reason}" for each in await poison.entries(stack)]
    if await recovery.messages(stack):
        found.append("The app is still at it.")
    if not stored.complete:
        found.append("The record is not whole in Cosmos, byte for byte.")
    if rows:
        found.append("The call has not one fact row, that of its record.")
    return found
