"""The use case that keeps the roll-ups of days current, from the change feed of the fact rows."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from callrecords.documents import Document
from callrecords.errors import CallRecordsError, Refused, Unreadable, own
from callrecords.ports.rows import ChangedRows
from callrecords.ports.state import State, StateKey
from callrecords.ports.usage import RollUpStore
from callrecords.usage.day import FIELDS, DayUsage

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class RollUpState(Document):
    """How far the roll-ups were `at`: the position in the change feed, the days that failed, and why the last of them
    did. `begun_anew` is when the position before was of no use any more, and all changes were read again."""

    position: str | None = None
    at: datetime
    failed_days: tuple[str, ...] = ()
    error: str | None = None
    begun_anew: datetime | None = None


ROLL_UP = StateKey("usage", RollUpState)


class RollUp:
    """Rolls up the days of `tenant_id` on which fact rows changed."""

    def __init__(
        self,
        *,
        tenant_id: str,
        calls: ChangedRows,
        usage: RollUpStore,
        state: State,
        clock: Callable[[], datetime],
    ) -> None:
        self._tenant_id = tenant_id
        self._calls = calls
        self._usage = usage
        self._state = state
        self._clock = clock

    async def on_schedule(self) -> None:
        """Makes the roll-ups those of the fact rows. A day that fails is logged and tried again by the next run, which
        goes on where this one began if the changes cannot be read or the position not be kept.
        """
        try:
            known = await self._state.read(ROLL_UP)
            changed, position, begun_anew = await self._changes(known)
            days = sorted(changed.union(known.failed_days if known else ()))
            failures = {day: failure for day in days if (failure := await self._failure(day))}
            now, error = self._clock(), [None, *failures.values()][-1]
            reached = RollUpState(
                position=position, at=now, failed_days=tuple(failures), error=error, begun_anew=begun_anew
            )
            await self._state.write(ROLL_UP, reached)
        except CallRecordsError as error:
            log.error("%s", error)
        else:
            log.info("Rolled up %d days on which facts changed.", len(days) - len(failures))

    async def _changes(self, known: RollUpState | None) -> tuple[set[str], str | None, datetime | None]:
        """The days of changes, the position after them, and when all changes were read again; of a position that is of
        no use, all."""
        begun_anew = known.begun_anew if known else None
        try:
            return *await self._calls.changed_days(known.position if known else None), begun_anew
        except (Unreadable, Refused) as error:
            if known is None or known.position is None:
                raise
            log.error("All changes are read again: %s", error)
        return *await self._calls.changed_days(None), self._clock()

    async def _failure(self, day: str) -> str | None:
        """Rolls up the day, and answers why that failed, if it did."""
        try:
            await self._roll_up(day)
        except Exception as error:
            failure = f"Roll-up of {day}: {own(error)}"
            log.error("%s", failure)
            return failure
        return None

    async def _roll_up(self, day: str) -> None:
        usage = DayUsage(self._tenant_id, day)
        async for row in self._calls.rows(day, FIELDS):
            usage.add(row)
        if usage.is_empty:
            await self._usage.delete(day)
        else:
            await self._usage.save(usage.item())
