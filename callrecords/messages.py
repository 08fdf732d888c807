"""What the queue messages say: JSON objects with the fields of these classes, names in camelCase. Pure."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Literal, Self, get_args

import orjson

from callrecords.errors import Unreadable
from callrecords.jsontypes import JsonObject

Reason = Literal["notification", "reconcile", "replay", "lookup"]

_SHOWN = 60  # characters of a wrong value in a message: enough to recognise it


@dataclass(frozen=True, kw_only=True)
class Message:
    """What every message has. `attempt` is the number of failures so far that count as attempts."""

    tenant_id: str
    notified_at: datetime
    first_seen: datetime
    attempt: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """The message in `text`; Unreadable says which field is not as expected."""
        document = _object(text)
        values: dict[str, Any] = {
            field.name: _value(document, _camel_case(field.name), field.type) for field in fields(cls)
        }
        return cls(**values)

    def after_failure(self) -> Self:
        """The same with one more attempt counted."""
        return replace(self, attempt=self.attempt + 1)

    def __str__(self) -> str:
        return orjson.dumps({_camel_case(field.name): getattr(self, field.name) for field in fields(self)}).decode()


@dataclass(frozen=True, kw_only=True)
class CallMessage(Message):
    """A call record to fetch."""

    call_id: str
    reason: Reason


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


def _value(document: JsonObject, name: str, kind: object) -> object:
    value = document.get(name)
    if kind is datetime:
        fits, expected = (value := _time(value)) is not None, "a time with its offset from UTC"
    elif kind is int:
        fits, expected = isinstance(value, int) and value >= 0, "a number from 0"
    elif kind is str:
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
