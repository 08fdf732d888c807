"""Whether the way from Graph to Cosmos is whole, link by link, and which link is the first that is broken."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from callrecords.errors import CallRecordsError, Throttled, unexpected
from callrecords.graph.limits import LONGEST_WAIT
from callrecords.operate import links, waiting
from callrecords.operate.checks import PATIENCE_SECONDS, checked
from callrecords.operate.links import HealthReport, Link
from callrecords.operate.shared import Shared
from callrecords.operate.waiting import Queues
from callrecords.ports.records import RecordList
from callrecords.ports.state import State, StateItems

_CACHED_FOR = timedelta(seconds=5)
# A probe waits for some seconds only. Whoever asks meanwhile is answered with the report before, unless that is too old
# to say anything.
_ANSWERED_WITHIN_SECONDS = 2.5
_TOO_OLD = timedelta(seconds=30)
# Graph allows few lists, and reconciliations need them.
_PERMITTED_FOR = timedelta(minutes=1)
# A list may have to wait for Graph's limits and for a token. It goes on while others are told what was known before.
_GRAPH_SECONDS = LONGEST_WAIT + 3
_STILL_PERMITTED_FOR = timedelta(minutes=5)


class Health:
    """Asks every few seconds at most: Cosmos for what the use cases remember, each queue for the number of its messages
    and the oldest; and every minute at most: Graph for the calls of one minute. One check at a time is under way."""

    def __init__(self, *, records: RecordList, state: State, queues: Queues, clock: Callable[[], datetime]) -> None:
        self._records = records
        self._state = state
        self._queues = queues
        self._clock = clock
        self._check = Shared(self._ask)
        self._permission = Shared(self._list)
        self._known: HealthReport | None = None
        self._permitted: datetime | None = None

    async def report(self) -> HealthReport:
        """The report of the check that is under way or, where that takes long, of the one before, with its age."""
        if self._known is None or self._age(self._known) > _CACHED_FOR:
            await self._check.within(_ANSWERED_WITHIN_SECONDS)
        if self._known is None or self._age(self._known) > _TOO_OLD:
            return HealthReport({"check": Link("it is not known yet: the check has not ended")}, self._clock())
        return replace(self._known, age=self._age(self._known))

    def _age(self, report: HealthReport) -> timedelta:
        return self._clock() - report.at

    async def _ask(self) -> None:
        now = self._clock()
        state, graph, queues, poison = await asyncio.gather(
            checked(self._state.read_all(links.REMEMBERED)),
            self._graph(now),
            waiting.queues(self._queues, now),
            checked(waiting.poison(self._queues)),
        )
        found = {
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
        self._known = HealthReport(found, now)

    async def _graph(self, now: datetime) -> Link:
        if self._was_permitted(now, _PERMITTED_FOR):
            return Link()
        if link := await self._permission.within(PATIENCE_SECONDS):
            return link
        late = f"it did not answer within {PATIENCE_SECONDS:.0f} s"
        return Link(facts={"note": late}) if self._was_permitted(now, _STILL_PERMITTED_FOR) else Link(late)

    def _was_permitted(self, now: datetime, lately: timedelta) -> bool:
        return self._permitted is not None and now - self._permitted < lately

    async def _list(self) -> Link:
        return await checked(self._first_of_a_minute(self._clock()), _GRAPH_SECONDS)

    async def _first_of_a_minute(self, now: datetime) -> Link:
        try:
            async for _ in self._records.between(now, now + timedelta(minutes=1)):
                break
        except Throttled as error:
            return Link(facts={"note": str(error)})
        self._permitted = now
        return Link()


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
