"""The use case that keeps the roll-ups of days current, from the change feed of the fact rows."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from callrecords.errors import CallRecordsError
from callrecords.jsontypes import JsonObject
from callrecords.usage import roll_up

log = logging.getLogger(__name__)

STATE = "usage"


class Facts(Protocol):
    """The fact rows: factqueries.FactQueries."""

    async def rows(self, day: str) -> list[JsonObject]: ...

    async def changed_days(self, position: str | None) -> tuple[set[str], str | None]: ...


class Usage(Protocol):
    """The roll-ups: usagestore.UsageStore."""

    async def save(self, item: JsonObject) -> None: ...

    async def delete(self, day: str) -> None: ...


class State(Protocol):
    """Where the position in the change feed is kept: state.StateStore."""

    async def read(self, item_id: str) -> JsonObject: ...

    async def write(self, item_id: str, values: JsonObject) -> None: ...


class RollUp:
    """Rolls up the days of `tenant_id` on which fact rows changed."""

    def __init__(self, tenant_id: str, facts: Facts, usage: Usage, state: State, clock: Callable[[], datetime]) -> None:
        self._tenant_id = tenant_id
        self._facts = facts
        self._usage = usage
        self._state = state
        self._clock = clock

    async def on_schedule(self) -> None:
        """Makes the roll-ups those of the fact rows. A failure is logged: the next run goes on where this one began."""
        try:
            position = (await self._state.read(STATE)).get("position")
            days, position = await self._facts.changed_days(position)
            for day in sorted(days):
                await self._roll_up(day)
            await self._state.write(STATE, {"position": position, "at": self._clock().isoformat()})
        except CallRecordsError as error:
            log.error("%s", error)
        else:
            log.info("Rolled up %d days on which facts changed.", len(days))

    async def _roll_up(self, day: str) -> None:
        rows = await self._facts.rows(day)
        if rows:
            await self._usage.save(roll_up(self._tenant_id, day, rows))
        else:
            await self._usage.delete(day)
