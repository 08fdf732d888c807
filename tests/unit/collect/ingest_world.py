"""Two workers that ingest in a world of doubles: Graph, the store, the fact rows, the queue, the state."""

from dataclasses import dataclass, field, replace
from typing import Any

from callrecords.callrecord import CallRecord, Piece, Progress
from callrecords.collect.arrivals import Arrivals
from callrecords.collect.factrows import FactRows
from callrecords.collect.givenup import GivenUpCalls
from callrecords.collect.ingest import Ingest
from callrecords.collect.repeats import Repeats
from callrecords.errors import CallRecordsError
from callrecords.ports.callrow import CallRow
from callrecords.ports.records import Absent, Saved, Stored
from callrecords.ports.rows import Row
from tests.doubles import Clock, Queues, State
from tests.invented import CALL, DAY, TENANT, call_record
from tests.reading import PagedReading

NOTHING = Absent(call_id=CALL)
OTHER_DAY = "2026-03-03"


def stored(version: int, *former_days: str, day: str = DAY) -> Stored:
    """What Cosmos holds of a call whose record is there."""
    return Stored(call_id=CALL, version=version, etag="etag", day=day, former_days=frozenset(former_days))


@dataclass
class Steps:
    """What is done, in order; a step that `failing` names fails."""

    done: list[str] = field(default_factory=list)
    failing: dict[str, CallRecordsError] = field(default_factory=dict)

    def __call__(self, name: str, *arguments: object) -> None:
        self.done.append(" ".join(map(str, (name, *arguments))))
        if name in self.failing:
            raise self.failing[name]


@dataclass
class Graph:
    """Holds one record."""

    step: Steps
    record: CallRecord = field(default_factory=lambda: call_record(version=2))

    async def start(self, call_id: str) -> PagedReading:
        self.step("start")
        return PagedReading(self.record)

    async def resume(self, call_id: str, progress: Progress) -> PagedReading:
        raise AssertionError


@dataclass
class Store:
    """Holds what it is told to: `found` at first, then `latest`; and says that a save had this outcome, and what is
    `stored` then, if not the record."""

    step: Steps
    found: Absent | Stored = NOTHING
    outcome: Saved = Saved.STORED
    stored: Stored | None = None
    loaded: CallRecord | None = None
    saved: CallRecord | None = None
    latest: Stored = field(default_factory=lambda: stored(2))

    async def look(self, call_id: str) -> Absent | Stored:
        found = self.latest if "look" in self.step.done else self.found
        self.step("look")
        return found

    async def whole(self, record: CallRecord, parts: tuple[str, ...]) -> CallRecord:
        return record

    async def add_former_day(self, call_id: str, day: str) -> None:
        self.step("add_former_day", day)
        self.latest = replace(self.latest, former_days=self.latest.former_days | {day})

    async def write_ahead(self, piece: Piece, parts: tuple[str, ...]) -> tuple[str, ...]:
        raise AssertionError

    async def save(
        self, record: CallRecord, found: Absent | Stored, parts: tuple[str, ...] = ()
    ) -> tuple[Saved, Stored]:
        self.step("save", record.version)
        self.saved = record
        former_days = self.found.former_days if isinstance(self.found, Stored) else frozenset[str]()
        return self.outcome, self.stored or stored(record.version, *former_days)

    async def tidy(self, stored: Stored) -> None:
        self.step("tidy", stored.version)

    async def former_days(self, call_id: str) -> frozenset[str]:
        self.step("former_days")
        return self.latest.former_days

    async def load(self, call_id: str) -> CallRecord | None:
        self.step("load")
        return self.loaded


@dataclass
class Rows:
    """Fact rows of one call by day."""

    step: Steps
    rows: dict[str, Any] = field(default_factory=dict)

    async def row(self, call_id: str, day: str) -> Row | None:
        self.step("row", day)
        row = self.rows.get(day)
        return Row(row["version"], frozenset(row.get("caveats", ()))) if row else None

    async def days(self, call_id: str) -> frozenset[str]:
        self.step("days")
        return frozenset(self.rows)

    async def save(self, row: CallRow, *, is_new: bool = False) -> bool:
        self.step("derive", row["version"])
        self.rows[row["day"]] = row
        return True

    async def delete(self, call_id: str, day: str, older_than: int) -> None:
        self.step("delete", day, older_than)
        if day in self.rows and self.rows[day]["version"] < older_than:
            del self.rows[day]


class World:
    """Two workers with all that is around them."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.steps, self.queues, self.state = Steps(), Queues(self.clock), State()
        self.graph, self.store, self.rows = Graph(self.steps), Store(self.steps), Rows(self.steps)
        self._workers = [self._worker(), self._worker()]

    def _worker(self) -> Ingest:
        return Ingest(
            records=self.graph,
            store=self.store,
            rows=FactRows(tenant_id=TENANT, store=self.store, rows=self.rows),
            arrivals=Arrivals(self.state, self.clock),
            given_up=GivenUpCalls(self.state, self.clock),
            repeats=Repeats(self.clock),
            queue=self.queues.work,
        )

    async def ingest(self, text: str, tries: int, worker: int = 0) -> None:
        """Lets the queue deliver a message to a worker."""
        await self._workers[worker].on_message(text, tries)
