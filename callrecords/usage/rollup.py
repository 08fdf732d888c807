"""The use case that keeps the roll-ups of days current, from the change feed of the fact rows."""

import logging
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Protocol

from callrecords.errors import CallRecordsError, unexpected
from callrecords.graphtypes import JsonObject
from callrecords.usage.day import DayUsage

log = logging.getLogger(__name__)

STATE = "usage"


class Facts(Protocol):
    """The fact rows: factqueries.FactQueries."""

    def rows(self, day: str) -> AsyncIterator[JsonObject]: ...

    async def changed_days(self, position: str | None) -> tuple[set[str], str | None]: ...


class Usage(Protocol):
    """The roll-ups: usagestore.UsageStore."""

    async def save(self, item: JsonObject) -> None: ...

    async def delete(self, day: str) -> None: ...


class State(Protocol):
    """Where the position in the change feed and the days that failed are kept: state.StateStore."""

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
        """Makes the roll-ups those of the fact rows. A day that fails is logged and tried again by the next run, which
        goes on where this one began if the changes cannot be read or the position not be kept.
        """
        try:
            known = await self._state.read(STATE)
            changed, position = await self._facts.changed_days(known.get("position"))
            days = sorted(changed.union(known.get("failedDays", ())))
            failures = {day: failure for day in days if (failure := await self._failure(day))}
            await self._state.write(
                STATE,
                {
                    "position": position,
                    "at": self._clock().isoformat(),
                    "failedDays": list(failures),
                    "error": [None, *failures.values()][-1],
                },
            )
        except CallRecordsError as error:
            log.error("%s", error)
        else:
            log.info("Rolled up %d days on which facts changed.", len(days) - len(failures))

    async def _failure(self, day: str) -> str | None:
        """Rolls up the day, and answers why that failed, if it did."""
        try:
            await self._roll_up(day)
        except Exception as error:
            reason = error if isinstance(error, CallRecordsError) else unexpected(error)
            failure = f"Roll-up of {day}: {reason}"
            log.error("%s", failure)
            return failure
        return None

    async def _roll_up(self, day: str) -> None:
        usage = DayUsage(self._tenant_id, day)
        async for row in self._facts.rows(day):
            usage.add(row)
        if usage.is_empty:
            await self._usage.delete(day)
        else:
            await self._usage.save(usage.item())
