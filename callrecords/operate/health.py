"""Whether the way from Graph to Cosmos is whole, link by link, and which link is the first that is broken."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from azure.storage.queue.aio import QueueClient

from callrecords.collect import arrivals as progress
from callrecords.collect import reconcilerun
from callrecords.collect import subscription as subscriptions
from callrecords.collect.reconcile import RECENT_WINDOW
from callrecords.collect.subscription import RENEW_BEFORE
from callrecords.errors import CallRecordsError, Throttled, unexpected
from callrecords.graph.limits import LONGEST_WAIT
from callrecords.graphtypes import JsonObject
from callrecords.queues.poison import PoisonQueue
from callrecords.queues.workqueue import queue_errors
from callrecords.usage import rollup

_CACHED_FOR = timedelta(seconds=5)
# A message that waits for its record is hidden for an hour at most, and was made before that.
_OLDEST_MESSAGE = timedelta(minutes=90)
# A dependency that takes longer is no better than one that is away.
_PATIENCE_SECONDS = LONGEST_WAIT + 3
# A later comparison of the last hours leaves some of them out; all of history may be compared once a week. A first
# comparison, over a gap, counts for both.
_COMPARED_WITHIN = {reconcilerun.RECENT: RECENT_WINDOW, reconcilerun.HISTORY: timedelta(days=8)}
_CARED_FOR_WITHIN = RENEW_BEFORE / 2
# Lists of Graph are scarce, and comparisons need them.
_PERMITTED_FOR = timedelta(minutes=1)

_RUNS = {run: reconcilerun.ended(run) for run in (reconcilerun.RECENT, reconcilerun.HISTORY, reconcilerun.GAP)}
_REMEMBERED = (subscriptions.STATE, progress.STATE, rollup.STATE, *_RUNS.values())

type _Items = dict[str, JsonObject]


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

    async def read_all(self, item_ids: Collection[str]) -> dict[str, JsonObject]: ...


class Health:
    """Asks every few seconds at most: Cosmos for what the use cases remember, each queue for the number of its messages
    and the oldest; and every minute at most: Graph for the calls of one minute."""

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
        self._permitted: datetime | None = None

    async def __call__(self) -> Report:
        """The report, some seconds old at most."""
        async with self._asking:
            now = self._clock()
            if self._report is None or now - self._report[0] > _CACHED_FOR:
                self._report = now, await self._ask(now)
            return self._report[1]

    async def _ask(self, now: datetime) -> Report:
        state, graph, queues, poison = await asyncio.gather(
            _checked(self._state.read_all(_REMEMBERED)),
            _checked(self._permission(now)),
            _checked(self._waiting(now)),
            _checked(self._poison()),
        )
        return Report(
            {
                "settings": Link(),
                "cosmos": state if isinstance(state, Link) else Link(),
                "graph": graph,
                "subscription": _told(_subscription, state, now),
                "queues": queues,
                "poison": poison,
                "ingest": _told(_ingest, state, now),
                "reconcile": _told(_reconcile, state, now),
                "usage": _told(_usage, state, now),
            }
        )

    async def _permission(self, now: datetime) -> Link:
        if self._permitted and now - self._permitted < _PERMITTED_FOR:
            return Link()
        try:
            async for _ in self._graph.between(now, now + timedelta(minutes=1)):
                break
        except Throttled as error:
            return Link(facts={"note": str(error)})
        self._permitted = now
        return Link()

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

    async def _poison(self) -> Link:
        facts, total = {}, 0
        for name, (_, poison) in self._queues.items():
            if count := await poison.count():
                facts[name] = {"count": count, "reasons": await poison.reasons()}
                total += count
        return Link(f"{total} messages were given up" if total else None, facts)


def _told(link: Callable[[_Items, datetime], Link], state: _Items | Link, now: datetime) -> Link:
    """The link as `state` tells of it; where that could not be read, it is as broken as that."""
    if isinstance(state, Link):
        return state
    try:
        return link(state, now)
    except Exception as error:
        return Link(str(unexpected(error)))


def _subscription(items: _Items, now: datetime) -> Link:
    known = items.get(subscriptions.STATE, {})
    facts = {name: value for name, value in known.items() if name != "clientStateDigest"}
    if facts.get("action") == "failed":
        return Link(facts["error"], facts)
    if "expires" not in facts:
        return Link("there is none yet: it is made by maintain_subscriptions_on_schedule", facts)
    if datetime.fromisoformat(facts["expires"]) <= now:
        return Link(f"it expired at {facts['expires']}", facts)
    if now - datetime.fromisoformat(facts["aliveAt"]) > _CARED_FOR_WITHIN:
        return Link(f"it was last cared for at {facts['aliveAt']}", facts)
    return Link(facts=facts)


def _ingest(items: _Items, _: datetime) -> Link:
    return Link(facts=items.get(progress.STATE, {}))


def _reconcile(items: _Items, now: datetime) -> Link:
    facts = {run: items.get(item_id, {}) for run, item_id in _RUNS.items()}
    for run, within in _COMPARED_WITHIN.items():
        finished = facts[run].get("finished") or facts[reconcilerun.GAP].get("finished")
        if finished and now - datetime.fromisoformat(finished) > within:
            return Link(f"reconcile_{run} last came to its end at {finished}", facts)
    return Link(facts=facts)


def _usage(items: _Items, _: datetime) -> Link:
    facts = {name: value for name, value in items.get(rollup.STATE, {}).items() if name != "position"}
    return Link(facts.get("error"), facts)


async def _checked[T](check: Awaitable[T]) -> T | Link:
    """What `check` comes to; a link that says why, where it does not."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await check
    except TimeoutError:
        return Link(f"it did not answer within {_PATIENCE_SECONDS} s")
    except CallRecordsError as error:
        return Link(str(error))
    except Exception as error:
        return Link(str(unexpected(error)))
