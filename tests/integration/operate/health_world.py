"""The health of an app in a world of doubles but for the queues, which are real; at first all is well."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from azure.storage.queue.aio import QueueServiceClient

from callrecords.collect.arrivals import LAST_ARRIVAL, Arrival
from callrecords.collect.givenup import GivenUpCalls
from callrecords.collect.reconcile.hours import hour_of
from callrecords.collect.reconcile.ladder import LADDER, RUNGS, Ladder
from callrecords.collect.subscription import SUBSCRIPTION, SubscriptionState
from callrecords.errors import CallRecordsError, Refused, Unreadable
from callrecords.graphtypes import JsonObject
from callrecords.operate.flow import Flow, flow, slot_of
from callrecords.operate.health import Health
from callrecords.operate.heartbeats import Heartbeat, heartbeat
from callrecords.operate.report import HealthReport
from callrecords.operate.timers import Watch
from callrecords.ports.records import Listed
from callrecords.queues.messages import CallMessage
from tests.doubles import Clock, State
from tests.integration.azure_queues import AzureQueues
from tests.invented import CALL, call_message

HOUR = timedelta(hours=1)
NIGHTLY, EVERY_HALF_HOUR = "0 40 3 * * *", "0 5,35 * * * *"
SCHEDULES = {
    "reconcile_on_schedule": "0 */10 * * * *",
    "import_pstn_calls": NIGHTLY,
    "import_direct_routing_calls": NIGHTLY,
    "audit": NIGHTLY,
    "roll_up_usage": EVERY_HALF_HOUR,
    "probe_queue": "30 */5 * * * *",
}
OWN_SUBSCRIPTION = "e2a1c0d4-5b6f-4f7a-8c9d-0a1b2c3d4e5f"
FUNCTIONS = {"call-records": "ingest_call_record", "subscriptions": "renew_subscription"}


@dataclass
class Graph:
    """Lists many calls and counts those that are taken, or fails; answers once `frozen` is set."""

    failure: CallRecordsError | None = None
    frozen: asyncio.Event | None = None
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)
    listed: int = 0

    async def between(self, start: datetime, end: datetime) -> AsyncGenerator[Listed | Unreadable]:
        self.asked.append((start, end))
        if self.frozen:
            await self.frozen.wait()
        if self.failure:
            raise self.failure
        for _ in range(100):
            self.listed += 1
            yield Listed(call_id=CALL, version=1, start=start)


def healthy_state(now: datetime) -> State:
    """What the use cases remember where all is well."""
    state = State()
    state.hold(SUBSCRIPTION, subscription(now, expires=now + 48 * HOUR))
    state.hold(LAST_ARRIVAL, Arrival(at=now, notified_at=now, lag_seconds=2.5))
    state.hold(LADDER, ladder(now))
    return state


def subscription(alive_at: datetime, *, expires: datetime) -> SubscriptionState:
    """A live subscription, as the app remembers it."""
    return SubscriptionState(
        action="kept", subscription_id=OWN_SUBSCRIPTION, expires=expires, alive_at=alive_at, at=alive_at
    )


def ladder(now: datetime, behind: Mapping[str, int] = MappingProxyType({})) -> Ladder:
    """A ladder on which nothing is due, but for some hours at some rungs."""
    reached = {rung.name: hour_of(now - rung.age) - behind.get(rung.name, 0) * HOUR for rung in RUNGS}
    return Ladder(reached=reached, last_complete="2026-03-01", calls_a_day=1_000, at=now)


class World:
    """A health with all that is around it."""

    def __init__(self, calls: AzureQueues, lifecycle: AzureQueues) -> None:
        # The queues have the time of this machine.
        self.clock = Clock(datetime.now(UTC))
        self.graph, self.state = Graph(), healthy_state(self.clock.now)
        self.calls, self.lifecycle = calls, lifecycle
        queues = {"call-records": calls, "subscriptions": lifecycle}
        pairs = {name: (each.main, each.poison_queue) for name, each in queues.items()}
        self.given_up = GivenUpCalls(self.state, self.clock)
        self.held_seconds = 0.0
        self._health = Health(
            records=self.graph,
            state=self.state,
            queues=pairs,
            watch=Watch(SCHEDULES, FUNCTIONS),
            held_for=lambda: self.held_seconds,
            clock=self.clock,
        )

    @classmethod
    async def create(cls, service: QueueServiceClient) -> "World":
        """One with queues of its own."""
        return cls(await AzureQueues.create(service), await AzureQueues.create(service))

    def beat(self, function: str, at: datetime | None = None, error: str | None = None) -> None:
        """The function is known since yesterday, and last came to an end then."""
        first_seen = self.clock.now - 24 * HOUR
        self.state.hold(heartbeat(function), Heartbeat(first_seen=first_seen, at=at, error=error))

    def drop(self, dropped: dict[str, int], *subscriptions: str, worker: str = "a") -> None:
        """A worker has dropped such notifications just now."""
        slot = slot_of(self.clock.now)
        self.state.hold(flow(slot, worker), Flow(at=slot, dropped=dropped, dropped_for=subscriptions))

    async def name_missing(self, reason: str, call: str = CALL) -> None:
        """The call was given up for the reason just now."""
        await self.given_up.note(call_message(call), reason)

    async def health(self) -> HealthReport:
        """What the app tells."""
        return await self._health.report()

    async def broken(self) -> str | None:
        """The first link that is broken."""
        broken = (await self.health()).as_json()["broken"]
        return broken["link"] if broken else None

    async def why(self, link: str) -> str | None:
        """What is wrong with the link."""
        return (await self.health()).links[link].why

    async def facts(self, link: str) -> JsonObject:
        """What is known of the link."""
        return (await self.health()).links[link].facts


async def give_up(queues: AzureQueues, reason: str) -> None:
    """Moves a message to the poison queue."""

    async def work(_: CallMessage) -> None:
        raise Refused(reason)

    await queues.work.handle(CallMessage, str(call_message()), 1, work)
