"""The use case in which the store audits itself: compares header, parts and fact row of every call of a day, and has
what is not whole mended or named.

An audit is one message of the `audit` queue that comes back with its position until its days are done.
"""

import asyncio
import functools
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import batched

from callrecords.collect.auditrun import AGES, Audit, AuditMessage, due, ended
from callrecords.collect.dayrunner import DayRunner, oldest_day
from callrecords.collect.givenup import GivenUpCall, GivenUpCalls
from callrecords.collect.verdicts import Finding, at_first_sight, at_second_sight
from callrecords.ports.records import Absent, Stored
from callrecords.ports.slices import AuditedRecords, AuditedRows, DaySlices, Held
from callrecords.ports.state import State
from callrecords.queues.messages import CallMessage
from callrecords.queues.workqueue import WorkQueue

log = logging.getLogger(__name__)

_DAY = timedelta(days=1)
# Headers, parts and rows; of a slice that has more, a narrower one is read.
_MOST_ITEMS = 5_000
_LOOKS_AT_ONCE = 16


class StoreAudit:
    """Audits what Cosmos holds of `tenant_id`."""

    def __init__(
        self,
        *,
        tenant_id: str,
        slices: DaySlices,
        records: AuditedRecords,
        rows: AuditedRows,
        given_up: GivenUpCalls,
        state: State,
        calls: WorkQueue,
        queue: WorkQueue,
        clock: Callable[[], datetime],
    ) -> None:
        self._tenant_id = tenant_id
        self._slices = slices
        self._records = records
        self._rows = rows
        self._given_up = given_up
        self._state = state
        self._calls = calls
        self._queue = queue
        self._clock = clock
        self._runner = DayRunner(state=state, queue=queue, clock=clock)

    async def on_schedule(self) -> None:
        """Starts the audits of the days that are due, each unless one of its kind is under way."""
        today, oldest = self._clock().date(), await self.oldest_day()
        for audit in AGES:
            last = await self._state.read(ended(audit))
            days = due(audit, today, last.last_day if last else None)
            if days is None or days[1] < oldest:
                continue
            if not await self.start(audit, max(days[0], oldest), days[1]):
                log.warning("The last %s audit is still under way: no other is started.", audit)

    async def oldest_day(self) -> str:
        """As dayrunner.oldest_day."""
        return await oldest_day(self._slices, self._clock())

    async def start(self, audit: Audit, first_day: str, last_day: str) -> bool:
        """Starts an audit of these days; False where one of its kind is under way."""
        message = AuditMessage(
            tenant_id=self._tenant_id,
            notified_at=self._clock(),
            audit=audit,
            first_day=first_day,
            last_day=last_day,
            day=first_day,
        )
        return await self._runner.start(message)

    async def on_message(self, text: str, tries: int) -> None:
        """Handles one message of the `audit` queue, as WorkQueue.handle does."""
        await self._queue.handle(AuditMessage, text, tries, self._go_on)

    async def _go_on(self, message: AuditMessage) -> None:
        one_slice = functools.partial(self._slice, given_up=await self._given_up.all())
        await self._runner.go_on(message, one_slice, self._end)

    async def _end(self, message: AuditMessage) -> None:
        outcome = message.outcome(self._clock())
        days = f"{message.first_day} to {message.last_day}"
        log.info("Audited %s: %d calls, %d whole.", days, message.compared, message.whole)
        known = await self._state.read(ended(message.audit))
        # The days after those of a message that was put back for long may be done already.
        if known is None or message.audit == "command" or known.last_day <= message.last_day:
            await self._state.write(ended(message.audit), outcome)

    async def _slice(self, message: AuditMessage, given_up: Sequence[GivenUpCall]) -> AuditMessage:
        """The audit after its next slice, or with a narrower one."""
        most = _MOST_ITEMS if message.width > 1 else None
        piece = await self._slices.read(message.day, message.bounds, most)
        if piece.calls is None:
            return message.charged(piece.request_units).narrowed()
        findings = await self._judge(message.day, piece.calls)
        left_alone = self._given_up.left_alone(given_up)
        for named in (each.call_id for each in given_up if each.call_id in findings):
            header = piece.calls[named].header
            if header and findings[named].verdict == "whole":
                await self._given_up.forget(named, header.version, self._clock())  # somebody has restored it
        for call_id, finding in findings.items():
            if _is_left_alone(finding, left_alone.get(call_id, -1)):
                findings[call_id] = Finding(verdict="given up")
        await self._mend(message.day, findings)
        return message.compared_slice(list(findings.values()), piece.request_units)

    async def _judge(self, day: str, calls: Mapping[str, Held]) -> dict[str, Finding]:
        """The verdict on each call."""
        found = {call_id: at_first_sight(held) for call_id, held in calls.items()}
        findings = {call_id: finding for call_id, finding in found.items() if finding}
        for some in batched(calls.keys() - findings.keys(), _LOOKS_AT_ONCE, strict=False):
            looks = await asyncio.gather(*map(self._records.look, some))
            now = self._clock()
            findings |= {look.call_id: at_second_sight(calls[look.call_id], look, day, now) for look in looks}
        return findings

    async def _mend(self, day: str, findings: Mapping[str, Finding]) -> None:
        """Does what the findings ask for. What tells of a leftover row is done first, and the row deleted last: a try
        that ends in between finds it again."""
        moved = {call_id: finding for call_id, finding in findings.items() if finding.remedy == "move"}
        for call_id in moved:
            await self._records.add_former_day(call_id, day)
        await self._calls.put_all(
            self._message(call_id, day, finding.version)
            for call_id, finding in findings.items()
            if finding.remedy in ("ingest", "move")
        )
        for call_id, finding in moved.items():
            await self._rows.delete(call_id, day, (finding.version or 0) + 1)
        for finding in findings.values():
            if finding.remedy == "tidy" and isinstance(finding.found, Stored):
                await self._records.tidy(finding.found)

    def _message(self, call_id: str, day: str, version: int | None) -> CallMessage:
        return CallMessage(
            tenant_id=self._tenant_id,
            notified_at=self._clock(),
            call_id=call_id,
            reason="audit",
            version=version,
            # One that Graph has forgotten with its whole day is given up at once, where Graph would have to give it.
            started_by=datetime.fromisoformat(day).replace(tzinfo=UTC) + _DAY,
        )


def _is_left_alone(finding: Finding, given_up: int | None) -> bool:
    """Whether the call was given up lately in this version, or in an unknown one while there is none; -1 where it was
    not given up. What there is whole can have its row without Graph."""
    if finding.verdict not in ("damaged", "without header", "orphaned parts"):
        return False
    return given_up == finding.version or (given_up is None and isinstance(finding.found, Absent))
