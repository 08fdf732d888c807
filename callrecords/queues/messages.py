"""What the queue messages say: documents as JSON text. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Self

import orjson

from callrecords.callrecord import CALL_ID, Progress
from callrecords.documents import Document
from callrecords.errors import Unreadable

FetchReason = Literal["notification", "reconcile", "replay", "lookup", "audit"]

_SHOWN = 60  # characters of a wrong id in a message: enough to recognise it


@dataclass(frozen=True, kw_only=True)
class Message(Document):
    """What every message has.

    `notified_at` is when this app heard of the matter: a message that comes back keeps it. `attempt` counts the
    failures in a row that were of the kind `failure`, since `failing_since`.
    """

    tenant_id: str
    notified_at: datetime
    attempt: int = 0
    failure: str | None = None
    failing_since: datetime | None = None

    @property
    def kept_since(self) -> datetime:
        """Since when Graph has what the message is about, as far as that is known."""
        return self.notified_at

    @classmethod
    def parse(cls, text: str) -> Self:
        """The message in `text`; Unreadable says which field is not as expected."""
        try:
            document = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise Unreadable("The message is not JSON.") from None
        if not isinstance(document, dict):
            raise Unreadable(f"The message is a JSON {type(document).__name__}: expected an object.")
        return cls.from_json(document)

    def failed(self, failure: str, now: datetime) -> Self:
        """The same with one more attempt counted: the first, where the failure before was of another kind."""
        if failure == self.failure:
            return replace(self, attempt=self.attempt + 1)
        return replace(self, attempt=1, failure=failure, failing_since=now)

    def untried(self) -> Self:
        """The same as a message that has not failed yet."""
        return replace(self, attempt=0, failure=None, failing_since=None)

    def __str__(self) -> str:
        return orjson.dumps(self.as_json()).decode()


@dataclass(frozen=True, kw_only=True)
class CallMessage(Message):
    """A call record to fetch; `version` is the one that a reconciliation saw in Graph or an audit in Cosmos, None where
    neither did.

    `progress` is there while a large record is read; that was begun anew `restarts` times because Graph no longer
    followed its own link. `may_have_left_row` is true where a try has ended between row and record: the row may be
    under a day of which no record tells. `started_by` is when the call had started, where an audit brings it up.
    `asked_at` is when it last asked Graph: other messages may have been dropped since it had, and is to again.
    """

    call_id: str
    reason: FetchReason
    version: int | None = None
    progress: Progress | None = None
    restarts: int = 0
    may_have_left_row: bool = False
    started_by: datetime | None = None
    asked_at: datetime | None = None

    @property
    def open_since(self) -> datetime:
        """Since when it is open what Graph has: whoever asked later has found out for this message as well."""
        return max(self.notified_at, self.asked_at or self.notified_at)

    @property
    def kept_since(self) -> datetime:
        """As Message.kept_since."""
        return self.started_by or self.notified_at

    @classmethod
    def parse(cls, text: str) -> Self:
        """As Message.parse."""
        message = super().parse(text)
        if not CALL_ID.fullmatch(message.call_id):
            raise Unreadable(f"callId is {message.call_id[:_SHOWN]!r}: expected a GUID in lower case.")
        return message


@dataclass(frozen=True, kw_only=True)
class CallsMessage(Message):
    """Many calls that Graph has announced at once: of each a CallMessage is to be put on the queue."""

    call_ids: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """As Message.parse."""
        message = super().parse(text)
        for number, call_id in enumerate(message.call_ids):
            if not CALL_ID.fullmatch(call_id):
                raise Unreadable(f"callIds[{number}] is {call_id[:_SHOWN]!r}: expected a GUID in lower case.")
        return message

    def each(self) -> Iterator[CallMessage]:
        """The message about each of the calls."""
        for call_id in self.call_ids:
            yield CallMessage(
                tenant_id=self.tenant_id, notified_at=self.notified_at, call_id=call_id, reason="notification"
            )


def is_of_many(text: str) -> bool:
    """Whether the text is that of a CallsMessage, if it is that of a message about calls."""
    return '"callIds":' in text


LifecycleEvent = Literal["reauthorizationRequired", "subscriptionRemoved", "missed", "unknown"]
"""Those of https://learn.microsoft.com/graph/change-notifications-lifecycle-events, and any other."""


@dataclass(frozen=True, kw_only=True)
class SubscriptionMessage(Message):
    """A lifecycle notification: a subscription has to be renewed now."""

    event: LifecycleEvent
    subscription_id: str | None = None
