"""The health of an app in a world of doubles but for the queues, which are real; at first all is well."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from azure.storage.queue.aio import QueueServiceClient

from callrecords.collect import arrivals as progress
from callrecords.collect import subscription as subscriptions
from callrecords.errors import CallRecordsError, Refused
from callrecords.graphtypes import JsonObject
from callrecords.operate.health import Health
from callrecords.queues.messages import CallMessage
from tests.doubles import Clock, State
from tests.integration.azure_queues import AzureQueues
from tests.invented import call_message

HOUR = timedelta(hours=1)


@dataclass
class Graph:
    """Lists many calls and counts those that are taken, or fails."""

    failure: CallRecordsError | None = None
    asked: list[tuple[datetime, datetime]] = field(default_factory=list)
    listed: int = 0

    async def between(self, start: datetime, end: datetime) -> AsyncGenerator[object]:
        self.asked.append((start, end))
        if self.failure:
            raise self.failure
        for _ in range(100):
            self.listed += 1
            yield "a call"


def healthy_state(now: datetime) -> dict[str, JsonObject]:
    """What the use cases remember where all is well."""
    return {
        subscriptions.STATE: {
            "action": "kept",
            "expires": (now + 48 * HOUR).isoformat(),
            "aliveAt": now.isoformat(),
        },
        progress.STATE: {"at": now.isoformat(), "lagSeconds": 2.5},
        "reconcile-recent": {"finished": (now - HOUR).isoformat()},
    }


class World:
    """A health with all that is around it."""

    def __init__(self, calls: AzureQueues, lifecycle: AzureQueues) -> None:
        # The queues have the time of this machine.
        self.clock = Clock(datetime.now(UTC))
        self.graph, self.state = Graph(), State(healthy_state(self.clock.now))
        self.calls, self.lifecycle = calls, lifecycle
        queues = {"call-records": calls, "subscriptions": lifecycle}
        pairs = {name: (each.main, each.poison_queue) for name, each in queues.items()}
        self.health = Health(self.graph, self.state, pairs, self.clock)

    @classmethod
    async def create(cls, service: QueueServiceClient) -> "World":
        """One with queues of its own."""
        return cls(await AzureQueues.create(service), await AzureQueues.create(service))

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
