"""What the queue messages say: JSON objects with the fields of these classes, names in camelCase. Pure."""

from dataclasses import MISSING, dataclass, fields, replace
from datetime import datetime
from typing import Any, Literal, Self, get_args

import orjson

from callrecords.callrecord import CALL_ID
from callrecords.errors import Unreadable
from callrecords.graphtypes import JsonObject

Reason = Literal["notification", "reconcile", "replay", "lookup"]

_MOST = 2**53  # JSON numbers are exact up to here
_SHOWN = 60  # characters of a wrong value in a message: enough to recognise it


@dataclass(frozen=True, kw_only=True)
class Message:
    """What every message has.

    `attempt` counts the failures so far in a row that were of the kind `failure`, since `failing_since`.
    """

    tenant_id: str
    notified_at: datetime
    first_seen: datetime
    attempt: int = 0
    failure: str | None = None
    failing_since: datetime | None = None

    @classmethod
    def new(cls, tenant_id: str, now: datetime, **others: Any) -> Self:
        """The first message about something, with the other fields as given."""
        return cls(tenant_id=tenant_id, notified_at=now, first_seen=now, **others)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The message in `text`; Unreadable says which field is not as expected."""
        document = _object(text)
        values: dict[str, Any] = {}
        for field in fields(cls):
            name = _camel_case(field.name)
            if field.default is MISSING or document.get(name) is not None:
                values[field.name] = _value(document, name, field.type)
        return cls(**values)

    def failed(self, failure: str, now: datetime) -> Self:
        """The same with one more attempt counted: the first, where the failure before was of another kind."""
        if failure == self.failure:
            return replace(self, attempt=self.attempt + 1)
        return replace(self, attempt=1, failure=failure, failing_since=now)

    def __str__(self) -> str:
        return orjson.dumps({_camel_case(field.name): getattr(self, field.name) for field in fields(self)}).decode()


@dataclass(frozen=True, kw_only=True)
class CallMessage(Message):
    """A call record to fetch; `version` is the one that a comparison saw in Graph, None where none did."""

    call_id: str
    reason: Reason
    version: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        message = super().parse(text)
        if not CALL_ID.fullmatch(message.call_id):
            raise Unreadable(f"callId is {message.call_id[:_SHOWN]!r}: expected a GUID in lower case.")
        return message


@dataclass(frozen=True, kw_only=True)
class SubscriptionMessage(Message):
    """A lifecycle event: a subscription needs care now."""

    event: str
    subscription_id: str


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _object(text: str) -> JsonObject:
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Unreadable("The message is not JSON.") from None
    if not isinstance(document, dict):
        raise Unreadable(f"The message is a JSON {type(document).__name__}: expected an object.")
    return document


def _value(document: JsonObject, name: str, kind: Any) -> object:  # the type of a field above
    value = document.get(name)
    if kind in (datetime, datetime | None):
        fits, expected = (value := _time(value)) is not None, "a time with its offset from UTC"
    elif kind in (int, int | None):
        fits, expected = type(value) is int and 0 <= value <= _MOST, "a number from 0"
    elif kind in (str, str | None):
        fits, expected = isinstance(value, str) and value != "", "a text"
    else:
        fits, expected = value in get_args(kind), f"one of {', '.join(get_args(kind))}"
    if not fits:
        raise Unreadable(f"{name} is {repr(document.get(name))[:_SHOWN]}: expected {expected}.")
    return value


def _time(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
