"""The calls whose records were given up or are late, and why: a call that Cosmos lacks for long is named here."""

import contextlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from callrecords.callrecord import GRAPH_KEEPS
from callrecords.documents import Document
from callrecords.errors import CallRecordsError
from callrecords.ports.state import State, StateKey
from callrecords.queues.messages import CallMessage

log = logging.getLogger(__name__)

LATE = timedelta(hours=12)
"""How long the app waits for a record before it is named as late: a message that is throttled, or fails in one way and
then another, has no end."""

_NAMED_FOR = timedelta(hours=1)
_NOT_HERE_YET = "not here yet: "
# What kept a record away may be over by the next reconciliation, or never be. A call is left alone for as long as it
# has been given up again and again: the next reconciliation tries it, later ones ever less often, and once a day in
# the end.
_LONGEST_PAUSE = timedelta(hours=20)


@dataclass(frozen=True, kw_only=True)
class GivenUpCall(Document):
    """A call that Cosmos lacks, in this version where one is known.

    It was given up for `reason` at `at`, first at `since`, or is late; the app had heard of it at `notified_at`.
    `poisoned_for` is the reason for which it was last put on the poison queue. `ttl` is Cosmos DB's: the seconds after
    which the item goes by itself.
    """

    call_id: str
    version: int | None = None
    reason: str
    poisoned_for: str | None = None
    notified_at: datetime
    since: datetime
    at: datetime
    ttl: int

    @property
    def is_late(self) -> bool:
        """Whether its message still comes back."""
        return self.reason.startswith(_NOT_HERE_YET)


GIVEN_UP = StateKey("given-up-", GivenUpCall)


class GivenUpCalls:
    """Remembers, by call, the last message that was given up, for as long as Graph can have the record."""

    def __init__(self, state: State, clock: Callable[[], datetime]) -> None:
        self._state = state
        self._clock = clock

    async def find(self, call_id: str) -> GivenUpCall | None:
        """What is known of the call; None where it was not given up. Raises what the state does."""
        return await self._state.read(_key(call_id))

    async def is_repeated(self, message: CallMessage, reason: str) -> bool:
        """Whether a reconciliation or an audit only brought up again what is known already. False where that cannot be
        told."""
        if message.reason not in ("reconcile", "audit"):
            return False
        with contextlib.suppress(CallRecordsError):
            known = await self.find(message.call_id)
            return known is not None and _is_of(known, message) and known.poisoned_for == reason
        return False

    async def note(self, message: CallMessage, reason: str) -> None:
        """Remembers that it was given up. A failure is logged alone: the message is on the poison queue."""
        await self._note(message, reason, poisoned_for=reason)

    async def _note(self, message: CallMessage, reason: str, poisoned_for: str | None = None) -> None:
        now = self._clock()
        try:
            known = await self.find(message.call_id)
            if known and poisoned_for is None:
                if now - known.at < _NAMED_FOR:
                    return
                poisoned_for = known.poisoned_for
            given_up = GivenUpCall(
                call_id=message.call_id,
                version=message.version,
                reason=reason,
                poisoned_for=poisoned_for,
                notified_at=message.notified_at,
                since=known.since if known and _is_of(known, message) else now,
                at=now,
                ttl=round(GRAPH_KEEPS.total_seconds()),
            )
            await self._state.write(_key(message.call_id), given_up)
        except CallRecordsError as error:
            log.error("It is not remembered that call record %s is missing: %s", message.call_id, error)

    async def note_if_late(self, message: CallMessage, error: CallRecordsError) -> None:
        """Remembers it, once an hour, of a message that fails with `error` and comes back, if the app has waited long
        for the record."""
        if self._clock() - message.notified_at > LATE:
            await self._note(message, f"{_NOT_HERE_YET}{error}")

    async def forget(self, call_id: str, version: int, asked_at: datetime | None) -> None:
        """Forgets it, for the record is there in `version`, which is what Graph had at `asked_at`; not worth another
        fetch of it where that fails."""
        with contextlib.suppress(CallRecordsError):
            known = await self.find(call_id)
            if known and _is_there(known, version, asked_at):
                await self._state.delete(_key(call_id).id)

    async def all(self) -> list[GivenUpCall]:
        """What is known of every call. Raises what the state does."""
        return await self._state.starting_with(GIVEN_UP)

    def left_alone(self, given_up: Iterable[GivenUpCall]) -> dict[str, int | None]:
        """Those that no reconciliation or audit is to bring up again yet, with the version, where that was known."""
        return {each.call_id: each.version for each in given_up if self._is_too_early_for(each)}

    def _is_too_early_for(self, known: GivenUpCall) -> bool:
        return self._clock() - known.at < min(known.at - known.since, _LONGEST_PAUSE)


def _key(call_id: str) -> StateKey[GivenUpCall]:
    return StateKey(GIVEN_UP.id + call_id, GIVEN_UP.kind)


def _is_there(known: GivenUpCall, version: int, asked_at: datetime | None) -> bool:
    if known.version is not None:
        return known.version <= version
    return asked_at is not None and known.at <= asked_at


def _is_of(known: GivenUpCall, message: CallMessage) -> bool:
    """Whether what is known is of the version of the message, as far as that can be told."""
    return known.version in (None, message.version) or message.version is None
