"""The use case that does what operators command: replay, discard, audit, derive again, compare with Graph."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from callrecords.callrecord import GRAPH_KEEPS
from callrecords.collect.audit import StoreAudit
from callrecords.collect.chosendays import check_days, check_kept
from callrecords.collect.reconcile.reconciliation import Reconciliation
from callrecords.collect.rederive import Rederivation
from callrecords.errors import CallRecordsError, Conflict, Refused, time_limit
from callrecords.operate.commands import COMMANDED, OF_POISON, CommandMessage, CommandOutcome, outcome_of
from callrecords.ports.state import State
from callrecords.queues.workqueue import Unfinished, WorkQueue

log = logging.getLogger(__name__)

# An invocation has 300 s; what is done by then is to be remembered. Enough for some ten thousand messages.
_PATIENCE_SECONDS = 240
_MOST_TOLD = 50


class GivenUp(Protocol):
    """What was given up on one queue (queues.poison)."""

    async def count(self) -> int: ...

    async def replay(self, reason: str | None, done: Counter[str]) -> object: ...

    async def discard(self, reason: str | None, done: Counter[str]) -> object: ...


class Operations:
    """Does what is commanded on the queue `operations`, each command once, and remembers what came of it."""

    def __init__(
        self,
        *,
        given_up: Mapping[str, GivenUp],
        audit: StoreAudit,
        rederivation: Rederivation,
        reconciliation: Reconciliation,
        state: State,
        queue: WorkQueue,
        clock: Callable[[], datetime],
    ) -> None:
        self._given_up = given_up
        self._audit = audit
        self._rederivation = rederivation
        self._reconciliation = reconciliation
        self._state = state
        self._queue = queue
        self._clock = clock

    async def on_message(self, text: str, tries: int, *, came_over_queue: bool) -> None:
        """Handles one message of the `operations` queue, as WorkQueue.handle does.

        The host's master key can call a function with any text, past its queue. Such a text comes without the receipt
        of a queue, and nothing is done.
        """
        if not came_over_queue:
            log.error("A command did not come over the queue: nothing is done. Use scripts/operate.")
            return
        await self._queue.handle(CommandMessage, text, tries, self._do)

    async def latest(self) -> list[CommandOutcome]:
        """What came of the newest commands, the newest first. Raises what the state does."""
        known = await self._state.starting_with(COMMANDED)
        return sorted(known, key=lambda outcome: outcome.at, reverse=True)[:_MOST_TOLD]

    async def _do(self, message: CommandMessage) -> Unfinished[CommandMessage] | None:
        """What was done before a failure is kept in the message that comes back."""
        key, done = outcome_of(message.command_id), Counter[str]()
        if await self._state.read(key):
            log.info("Command %s is done already.", message.command_id)
            return None
        try:
            error = await self._carry_out(message, done)
            treated = self._given_up.get(message.queue or "")
            left = await treated.count() if treated else None
            outcome = message.after(done).outcome(self._clock(), left=left, error=error)
            await self._state.write(key, outcome)
        except CallRecordsError as failure:
            return Unfinished(message.after(done), failure)
        log.info("Command %s, %s: %s", message.command_id, message.action, error or dict(done))
        return None

    async def _carry_out(self, message: CommandMessage, done: Counter[str]) -> str | None:
        """Why it is refused, None where it is not; what is done is counted at once."""
        try:
            async with time_limit(_PATIENCE_SECONDS, "The command was not done"):
                if message.action in OF_POISON:
                    await self._treat(message, done)
                elif not message.started:
                    await self._start(message)
                    done["started"] += 1
        except Refused as error:
            return str(error)
        return None

    async def _treat(self, message: CommandMessage, done: Counter[str]) -> None:
        given_up = self._given_up[message.queue or ""]
        treat = given_up.replay if message.action == "replay" else given_up.discard
        await treat(message.reason, done)

    async def _start(self, message: CommandMessage) -> None:
        first, last = message.first_day or "", message.last_day or ""
        check_days(first, last, self._clock().date())
        if message.action == "audit":
            check_kept(first, await self._audit.oldest_day())
            if not await self._audit.start("command", first, last):
                raise Conflict("An audit on command is under way: start the next when it has ended.")
        elif message.action == "reconcile":
            if not await self._reconciliation.over_days(first, last):
                raise Refused(f"to is {last}: expected a day of which Graph keeps calls, for {GRAPH_KEEPS.days} days.")
        else:
            check_kept(first, await self._rederivation.oldest_day())
            if not await self._rederivation.start(first, last, all_rows=message.all_rows):
                raise Conflict("Facts are being derived again: start the next when that has ended.")
