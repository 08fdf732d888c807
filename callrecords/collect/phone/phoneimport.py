"""The use case that imports Graph's rows of phone calls: what they cost, and how trunks did.

An import is one message of the `phone-calls` queue, which comes back after each visit with the page that it is at. Rows
come days after their calls and are revised, so each import reads the last days again, and writes what is new.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import batched, chain

from callrecords.collect.dayrunner import DayRunner
from callrecords.collect.phone.joining import Joining
from callrecords.collect.phone.run import (
    MOST_RESTARTS,
    PageCounts,
    PhoneMessage,
    PhoneRefused,
    days_to_import,
    first_to_join,
    imported,
    refused,
)
from callrecords.errors import Forbidden, Garbled, NotFound, Refused, Unreadable
from callrecords.phone.row import phone_row
from callrecords.ports.phonecalls import PhoneCallPages, PhonePage
from callrecords.ports.phonerow import KnownPhoneRow, PhoneRow, PhoneRowStore, PhoneSource
from callrecords.ports.state import State
from callrecords.queues.workqueue import WorkQueue

log = logging.getLogger(__name__)

PERMISSION = "CallRecord-PstnCalls.Read.All"
_WRITES_AT_ONCE = 32

type _Known = Mapping[str, tuple[KnownPhoneRow, ...]]


class PhoneImport:
    """Imports the rows of `tenant_id`, at first those of the last `backfill_days`."""

    def __init__(
        self,
        *,
        tenant_id: str,
        pages: PhoneCallPages,
        rows: PhoneRowStore,
        joining: Joining,
        backfill_days: int,
        state: State,
        queue: WorkQueue,
        clock: Callable[[], datetime],
    ) -> None:
        self._tenant_id = tenant_id
        self._pages = pages
        self._rows = rows
        self._joining = joining
        self._backfill_days = backfill_days
        self._state = state
        self._queue = queue
        self._clock = clock
        self._runner = DayRunner(state=state, queue=queue, clock=clock)

    async def on_schedule(self, source: PhoneSource) -> None:
        """Starts an import of the rows of this source, unless one is under way."""
        now = self._clock()
        last = await self._state.read(imported(source))
        first_day, last_day, imported_from = days_to_import(source, last, self._backfill_days, now.date())
        message = PhoneMessage(
            tenant_id=self._tenant_id,
            notified_at=now,
            source=source,
            first_day=first_day,
            last_day=last_day,
            day=first_day,
            imported_from=imported_from,
            join_from=first_to_join(last, now.date()),
            joined_until=last.last_day if last else None,
        )
        if not await self._runner.start(message):
            log.warning("The last import of %s rows is still under way: no other is started.", source)

    async def on_message(self, text: str, tries: int) -> None:
        """Handles one message of the `phone-calls` queue, as WorkQueue.handle does."""
        await self._queue.handle(PhoneMessage, text, tries, self._go_on)

    async def _go_on(self, message: PhoneMessage) -> None:
        await self._runner.go_on(message, self._step, self._end)

    async def _step(self, message: PhoneMessage) -> PhoneMessage:
        """The import after its next page, or after its next rows were joined."""
        if not message.joining:
            return await self._page(message)
        every, after = message.joins_every_row, message.join_after or ""
        return message.after_join(await self._joining.join(message.source, message.day, after, every=every))

    async def _end(self, message: PhoneMessage) -> None:
        outcome = message.outcome(self._clock())
        log.info(
            "Imported %s rows from %s to %s: %d told, %d added, %d changed, %d joined to calls.",
            message.source,
            message.first_day,
            message.last_day,
            message.told,
            message.added,
            message.changed,
            message.joined,
        )
        await self._state.write(imported(message.source), outcome)

    async def _page(self, message: PhoneMessage) -> PhoneMessage:
        """The import after its next page, or with its day to be begun anew."""
        start, end = message.span
        pages = self._pages.pages(message.source, start, end, message.next_link, message.followed)
        try:
            async with contextlib.aclosing(pages):
                page = await anext(pages)
        except Forbidden as error:
            named = Forbidden(f"{error} The permission for it is {PERMISSION}.")
            await self._state.write(refused(message.source), PhoneRefused(at=self._clock(), error=str(named)))
            raise named from None
        except (Refused, NotFound, Unreadable, Garbled):
            # Nobody says for how long Graph follows its own links.
            if message.next_link is None or message.restarts == MOST_RESTARTS:
                raise
            return message.begun_anew()
        return message.after(page, await self._import(page, message.source))

    async def _import(self, page: PhonePage, source: PhoneSource) -> PageCounts:
        """Writes the rows of the page that are not stored like that. Of two rows of one id the later one counts."""
        rows: dict[str, PhoneRow] = {}
        unreadable, twice = 0, 0
        for properties in page.rows:
            try:
                row = phone_row(properties, source, self._tenant_id)
            except Unreadable as error:
                log.error("%s", error)
                unreadable += 1
                continue
            twice += row["id"] in rows and rows[row["id"]]["digest"] != row["digest"]
            rows[row["id"]] = row
        known = await self._rows.known(rows.keys())
        wanted = [row for row in rows.values() if not _is_stored(row, known)]
        for some in batched(wanted, _WRITES_AT_ONCE, strict=False):
            await asyncio.gather(*(self._save(row, known) for row in some))
        changed = twice + sum(row["id"] in known for row in wanted)
        if changed:
            log.warning("%d %s rows came again with another content: the later one counts.", changed, source)
        return PageCounts(
            told=len(page.rows),
            added=len(rows.keys() - known.keys()),
            changed=changed,
            moved=sum(_days(known, row) != {row["day"]} for row in wanted if row["id"] in known),
            unreadable=unreadable,
            flags=list(chain.from_iterable(row["flags"] for row in rows.values())),
        )

    async def _save(self, row: PhoneRow, known: _Known) -> None:
        """Writes the row, and then removes what is under other days: a try that ends in between leaves both, and the
        next one finds that again. What it was joined to stays, until it is joined again."""
        joined = next((each.joined for each in known.get(row["id"], ()) if each.joined), None)
        await self._rows.save({**row, "joined": joined} if joined else row)
        for day in _days(known, row) - {row["day"]}:
            await self._rows.delete(row["id"], day)


def _is_stored(row: PhoneRow, known: _Known) -> bool:
    return [each[:2] for each in known.get(row["id"], ())] == [(row["day"], row["digest"])]


def _days(known: _Known, row: PhoneRow) -> set[str]:
    return {each.day for each in known.get(row["id"], ())}
