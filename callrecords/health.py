"""Whether the way from Graph to Cosmos is whole, link by link, and which link is the first that is broken."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from azure.storage.queue.aio import QueueClient

from callrecords import progress, reconcile, subscriptions
from callrecords.errors import CallRecordsError, Throttled, unexpected
from callrecords.jsontypes import JsonObject
from callrecords.poison import PoisonQueue
from callrecords.workqueue import queue_errors

_CACHED_FOR = timedelta(seconds=5)
# A message that waits for its record is hidden for an hour at most, and was made before that.
_OLDEST_MESSAGE = timedelta(minutes=90)
# A dependency that takes longer is no better than one that is away.
_PATIENCE_SECONDS = 5
_RECONCILED_WITHIN = timedelta(hours=3)


@dataclass(frozen=True)
class Link:
    """One link of the chain: `why` says what is wrong with it, None where nothing is; `facts` what is known of it."""

    why: str | None = None
    facts: JsonObject = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """The links by name, in the order of the way."""

    links: dict[str, Link]

    @property
    def healthy(self) -> bool:
        return all(link.why is None for link in self.links.values())

    def as_json(self) -> JsonObject:
        """The first broken link and all that is known."""
        broken = next(({"link": name, "why": link.why} for name, link in self.links.items() if link.why), None)
        links = {name: {"ok": link.why is None, "why": link.why, **link.facts} for name, link in self.links.items()}
        return {"healthy": self.healthy, "broken": broken, "links": links}


class Graph(Protocol):
    """Where call records are listed: graph.records.CallRecords."""

    def between(self, start: datetime, end: datetime) -> AsyncIterator[object]: ...


class State(Protocol):
    """What the use cases remember: state.StateStore."""

    async def read(self, item_id: str) -> JsonObject: ...


class Health:
    """Asks each dependency one cheap question, at most every few seconds."""

    def __init__(
        self,
        graph: Graph,
        state: State,
        queues: dict[str, tuple[QueueClient, PoisonQueue]],
        clock: Callable[[], datetime],
    ) -> None:
        self._graph = graph
        self._state = state
        self._queues = queues
        self._clock = clock
        self._asking = asyncio.Lock()
        self._report: tuple[datetime, Report] | None = None

    async def __call__(self) -> Report:
        """The report, some seconds old at most."""
        async with self._asking:
            now = self._clock()
            if self._report is None or now - self._report[0] > _CACHED_FOR:
                self._report = now, await self._ask(now)
            return self._report[1]

    async def _ask(self, now: datetime) -> Report:
        checks: dict[str, Callable[[datetime], Awaitable[Link]]] = {
            "cosmos": self._cosmos,
            "graph": self._permission,
            "subscription": self._subscription,
            "queues": self._waiting,
            "poison": self._poison,
            "ingest": self._ingest,
            "reconcile": self._reconcile,
        }
        links = await asyncio.gather(*(_checked(check(now)) for check in checks.values()))
        return Report({"settings": Link()} | dict(zip(checks, links, strict=True)))

    async def _cosmos(self, now: datetime) -> Link:
        await self._state.read(subscriptions.STATE)
        return Link()

    async def _permission(self, now: datetime) -> Link:
        try:
            async for _ in self._graph.between(now, now + timedelta(minutes=1)):
                break
        except Throttled as error:
            return Link(facts={"note": str(error)})
        return Link()

    async def _subscription(self, now: datetime) -> Link:
        facts = await self._state.read(subscriptions.STATE)
        if not facts:
            return Link("there is none yet: it is made by maintain_subscriptions_on_schedule")
        if facts["action"] == "failed":
            return Link(facts["error"], facts)
        if datetime.fromisoformat(facts["expires"]) <= now:
            return Link(f"it expired at {facts['expires']}", facts)
        return Link(facts=facts)

    async def _waiting(self, now: datetime) -> Link:
        facts, why = {}, None
        for name, (queue, _) in self._queues.items():
            with queue_errors(f"The queue {name}"):
                depth = (await queue.get_queue_properties()).approximate_message_count
                oldest = [message.inserted_on for message in await queue.peek_messages() if message.inserted_on]
            age = now - oldest[0] if oldest else timedelta()
            facts[name] = {"depth": depth, "oldestSeconds": round(age.total_seconds())}
            if age > _OLDEST_MESSAGE:
                why = why or f"messages of {name} have waited for {age}"
        return Link(why, facts)

    async def _poison(self, now: datetime) -> Link:
        facts, total = {}, 0
        for name, (_, poison) in self._queues.items():
            if count := await poison.count():
                facts[name] = {"count": count, "reasons": await poison.reasons()}
                total += count
        return Link(f"{total} messages were given up" if total else None, facts)

    async def _ingest(self, now: datetime) -> Link:
        return Link(facts=await self._state.read(progress.STATE))

    async def _reconcile(self, now: datetime) -> Link:
        runs = (reconcile.RECENT, reconcile.HISTORY, reconcile.GAP)
        facts = {run: await self._state.read(f"reconcile-{run}") for run in runs}
        finished = facts[reconcile.RECENT].get("finished")
        if finished and now - datetime.fromisoformat(finished) > _RECONCILED_WITHIN:
            return Link(f"the last hours were last compared with Graph at {finished}", facts)
        return Link(facts=facts)


async def _checked(check: Awaitable[Link]) -> Link:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await check
    except TimeoutError:
        return Link(f"it did not answer within {_PATIENCE_SECONDS} s")
    except CallRecordsError as error:
        return Link(str(error))
    except Exception as error:
        return Link(str(unexpected(error)))
