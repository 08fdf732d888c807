"""Cosmos DB as the reconciliation sees it, in simulated time, and what it charges for it."""

import asyncio
import math
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from callrecords.cosmos.completeness import completeness_of
from callrecords.documents import Document
from callrecords.graphtypes import JsonObject
from callrecords.ports.completeness import Change, DayCompleteness
from callrecords.ports.rows import Row, TimedRow
from callrecords.ports.state import StateItems, StateKey
from local.rates.calls import Calls

_SECONDS, _SECONDS_A_ROW = 0.02, 0.0002
_KB = 1_000


@dataclass
class Charges:
    """Request units, by what they were for."""

    of: Counter[str] = field(default_factory=Counter)

    async def read(self, what: str, size: int = 0) -> None:
        """A point read: 1 RU for a kB or for nothing, 0.5 for each further one."""
        await self._charge(what, 1 + 0.5 * max(math.ceil(size / _KB) - 1, 0))

    async def write(self, what: str, size: int) -> None:
        """Of an item that is not indexed."""
        await self._charge(what, 5 + 0.45 * size / _KB)

    async def query(self, what: str, rows: int) -> None:
        """Of a query that returns so many rows."""
        await self._charge(what, 3 + 0.2 * rows, _SECONDS_A_ROW * rows)

    async def _charge(self, what: str, units: float, seconds: float = 0.0) -> None:
        self.of[what] += units  # type: ignore[assignment]
        await asyncio.sleep(_SECONDS + seconds)


@dataclass
class Rows:
    """Stands for the fact rows."""

    calls: Calls
    charges: Charges

    async def days(self, call_id: str) -> frozenset[str]:
        await self.charges.query("rows one by one", 1)
        return frozenset()

    async def versions(self, day: str, start: datetime, end: datetime) -> dict[str, TimedRow]:
        found = self.calls.rows(start, end)
        await self.charges.query("rows", len(found))
        return found

    async def row(self, call_id: str, day: str) -> Row | None:
        await self.charges.read("rows one by one")
        return self.calls.row(call_id)


@dataclass
class State:
    """Stands for a StateStore whose clock is that of `calls`; keeps the JSON of its items."""

    calls: Calls
    charges: Charges
    items: dict[str, bytes] = field(default_factory=dict)

    async def read[D: Document](self, key: StateKey[D]) -> D | None:
        await self.charges.read("state", len(self.items.get(key.id, b"")))
        return key.parse(self._item(key.id))

    async def read_all(self, item_ids: Collection[str]) -> StateItems:
        found = {item_id: item for item_id in item_ids if (item := self._item(item_id))}
        await self.charges.query("state", len(found))
        return StateItems(found)

    async def starting_with[D: Document](self, prefix: StateKey[D]) -> list[D]:
        found = [prefix.parse(self._item(item_id)) for item_id in self.items if item_id.startswith(prefix.id)]
        await self.charges.query("state", len(found))
        return [document for document in found if document is not None]

    async def write[D: Document](self, key: StateKey[D], document: D) -> datetime:
        self.hold(key, document)
        await self.charges.write("state", len(self.items[key.id]))
        return self.calls.clock()

    async def delete(self, item_id: str) -> None:
        await self.charges.write("state", len(self.items.pop(item_id, b"")))

    def hold[D: Document](self, key: StateKey[D], document: D) -> None:
        """Takes the document in."""
        self.items[key.id] = orjson.dumps(key.item(document))

    def _item(self, item_id: str) -> JsonObject | None:
        text = self.items.get(item_id)
        found: JsonObject | None = orjson.loads(text) if text else None
        return found


@dataclass
class Completeness:
    """Stands for the items of days. `kept` has, for each hour and rung, when that comparison was kept."""

    charges: Charges
    calls: Calls
    held: dict[str, DayCompleteness] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    kept: dict[tuple[datetime, str], datetime] = field(default_factory=dict)
    latest: set[str] = field(default_factory=set)  # read since they were changed, as CompletenessItems keeps them

    async def days(self, days: Collection[str]) -> list[DayCompleteness]:
        found = [self.held[day] for day in sorted(days) if day in self.held]
        self.latest |= {each.day for each in found}
        await self.charges.query("days", len(found))
        return found

    async def change(self, day: str, change: Change) -> DayCompleteness:
        if day not in self.latest:
            await self.charges.read("days read to be changed", self.sizes.get(day, 0))
        self.latest.discard(day)
        changed = self.hold(day, change)
        await self.charges.write("days", self.sizes[day])
        for hour in changed.hours:
            self.kept.setdefault((hour.start, hour.rung), self.calls.clock())
        return changed

    def hold(self, day: str, change: Change) -> DayCompleteness:
        """What `change` makes of the day."""
        self.held[day] = change(self.held.get(day))
        self.sizes[day] = len(orjson.dumps(completeness_of(day).item(self.held[day])))
        return self.held[day]
