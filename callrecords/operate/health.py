"""Whether the way from Graph to Cosmos is whole, link by link, and which link is the first that is broken."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from azure.storage.queue.aio import QueueClient

from callrecords.errors import CallRecordsError, Throttled, unexpected
from callrecords.graph.limits import LONGEST_WAIT
from callrecords.operate import links
from callrecords.operate.links import HealthReport, Link
from callrecords.ports.records import RecordList
from callrecords.ports.state import State, StateItems
from callrecords.queues.poison import PoisonQueue
from callrecords.queues.workqueue import queue_errors

_CACHED_FOR = timedelta(seconds=5)
# A message that waits for its record is hidden for an hour at most, and was made before that.
_OLDEST_MESSAGE = timedelta(minutes=90)
# A dependency that takes longer counts as unavailable.
_PATIENCE_SECONDS = LONGEST_WAIT + 3
# Graph allows few lists, and reconciliations need them.
_PERMITTED_FOR = timedelta(minutes=1)


class Health:
    """Asks every few seconds at most: Cosmos for what the use cases remember, each queue for the number of its messages
    and the oldest; and every minute at most: Graph for the calls of one minute."""

    def __init__(
        self,
        *,
        records: RecordList,
        state: State,
        queues: dict[str, tuple[QueueClient, PoisonQueue]],
        clock: Callable[[], datetime],
    ) -> None:
        self._records = records
        self._state = state
        self._queues = queues
        self._clock = clock
        self._asking = asyncio.Lock()
        self._report: tuple[datetime, HealthReport] | None = None
        self._permitted: datetime | None = None

    async def report(self) -> HealthReport:
        """The report, some seconds old at most."""
        async with self._asking:
            now = self._clock()
            if self._report is None or now - self._report[0] > _CACHED_FOR:
                self._report = now, await self._ask(now)
            return self._report[1]

    async def _ask(self, now: datetime) -> HealthReport:
        state, graph, queues, poison = await asyncio.gather(
            _checked(self._state.read_all(links.REMEMBERED)),
            _checked(self._permission(now)),
            _checked(self._waiting(now)),
            _checked(self._poison()),
        )
        return HealthReport(
            {
                "settings": Link(),
                "cosmos": state if isinstance(state, Link) else Link(),
                "graph": graph,
                "subscription": _told(links.subscription, state, now),
                "queues": queues,
                "poison": poison,
                "ingest": _told(links.ingest, state, now),
                "reconcile": _told(links.reconcile, state, now),
                "audit": _told(links.audit, state, now),
                "usage": _told(links.usage, state, now),
            }
        )

    async def _permission(self, now: datetime) -> Link:
        if self._permitted and now - self._permitted < _PERMITTED_FOR:
            return Link()
        try:
            async for _ in self._records.between(now, now + timedelta(minutes=1)):
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


def _told(link: Callable[[StateItems, datetime], Link], state: StateItems | Link, now: datetime) -> Link:
    """The link as `state` tells of it; where that could not be read or is damaged, it is as broken as that."""
    if isinstance(state, Link):
        return state
    try:
        return link(state, now)
    except CallRecordsError as error:
        return Link(str(error))
    except Exception as error:
        return Link(str(unexpected(error)))


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
