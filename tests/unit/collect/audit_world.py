"""An audit in a world of doubles: what Cosmos holds of calls by day, the state, the queues."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from callrecords.callrecord import Caveat
from callrecords.collect.audit import StoreAudit
from callrecords.collect.auditrun import AuditMessage
from callrecords.collect.givenup import GivenUpCalls
from callrecords.errors import CallRecordsError
from callrecords.graphtypes import JsonObject
from callrecords.ports.records import Absent, Stored
from callrecords.ports.slices import DayRow, Header, Held, Part, Slice
from tests.doubles import Clock, Queues, State
from tests.invented import CALL, DAY, NOW, TENANT

HOUR, DAYS = timedelta(hours=1), timedelta(days=1)
LONG_AGO = NOW - 3 * DAYS


def part(version: int = 1, number: int = 0, written: datetime = LONG_AGO) -> Part:
    return Part(f"sessions-{version}-{number}-0123abcd", version, written)


def header(version: int = 1, *parts: Part, former: frozenset[str] = frozenset()) -> Header:
    return Header(version, former_days=former, parts=frozenset(each.part_id for each in parts))


def stored(
    version: int, *named: Part, day: str = DAY, others: tuple[Part, ...] = (), caveats: frozenset[Caveat] = frozenset()
) -> Stored:
    """What the partition of `CALL` has where its parts that are named are all there."""
    names = frozenset(each.part_id for each in named)
    return Stored(
        call_id=CALL,
        version=version,
        etag="etag",
        day=day,
        named_parts=names,
        part_ids=names | {each.part_id for each in others},
        caveats=caveats,
    )


WHOLE = Held(header=header(1, part()), parts=(part(),), row=DayRow(1))


@dataclass
class Cosmos:
    """Holds calls by day, charges 3 request units a slice and one for ten calls, or fails as `failing` says of the
    number of the slice. `looks` are what is found where somebody looks, else it is what the days have."""

    clock: Clock
    days: dict[str, dict[str, Held]] = field(default_factory=dict)
    looks: dict[str, Absent | Stored] = field(default_factory=dict)
    failing: Mapping[int, CallRecordsError] = field(default_factory=dict)
    takes: timedelta = timedelta()
    keeps: timedelta | None = None
    read_slices: list[tuple[str, str, str]] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)

    async def read(self, day: str, bounds: tuple[str, str], most: int | None) -> Slice:
        self.read_slices.append((day, *bounds))
        self.clock.forward(self.takes)
        if failure := self.failing.get(len(self.read_slices)):
            raise failure
        found = {call_id: held for call_id, held in self.days.get(day, {}).items() if bounds[0] <= call_id < bounds[1]}
        is_too_much = most is not None and len(found) * 3 > most
        return Slice(calls=None if is_too_much else found, request_units=3 + len(found) / 10)

    async def retention(self) -> timedelta | None:
        return self.keeps

    async def look(self, call_id: str) -> Absent | Stored:
        self.looked.append(call_id)
        if call_id in self.looks:
            return replace(self.looks[call_id], call_id=call_id)
        return Absent(call_id=call_id)

    async def tidy(self, stored: Stored) -> None:
        self.steps.append(f"tidy {stored.call_id}")

    async def add_former_day(self, call_id: str, day: str) -> None:
        self.steps.append(f"former day {call_id} {day}")

    async def delete(self, call_id: str, day: str, older_than: int) -> None:
        self.steps.append(f"delete {call_id} {day} {older_than}")


class World:
    """An audit with all that is around it."""

    def __init__(self) -> None:
        self.clock, self.state = Clock(), State()
        self.cosmos = Cosmos(self.clock)
        self.calls, self.queues = Queues(self.clock), Queues(self.clock)
        self.given_up = GivenUpCalls(self.state, self.clock)
        self.audit = StoreAudit(
            tenant_id=TENANT,
            slices=self.cosmos,
            records=self.cosmos,
            rows=self.cosmos,
            given_up=self.given_up,
            state=self.state,
            calls=self.calls.work,
            queue=self.queues.work,
            clock=self.clock,
        )

    @property
    def waiting(self) -> AuditMessage:
        """The only message on the queue."""
        (sent,) = self.queues.main.sent
        return AuditMessage.parse(sent.text)

    @property
    def enqueued(self) -> list[JsonObject]:
        """The messages about calls."""
        return [sent.document for sent in self.calls.main.sent]

    async def take(self) -> None:
        """Handles the message that has been on the queue for longest."""
        await self.audit.on_message(self.queues.main.sent.pop(0).text, 1)

    async def run(self, most: int = 100) -> int:
        """Handles messages, each after its delay, until there is none; how many. Fails after `most`."""
        for number in range(most):
            if not self.queues.main.sent:
                return number
            self.clock.forward(timedelta(seconds=self.queues.main.sent[0].delay or 0))
            await self.take()
        raise AssertionError(f"The audit is not done after {most} messages.")

    async def run_over(self, first_day: str, last_day: str | None = None) -> JsonObject:
        """Audits these days on command; the outcome."""
        assert await self.audit.start("command", first_day, last_day or first_day)
        await self.run()
        return self.outcome("command")

    def outcome(self, audit: str) -> JsonObject:
        return self.state.items[f"audit-{audit}"]
