"""Random histories of rows of phone calls and of calls: they come, are revised, move, are lost and come back, while
imports go on that fail or are killed at any request."""

from datetime import datetime, timedelta
from random import Random
from typing import cast

from callrecords.errors import CallRecordsError, Unavailable
from callrecords.graphtypes import JsonObject, utc
from callrecords.phone.joins import leg_row
from callrecords.ports.phonejoin import CallDay, PhonedRow
from callrecords.ports.phonerow import PhoneJoin, PhoneSource
from tests.invented import call_id
from tests.unit.collect.phone.world import DAY, World, pstn

SOURCES: tuple[PhoneSource, ...] = ("pstn", "directRouting")
_SECOND = timedelta(seconds=1)
_ROWS, _CALLS = 8, 5
_AWAY = (-100, -40, -20, 0, 0, 10, 40, 90, 130)


class Killed(BaseException):
    """The worker ends in the middle of what it does."""


class History:
    """A history of the `seed`, in which telephones have these numbers. Everything is at about one of a few midnights,
    so that rows and calls are rivals, and move over it."""

    def __init__(self, seed: int, numbers: tuple[str, ...]) -> None:
        self._rng = Random(seed)
        self._numbers = numbers
        self.world = World()
        self.told: dict[PhoneSource, dict[int, JsonObject]] = {"pstn": {}, "directRouting": {}}
        self.calls: dict[str, PhonedRow] = {}
        self._lost: list[PhonedRow] = []
        self._version = 0

    async def day(self) -> None:
        """Some things happen, with imports in between, and the next day begins."""
        for _ in range(self._rng.randint(1, 3)):
            for _ in range(self._rng.randint(0, 6)):
                self._happen()
            await self.imported(self._rng.choice(SOURCES), is_stopped=True)
        for source in SOURCES:
            await self.imported(source, is_stopped=True)
        self._tidy()
        self.world.clock.forward(DAY)

    async def imported(self, source: PhoneSource, *, is_stopped: bool = False) -> None:
        """An import from its beginning to its end, wherever it is stopped."""
        world, rng = self.world, self._rng
        world.pages.rows = [*self.told[source].values()]
        world.pages.size = rng.choice((2, 1_000))
        stops = {rng.randint(1, 80): rng.random() < 0.5 for _ in range(rng.choice((0, 1, 3)))} if is_stopped else {}
        asked, written = world.joins.asked, world.rows.writes.total()

        def stop(number: int) -> CallRecordsError | None:
            if number not in stops:
                return None
            if stops.pop(number):
                raise Killed
            return Unavailable("503")

        world.joins.failing = lambda number: stop(number - asked)
        world.rows.failing = lambda number: stop(number - written)
        await world.phone.on_schedule(source)
        while world.queues.main.sent:
            world.clock.forward(timedelta(seconds=world.queues.main.sent[0].delay or 0))
            text = world.queues.main.sent.pop(0).text
            while await self._is_killed(text):
                self._happen()
        assert world.queues.poison.sent == []

    async def _is_killed(self, text: str) -> bool:
        try:
            await self.world.phone.on_message(text, 1)
        except Killed:
            return True
        return False

    def _happen(self) -> None:
        chance = self._rng.random()
        if chance < 0.35:
            self._revise("pstn", self._rng.randrange(_ROWS))
        elif chance < 0.5:
            self._revise("directRouting", 100 + self._rng.randrange(_ROWS))
        elif chance < 0.85:
            self._save(self._call(self._rng.randrange(_CALLS)))
        elif chance < 0.93 and self.calls:
            lost = self.calls.pop(self._rng.choice(sorted(self.calls)))
            self._lost.append(lost)
            for where in [where for where in self.world.joins.calls if where.call_id == lost["callId"]]:
                self._remove(where)
        elif self._lost and (call := self._lost.pop())["callId"] not in self.calls:
            self._save(call)

    def _revise(self, source: PhoneSource, number: int) -> None:
        start = self._about()
        changes: JsonObject = {"calleeNumber": self._rng.choice(self._numbers)}
        changes["userId"] = self._rng.choice((call_id(7), call_id(7), call_id(8)))
        changes["endDateTime"] = utc(start + self._rng.choice((60, 60, 64, 66, 70)) * _SECOND)
        if source == "directRouting":
            own, former = (call_id(1_000 + self._rng.randrange(_CALLS)) for _ in range(2))
            changes = {"correlationId": own, "transferorCorrelationId": former, "callType": "ByotOut"}
        self.told[source][number] = pstn(number, start, **changes)

    def _call(self, number: int) -> PhonedRow:
        self._version += 1
        start = self._about()
        left = start + self._rng.choice((60, 60, 63, 66, 70)) * _SECOND
        stays = [
            {"who": {"kind": "phone", "id": self._rng.choice(self._numbers)}, "joined": utc(start), "left": utc(left)}
            for _ in range(self._rng.choice((0, 1, 1, 2)))
        ]
        told = {
            "callId": call_id(1_000 + number),
            "day": start.date().isoformat(),
            "version": self._version,
            "startDateTime": utc(start),
            "endDateTime": utc(left),
            "userIds": [call_id(7), *([call_id(8)] if self._rng.random() < 0.3 else [])],
            "phoneNumbers": sorted({self._rng.choice(self._numbers), *(str(stay["who"]["id"]) for stay in stays)}),  # type: ignore[index]
            "endpoints": stays,
        }
        return cast("PhonedRow", told)

    def _about(self) -> datetime:
        """A time near a midnight of these days; rows of older days are not told again."""
        midnight = self.world.clock().replace(hour=0, minute=0, second=0) - self._rng.choice((0, 1)) * DAY
        return midnight + self._rng.choice(_AWAY) * _SECOND

    def _save(self, call: PhonedRow) -> None:
        """Stores the row of the call, as CallsStore does: that of a new day has the legs that rows tell of. What is
        under another day may stay for a while."""
        joins, where = self.world.joins, CallDay(call["callId"], call["day"])
        self.calls[call["callId"]] = call
        if where not in joins.calls:
            joins.legs[where] = {
                row["id"]: leg_row(row, each)
                for row in self.world.rows.held.values()
                for each in row.get("joined", {}).get("calls", ())
                if each["callId"] == call["callId"]
            }
        joins.calls[where] = call
        if self._rng.random() < 0.5:
            self._tidy()

    def _tidy(self) -> None:
        current = {CallDay(call["callId"], call["day"]) for call in self.calls.values()}
        for where in self.world.joins.calls.keys() - current:
            self._remove(where)

    def _remove(self, where: CallDay) -> None:
        self.world.joins.calls.pop(where, None)
        self.world.joins.legs.pop(where, None)


type State = tuple[dict[tuple[str, str], tuple[str, PhoneJoin | None]], dict[CallDay, object]]


def state_of(world: World) -> State:
    """What rows and calls tell of each other."""
    rows = {place: (row["digest"], row.get("joined")) for place, row in world.rows.held.items()}
    return rows, {where: legs for where, legs in world.joins.legs.items() if legs}


async def clean(history: History) -> World:
    """A world into which what the history has come to is imported once."""
    world = World(backfill_days=100)
    world.clock.now = history.world.clock()
    world.joins.add(*history.calls.values())
    for source in SOURCES:
        world.pages.rows = [*history.told[source].values()]
        await world.run(source)
    return world
