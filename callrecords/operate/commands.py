"""What an operator commands on the queue `operations`, and what came of it: pure.

Whoever may put a message there is an operator: that is a role of the storage account, which no function key has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Self

import orjson

from callrecords.callrecord import CALL_ID
from callrecords.documents import Document, camel_case
from callrecords.errors import Unreadable
from callrecords.ports.state import StateKey
from callrecords.queues.messages import Message
from callrecords.queues.workqueue import LONGEST_REASON, QUEUES

Action = Literal["replay", "discard", "audit", "derive", "reconcile"]
OF_POISON: tuple[Action, ...] = ("replay", "discard")

_SHOWN = 60  # characters of a wrong value: enough to recognise it
_REMEMBERED_FOR = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class _Command(Document):
    """What was commanded: to replay or discard what was given up on `queue` for `reason`, None for any; or to audit,
    derive again, or compare with Graph the days from `first_day` to `last_day`."""

    command_id: str
    action: Action
    queue: str | None = None
    reason: str | None = None
    first_day: str | None = None
    last_day: str | None = None
    all_rows: bool = False


@dataclass(frozen=True, kw_only=True)
class _Done(Document):
    """How many messages were replayed or discarded, or could not be replayed since they are none of this app; how many
    runs over days were started."""

    replayed: int = 0
    discarded: int = 0
    unreadable: int = 0
    started: int = 0


@dataclass(frozen=True, kw_only=True)
class CommandOutcome(_Done, _Command):
    """What came of a command that was given at `commanded` and done at `at`; `error` says why it was refused.

    `left` is how many messages are still on the poison queue. `ttl` is Cosmos DB's: the seconds after which the item
    goes by itself.
    """

    left: int | None = None
    error: str | None = None
    commanded: datetime
    at: datetime
    ttl: int


@dataclass(frozen=True, kw_only=True)
class CommandMessage(_Done, _Command, Message):
    """A command, with what earlier tries have done of it."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """As Message.parse, and no field may be unknown: the host may take the receipt of a message, by which is told
        that it came over the queue, from a field of that name. Whether work can be done on the days is seen later.
        """
        message = super().parse(text)
        for name in orjson.loads(text):
            if name not in _NAMES:
                raise Unreadable(f"{name[:_SHOWN]} is no field of a command.")
        if not CALL_ID.fullmatch(message.command_id):
            raise Unreadable(f"commandId is {message.command_id[:_SHOWN]!r}: expected a GUID in lower case.")
        if message.action in OF_POISON:
            if message.queue not in QUEUES:
                raise Unreadable(f"queue is {str(message.queue)[:_SHOWN]!r}: expected one of {', '.join(QUEUES)}.")
            if message.reason and len(message.reason) > LONGEST_REASON:
                raise Unreadable(f"reason has {len(message.reason)} characters: expected at most {LONGEST_REASON}.")
        elif message.first_day is None or message.last_day is None:
            raise Unreadable(f"firstDay or lastDay is missing: {message.action} needs both.")
        return message

    def after(self, done: Mapping[str, int]) -> Self:
        """The same after one more try, which has done so much."""
        return replace(
            self,
            replayed=self.replayed + done.get("replayed", 0),
            discarded=self.discarded + done.get("discarded", 0),
            unreadable=done.get("unreadable", 0),
            started=self.started + done.get("started", 0),
        )

    def outcome(self, now: datetime, *, left: int | None, error: str | None) -> CommandOutcome:
        """What is remembered of it."""
        own: dict[str, Any] = {name: getattr(self, name) for name in _OF_BOTH}
        ttl = round(_REMEMBERED_FOR.total_seconds())
        return CommandOutcome(**own, left=left, error=error, commanded=self.notified_at, at=now, ttl=ttl)


_NAMES = {camel_case(field.name) for field in fields(CommandMessage)}
_OF_BOTH = tuple(field.name for kind in (_Command, _Done) for field in fields(kind))
COMMANDED = StateKey("command-", CommandOutcome)


def outcome_of(command_id: str) -> StateKey[CommandOutcome]:
    """Where the outcome of the command is remembered."""
    return StateKey(COMMANDED.id + command_id, CommandOutcome)
