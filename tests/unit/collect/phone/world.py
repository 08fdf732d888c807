"""An import of rows of phone calls in a world of doubles: Graph's pages, the stored rows, the state, the queue."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from callrecords.collect.phone.joining import Joining
from callrecords.collect.phone.phoneimport import PhoneImport
from callrecords.collect.phone.run import PhoneMessage
from callrecords.errors import CallRecordsError, Refused
from callrecords.graphtypes import JsonObject, moment
from callrecords.ports.callrow import PhoneLegRow
from callrecords.ports.phonecalls import PhonePage
from callrecords.ports.phonejoin import CallDay, PhonedRow
from callrecords.ports.phonerow import KnownPhoneRow, PhoneJoin, PhoneRow, PhoneSource
from tests.doubles import Clock, Queues, State
from tests.invented import NOW, TENANT, call_id

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def pstn(number: int, start: datetime = NOW - HOUR, **changed: object) -> JsonObject:
    """A row as getPstnCalls tells it."""
    row: JsonObject = {
        "id": call_id(number),
        "userId": call_id(7),
        "startDateTime": start.isoformat().replace("+00:00", "Z"),
        "endDateTime": (start + timedelta(seconds=60)).isoformat().replace("+00:00", "Z"),
        "duration": 60,
        "callType": "user_out",
        "charge": Decimal("0.0150"),
        "connectionCharge": Decimal("0.00"),
        "currency": "USD",
        "callerNumber": "+15550100",
        "calleeNumber": "+15550199",
    }
    return row | changed


@dataclass
class Pages:
    """Tells rows, `size` on a page, and those without a start for any time; a page fails as `failing` says about its
    number. Links are `<source> <place>`."""

    rows: list[JsonObject] = field(default_factory=list)
    size: int = 1_000
    failing: Callable[[int], CallRecordsError | None] = lambda _: None
    links_last: bool = True
    asked: list[tuple[PhoneSource, datetime, str | None]] = field(default_factory=list)

    async def pages(
        self, source: PhoneSource, start: datetime, end: datetime, next_link: str | None = None, followed: int = 0
    ) -> AsyncGenerator[PhonePage]:
        while True:
            self.asked.append((source, start, next_link))
            if failure := self.failing(len(self.asked)):
                raise failure
            if next_link and not self.links_last:
                raise Refused("Graph answered 400.")
            found = [row for row in self.rows if (at := moment(row["startDateTime"])) is None or start <= at < end]
            place = int(next_link.split()[1]) if next_link else 0
            is_last = place + self.size >= len(found)
            next_link = None if is_last else f"{source} {place + self.size}"
            rows = found[place : place + self.size]
            yield PhonePage(rows=rows, next_link=next_link, followed=followed, is_repaired=False)
            followed += 1
            if is_last:
                return


@dataclass
class Rows:
    """The stored rows by day and id; a write fails as `failing` says about its number."""

    held: dict[tuple[str, str], PhoneRow] = field(default_factory=dict)
    writes: Counter[str] = field(default_factory=Counter)
    failing: Callable[[int], CallRecordsError | None] = lambda _: None

    async def known(self, row_ids: Collection[str]) -> dict[str, tuple[KnownPhoneRow, ...]]:
        found: dict[str, tuple[KnownPhoneRow, ...]] = {}
        for (day, row_id), row in self.held.items():
            if row_id in row_ids:
                found[row_id] = (*found.get(row_id, ()), KnownPhoneRow(day, row["digest"], row.get("joined")))
        return found

    async def save(self, row: PhoneRow) -> None:
        self._write("saved")
        self.held[row["day"], row["id"]] = row

    async def delete(self, row_id: str, day: str) -> None:
        self._write("deleted")
        self.held.pop((day, row_id), None)

    def _write(self, what: str) -> None:
        self.writes[what] += 1
        if failure := self.failing(self.writes.total()):
            raise failure


@dataclass
class Joins:
    """The store of joins over the rows that are held, and of `calls`; a request fails as `failing` says about its
    number, and the row of a call is gone when it is to be changed if it is `vanishing`."""

    rows: Rows
    calls: dict[CallDay, PhonedRow] = field(default_factory=dict)
    legs: dict[CallDay, dict[str, PhoneLegRow]] = field(default_factory=dict)
    asked: int = 0
    failing: Callable[[int], CallRecordsError | None] = lambda _: None
    is_changing: bool = False
    is_saving: bool = False
    vanishing: CallDay | None = None

    def add(self, *calls: PhonedRow) -> None:
        self.calls |= {CallDay(call["callId"], call["day"]): call for call in calls}

    async def to_join(self, source: PhoneSource, day: str, after: str, most: int, *, every: bool) -> list[PhoneRow]:
        self._ask()
        found = [
            row
            for (of_day, row_id), row in sorted(self.rows.held.items())
            if of_day == day and row["source"] == source and row_id > after and (every or _is_to_join(row))
        ]
        return found[:most]

    async def with_numbers(
        self, numbers: Collection[str], prefixes: Collection[str], start: datetime, end: datetime
    ) -> list[PhoneRow]:
        self._ask()
        return [
            row
            for row in self.rows.held.values()
            if row["source"] == "pstn"
            if row.get("number", "?") in numbers or row.get("number", "?").startswith(tuple(prefixes))
            if (at := moment(row.get("startDateTime"))) and start <= at < end
        ]

    async def rows_of(self, call_ids: Collection[str]) -> list[CallDay]:
        self._ask()
        return [where for where in self.calls if where.call_id in call_ids]

    async def phoned_calls(
        self, numbers: Collection[str], prefixes: Collection[str], start: datetime, end: datetime
    ) -> list[PhonedRow]:
        self._ask()
        return [
            call
            for call in self.calls.values()
            if (at := moment(call["startDateTime"])) and start <= at < end
            if any(each in numbers or each.startswith(tuple(prefixes)) for each in call["phoneNumbers"])
        ]

    async def told_of(self, row_ids: Collection[str]) -> Mapping[CallDay, Sequence[PhoneLegRow]]:
        self._ask()
        return {where: [*legs.values()] for where, legs in self.legs.items() if legs.keys() & {*row_ids}}

    async def change_legs(self, where: CallDay, put: Collection[PhoneLegRow], take: Collection[str]) -> bool:
        self._ask(is_changing=True)
        if where == self.vanishing:
            self.calls.pop(where, None)
        if where not in self.calls:
            return False
        legs = {row_id: leg for row_id, leg in self.legs.get(where, {}).items() if row_id not in take}
        self.legs[where] = legs | {leg["id"]: leg for leg in put}
        return True

    async def save_join(self, row: PhoneRow, join: PhoneJoin) -> bool:
        self._ask(is_saving=True)
        held = self.rows.held.get((row["day"], row["id"]))
        if held is None or held["digest"] != row["digest"]:
            return False
        self.rows.held[row["day"], row["id"]] = {**held, "joined": join}
        return True

    def _ask(self, *, is_changing: bool = False, is_saving: bool = False) -> None:
        self.asked += 1
        self.is_changing, self.is_saving = is_changing, is_saving
        if failure := self.failing(self.asked):
            raise failure


def _is_to_join(row: PhoneRow) -> bool:
    join = row.get("joined")
    return join is None or "calls" not in join or join["digest"] != row["digest"]


class World:
    """The use case with all that is around it."""

    def __init__(self, *rows: JsonObject, backfill_days: int = 30) -> None:
        self.clock, self.state = Clock(), State()
        self.pages, self.rows, self.queues = Pages(list(rows)), Rows(), Queues(self.clock)
        self.joins = Joins(self.rows)
        self.phone = PhoneImport(
            tenant_id=TENANT,
            pages=self.pages,
            rows=self.rows,
            joining=Joining(self.joins),
            backfill_days=backfill_days,
            state=self.state,
            queue=self.queues.work,
            clock=self.clock,
        )

    @property
    def waiting(self) -> PhoneMessage:
        (sent,) = self.queues.main.sent
        return PhoneMessage.parse(sent.text)

    @property
    def ids(self) -> list[str]:
        return sorted(row_id for _, row_id in self.rows.held)

    async def take(self) -> None:
        await self.phone.on_message(self.queues.main.sent.pop(0).text, 1)

    async def run(self, source: PhoneSource = "pstn", most: int = 400) -> JsonObject:
        """An import from its beginning to its end; what is remembered of it."""
        await self.phone.on_schedule(source)
        return await self.go_on(source, most)

    async def go_on(self, source: PhoneSource = "pstn", most: int = 400) -> JsonObject:
        for _ in range(most):
            if not self.queues.main.sent:
                return self.state.items["phone-pstn" if source == "pstn" else "phone-direct-routing"]
            self.clock.forward(timedelta(seconds=self.queues.main.sent[0].delay or 0))
            await self.take()
        raise AssertionError(f"The import is not done after {most} messages.")
