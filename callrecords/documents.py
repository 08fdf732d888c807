"""This app's own documents, such as queue messages: dataclasses to JSON objects and back. Pure."""

import functools
from collections.abc import Callable
from dataclasses import MISSING, Field, dataclass, fields
from datetime import datetime
from types import NoneType
from typing import Any, ClassVar, Self, get_args, get_origin

from callrecords.errors import Unreadable
from callrecords.graphtypes import MOST_EXACT, JsonObject, text

_SHOWN = 60  # characters of a wrong value in a message: enough to recognise it


@dataclass(frozen=True, kw_only=True)
class Document:
    """The base of every document. Its JSON has the fields of the class, with their names in camelCase and in order.

    A field that is None is left out; where a class is `sparse`, one that has its default is as well. Times are ISO 8601
    with their offset from UTC.
    """

    sparse: ClassVar[bool] = False

    @classmethod
    def from_json(cls, document: JsonObject, *, salvage: bool = False) -> Self:
        """The document in a JSON object, of which unknown fields are ignored.

        Raises Unreadable, which names the field that is not as expected. With `salvage`, a field that has a default
        takes it instead.
        """
        return cls(**{field.name: _value(document, field, salvage) for field in fields(cls)})

    def as_json(self) -> JsonObject:
        """The JSON object."""
        values = [(field, getattr(self, field.name)) for field in fields(self)]
        told = {
            camel_case(field.name): value for field, value in values if not (self.sparse and value == field.default)
        }
        return {name: _json_value(value) for name, value in told.items() if value is not None}


def _value(document: JsonObject, field: Field[Any], salvage: bool) -> object:
    name = camel_case(field.name)
    value = document.get(name)
    if value is None and field.default is not MISSING:
        return field.default
    read, expected = _form(field.type)
    found = read(value)
    if found is None and salvage and field.default is not MISSING:
        return field.default
    if found is None:
        raise Unreadable(f"{name} is {repr(value)[:_SHOWN]}: expected {expected}.")
    return found


def _form(kind: Any) -> tuple[Callable[[object], object], str]:
    """How a value of a field of this type is read, None for what is not of it; and what is expected."""
    if NoneType in get_args(kind):
        (kind,) = (each for each in get_args(kind) if each is not NoneType)
    if form := _FORMS.get(kind):
        return form
    if isinstance(kind, type) and issubclass(kind, Document):
        return lambda value: kind.from_json(value) if isinstance(value, dict) else None, "an object"
    if get_origin(kind) is tuple:
        return functools.partial(_objects, get_args(kind)[0]), "a list of objects"
    members = get_args(kind)  # of a Literal
    return lambda value: value if value in members else None, f"one of {', '.join(members)}"


def _time(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= MOST_EXACT else None


def _number(value: object) -> float | None:
    if type(value) is float:
        return value
    return float(value) if type(value) is int and abs(value) <= MOST_EXACT else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _strings(value: object) -> tuple[str, ...] | None:
    return tuple(value) if isinstance(value, list) and all(map(text, value)) else None


def _objects(kind: type[Document], value: object) -> tuple[Document, ...] | None:
    if isinstance(value, list) and all(isinstance(each, dict) for each in value):
        return tuple(map(kind.from_json, value))
    return None


def _times(value: object) -> dict[str, datetime] | None:
    if not isinstance(value, dict):
        return None
    times = {name: moment for name, each in value.items() if (moment := _time(each))}
    return times if len(times) == len(value) else None


def _counts(value: object) -> dict[str, int] | None:
    if isinstance(value, dict) and all(_count(each) is not None for each in value.values()):
        return dict(value)
    return None


_FORMS: dict[object, tuple[Callable[[object], object], str]] = {
    datetime: (_time, "a time with its offset from UTC"),
    int: (_count, "a number from 0"),
    float: (_number, "a number"),
    bool: (_flag, "true or false"),
    str: (text, "a string"),
    tuple[str, ...]: (_strings, "a list of strings"),
    dict[str, int]: (_counts, "counts by name"),
    dict[str, datetime]: (_times, "times by name"),
}


def _json_value(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case tuple():
            return [_json_value(each) for each in value]
        case dict():
            return {name: _json_value(each) for name, each in value.items()}
        case Document():
            return value.as_json()
    return value


def camel_case(name: str) -> str:
    """The name of a field in JSON."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
