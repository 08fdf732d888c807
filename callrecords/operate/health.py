"""Whether the way from Graph to Cosmos is whole, link by link, and which link is the first that is broken."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from callrecords.errors import Throttled, own
from callrecords.graph.limits import LONGEST_WAIT
from callrecords.operate import links, losses, timers, waiting
from callrecords.operate.checks import PATIENCE_SECONDS, checked
from callrecords.operate.memory import NOTHING, Memory, Remembered
from callrecords.operate.report import HealthReport, Link
from callrecords.operate.shared import Shared
from callrecords.operate.timers import Watch
from callrecords.operate.waiting import Queues
from callrecords.ports.records import RecordList
from callrecords.ports.state import State

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
# Graph holds an app back for seconds while it works.
_HELD_BACK = timedelta(minutes=1)


class Health:
    """Asks every few seconds at most: Cosmos for what is remembered, each queue for the number of its messages and the
    oldest; and every minute at most: Graph for the calls of one minute. One check at a time is under way.

    `held_for` tells for how many seconds Graph's limits hold the requests of this worker back.
    """

    def __init__(
        self,
        *,
        records: RecordList,
        state: State,
        queues: Queues,
        watch: Watch,
        held_for: Callable[[], float],
        clock: Callable[[], datetime],
    ) -> None:
        self._records = records
        self._memory = Memory(state, watch)
        self._queues = queues
        self._watch = watch
        self._held_for = held_for
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
        memory, graph, queues, poison = await asyncio.gather(
            checked("Cosmos DB", self._memory.read(now)),
            self._graph(now),
            waiting.waiting(self._queues, now),
            checked("a poison queue", waiting.poison(self._queues)),
        )
        watch = self._watch
        readable = memory if isinstance(memory, Remembered) else NOTHING
        found = {
            "settings": Link(),
            "cosmos": memory if isinstance(memory, Link) else Link(),
            "graph": self._held(graph, readable.flow.held_until, now),
            "subscription": _told(lambda known: links.subscription(known.items, now), memory),
            "notifications": _told(lambda known: losses.notifications(known.items, known.flow), memory),
            "queues": _told(lambda known: waiting.queues(queues, watch.functions, known.items, now), readable),
            "poison": poison,
            "missing": _told(lambda known: losses.missing(known.given_up, now), memory),
            "ingest": _told(lambda known: links.ingest(known.items, known.flow), memory),
            "timers": _told(lambda known: timers.timers(watch.schedules, known.items, now), memory),
            "reconcile": _told(lambda known: links.reconcile(known.items, now), memory),
            "phone": _told(lambda known: links.phone(known.items, now, watch.schedules), memory),
            "audit": _told(lambda known: links.audit(known.items, now), memory),
            "usage": _told(lambda known: links.usage(known.items, now, watch.schedules), memory),
        }
        self._known = HealthReport(found, now)

    def _held(self, graph: Link, elsewhere_until: datetime | None, now: datetime) -> Link:
        """What is known of Graph, and broken where its limits hold some worker back for long."""
        here_until = now + timedelta(seconds=self._held_for())
        held = max(here_until, elsewhere_until or here_until) - now
        if held <= timedelta():
            return graph
        facts = {**graph.facts, "heldBackSeconds": round(held.total_seconds())}
        return Link(graph.why or (f"requests are held back for {held}" if held > _HELD_BACK else None), facts)

    async def _graph(self, now: datetime) -> Link:
        if self._was_permitted(now, _PERMITTED_FOR):
            return Link()
        if link := await self._permission.within(PATIENCE_SECONDS):
            return link
        late = f"Graph did not answer within {PATIENCE_SECONDS:.0f} s"
        return Link(facts={"note": late}) if self._was_permitted(now, _STILL_PERMITTED_FOR) else Link(late)

    def _was_permitted(self, now: datetime, lately: timedelta) -> bool:
        return self._permitted is not None and now - self._permitted < lately

    async def _list(self) -> Link:
        return await checked("Graph", self._first_of_a_minute(self._clock()), _GRAPH_SECONDS)

    async def _first_of_a_minute(self, now: datetime) -> Link:
        try:
            async for _ in self._records.between(now, now + timedelta(minutes=1)):
                break
        except Throttled as error:
            return Link(facts={"note": str(error)})
        self._permitted = now
        return Link()


def _told(link: Callable[[Remembered], Link], memory: Remembered | Link) -> Link:
    """The link as what is remembered tells of it; where that could not be read or is damaged, as broken as that."""
    if isinstance(memory, Link):
        return memory
    try:
        return link(memory)
    except Exception as error:
        return Link(str(own(error)))
