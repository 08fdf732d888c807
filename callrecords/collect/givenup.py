"""The call records that were given up or are late, and why: a call that Cosmos lacks for long is named here."""

import contextlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from callrecords.callrecord import GRAPH_KEEPS
from callrecords.errors import CallRecordsError
from callrecords.graphtypes import JsonObject
from callrecords.queues.messages import CallMessage

log = logging.getLogger(__name__)

_PREFIX = "given-up-"
# What is awaited for so long is told of as well: messages that are throttled, or fail now so and now so, never end.
_LATE, _TOLD_FOR = timedelta(hours=12), timedelta(hours=1)
# What kept a record away may be over by the next comparison, or never be: it is left alone for as long as it has been
# given up again and again, so that the next one tries it, then ever fewer, and one a day in the end.
_LONGEST_PAUSE = timedelta(hours=20)


class State(Protocol):
    """Where it is remembered: state.StateStore."""

    async def read(self, item_id: str) -> JsonObject: ...

    async def write(self, item_id: str, values: JsonObject) -> None: ...

    async def delete(self, item_id: str) -> None: ...

    async def beginning_with(self, prefix: str) -> dict[str, JsonObject]: ...


class GivenUp:
    """Remembers, by call, the last message that was given up, for as long as Graph can have the record."""

    def __init__(self, state: State, clock: Callable[[], datetime]) -> None:
        self._state = state
        self._clock = clock

    async def find(self, call_id: str) -> JsonObject:
        """What is known of the call: when its record was given up (`at`), and why (`reason`). Empty where it was not.

        Raises what the state does.
        """
        return await self._state.read(_PREFIX + call_id)

    async def is_repeated(self, message: CallMessage, reason: str) -> bool:
        """Whether a comparison only brought up again what is known already. False where that cannot be told."""
        with contextlib.suppress(CallRecordsError):
            known = await self.find(message.call_id)
            return message.reason == "reconcile" and _is_of(known, message) and known["reason"] == reason
        return False

    async def note(self, message: CallMessage, reason: str, told_for: timedelta = timedelta()) -> None:
        """Remembers it, unless the call was told of within `told_for`. A failure is logged alone: the message is on the
        poison queue, or comes back."""
        now = self._clock()
        try:
            known = await self.find(message.call_id)
            if known and now - datetime.fromisoformat(known["at"]) < told_for:
                return
            values = {
                "callId": message.call_id,
                "version": message.version,
                "reason": reason,
                "notifiedAt": message.notified_at.isoformat(),
                "since": known["since"] if _is_of(known, message) else now.isoformat(),
                "at": now.isoformat(),
                "ttl": round(GRAPH_KEEPS.total_seconds()),
            }
            await self._state.write(_PREFIX + message.call_id, values)
        except CallRecordsError as error:
            log.error("It is not remembered that call record %s is missing: %s", message.call_id, error)

    async def note_if_late(self, message: CallMessage, error: CallRecordsError) -> None:
        """As `note`, once an hour, for a message that fails with `error` and comes back, if the record is awaited for
        long."""
        if self._clock() - message.first_seen > _LATE:
            await self.note(message, f"not here yet: {error}", _TOLD_FOR)

    async def forget(self, call_id: str, version: int) -> None:
        """Forgets it, for the record is there in `version`; not worth another fetch of it where that fails."""
        with contextlib.suppress(CallRecordsError):
            known = await self.find(call_id)
            if known and (known["version"] is None or known["version"] <= version):
                await self._state.delete(_PREFIX + call_id)

    async def left_alone(self) -> dict[str, int | None]:
        """The calls that a comparison is not to bring up again yet, with the version, where that was known.

        Raises what the state does.
        """
        items = await self._state.beginning_with(_PREFIX)
        return {item["callId"]: item["version"] for item in items.values() if self._is_too_early_for(item)}

    def _is_too_early_for(self, item: JsonObject) -> bool:
        since, at = (datetime.fromisoformat(item[name]) for name in ("since", "at"))
        return self._clock() - at < min(at - since, _LONGEST_PAUSE)


def _is_of(known: JsonObject, message: CallMessage) -> bool:
    """Whether what is known is of the version of the message, as far as that can be told."""
    return bool(known) and (known["version"] in (None, message.version) or message.version is None)
