"""The use case that derives fact rows again from the records in Cosmos, after a change of the rules of a row.

It is one message of the `derive` queue that comes back with its position until its days are done.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from callrecords.collect.dayrunner import DayRunner, oldest_day
from callrecords.collect.factrows import Derived
from callrecords.collect.rederiverun import DERIVED, DeriveMessage, DeriveOutcome, Outcome
from callrecords.collect.verdicts import WHOLE, of_row
from callrecords.errors import (
    CallRecordsError,
    Forbidden,
    NotFound,
    Throttled,
    Unauthorized,
    Unavailable,
    Unexpected,
    unexpected,
)
from callrecords.facts.row import FACTS_VERSION
from callrecords.facts.streamquality import Profile
from callrecords.ports.slices import DaySlices, Held
from callrecords.ports.state import State
from callrecords.queues.workqueue import WorkQueue

log = logging.getLogger(__name__)

# Headers, parts and rows; of a slice that has more, a narrower one is read.
_MOST_ITEMS = 1_000
# After so long, the rest of a slice is left to the next.
_PATIENCE = timedelta(minutes=1)


class DerivedRows(Protocol):
    """Where rows are derived (factrows)."""

    async def derive_again(self, call_id: str, day: str) -> Derived: ...


class Rederivation:
    """Derives the rows of `tenant_id` again; those that `rows` derives are of `profile`."""

    def __init__(
        self,
        *,
        tenant_id: str,
        slices: DaySlices,
        rows: DerivedRows,
        profile: Profile,
        state: State,
        queue: WorkQueue,
        clock: Callable[[], datetime],
    ) -> None:
        self._tenant_id = tenant_id
        self._slices = slices
        self._rows = rows
        self._profile = profile
        self._state = state
        self._queue = queue
        self._clock = clock
        self._runner = DayRunner(state=state, queue=queue, clock=clock)

    async def oldest_day(self) -> str:
        """As dayrunner.oldest_day."""
        return await oldest_day(self._slices, self._clock())

    async def latest(self) -> DeriveOutcome | None:
        """How far the last one is that was started; None where none was."""
        return await self._state.read(DERIVED)

    async def start(self, first_day: str, last_day: str, *, all_rows: bool = False) -> bool:
        """Starts to derive the rows of these days that are of other rules, or `all_rows`; False where that is under
        way."""
        message = DeriveMessage(
            tenant_id=self._tenant_id,
            notified_at=self._clock(),
            first_day=first_day,
            last_day=last_day,
            day=first_day,
            facts_version=FACTS_VERSION,
            quality_profile=self._profile.value,
            all_rows=all_rows,
        )
        return await self._runner.start(message)

    async def on_message(self, text: str, tries: int) -> None:
        """Handles one message of the `derive` queue, as WorkQueue.handle does."""
        await self._queue.handle(DeriveMessage, text, tries, self._go_on)

    async def _go_on(self, message: DeriveMessage) -> None:
        await self._runner.go_on(message.by(FACTS_VERSION, self._profile.value), self._slice, self._end)

    async def _end(self, message: DeriveMessage) -> None:
        days, counts = f"{message.first_day} to {message.last_day}", f"{message.rewritten} rewritten"
        log.info("Derived %s again: %d calls, %s, %d errors.", days, message.calls, counts, message.errors)

    async def _slice(self, message: DeriveMessage) -> DeriveMessage:
        """The same after its next slice, or as far into it as there was no failure, or with a narrower one."""
        most = _MOST_ITEMS if message.width > 1 else None
        calls = (await self._slices.read(message.day, message.bounds, most)).calls
        if calls is None:
            return message.narrowed()
        outcomes: dict[str, Outcome] = {}
        began = self._clock()
        for call_id in sorted(call_id for call_id, held in calls.items() if held.header or held.row):
            # Rows before it are written: taken up as a whole, the slice would count them as right ones.
            if self._clock() - began > _PATIENCE and (stopped := message.derived_until(call_id, outcomes)) != message:
                return stopped
            try:
                outcomes[call_id] = await self._outcome(message, call_id, calls[call_id])
            except CallRecordsError:
                if (stopped := message.derived_until(call_id, outcomes)) == message:
                    raise
                return stopped
        return message.derived_slice(outcomes.values())

    async def _outcome(self, message: DeriveMessage, call_id: str, held: Held) -> Outcome:
        """What became of the row. Raises what is no matter of this call alone."""
        is_of_rules = held.row is not None and message.is_of_rules(held.row)
        if is_of_rules and held.header and of_row(held.header, held.row) is WHOLE and not message.all_rows:
            return Derived.KEPT
        try:
            derived = await self._rows.derive_again(call_id, message.day)
        except (Throttled, Unavailable, Unauthorized, Forbidden):
            raise
        except CallRecordsError as error:
            return _told(error)
        except Exception as error:
            return _told(Unexpected(f"Call record {call_id}: {unexpected(error)}"))
        # The record of a row that is of these rules may be about to be written.
        if derived is Derived.WITHOUT_RECORD and not is_of_rules:
            return _told(NotFound(f"Call record {call_id}: it is damaged or missing, no row can be derived from it."))
        return derived


def _told(error: CallRecordsError) -> CallRecordsError:
    log.warning("%s The row stays as it is.", error)
    return error
