"""JSON as it comes from Graph and goes to Cosmos, and Graph's primitive types in it, whatever is there.

A value of another type is None, or empty, like one that is missing: Graph leaves properties out, sends them as null and
removes them, and no call may be lost because of one. The types are those of
https://learn.microsoft.com/graph/api/resources/callrecords-mediastream.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

# Unknown properties are kept, so no closer type.
type JsonObject = dict[str, Any]

# Edm.Duration: days, hours, minutes and seconds.
_DURATION = re.compile(
    r"P(?=[0-9]|T[0-9])(?:([0-9]+)D)?(?:T(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+(?:\.[0-9]+)?)S)?)?"
)
_CONTAINERS = (list, dict)
# JSON has no larger numbers that every reader keeps exact (https://www.rfc-editor.org/rfc/rfc8259#section-6).
MOST_EXACT = 2**53


def as_object(value: object) -> JsonObject:
    """The object; {} for anything else."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[JsonObject]:
    """The objects in a list; [] for anything else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def objects_of(value: object) -> Iterator[JsonObject]:
    """The objects in a list, or in what is like one, one by one; none in anything else."""
    if isinstance(value, Collection) and not isinstance(value, str | dict):
        yield from (each for each in value if isinstance(each, dict))


def text(value: object) -> str | None:
    """The string, unless it is empty."""
    return value if isinstance(value, str) and value else None


def texts(value: object) -> list[str]:
    """The strings in a list that are not empty; [] for anything else."""
    return [each for each in value if isinstance(each, str) and each] if isinstance(value, list) else []


def number(value: object) -> float | None:
    """The number, unless it is negative or has no place in JSON: nothing in a call record is negative but levels."""
    return value if (type(value) is float or type(value) is int) and 0 <= value <= MOST_EXACT else None


def rounded(value: float) -> float:
    """The number to six decimals: Graph's are of single precision, which has no more that mean anything."""
    # As round(value, 6) has it, halves apart, and five times as fast: there are many.
    return int(value * 1e6 + 0.5) / 1e6 if 0 <= value < 1e9 else round(value, 6)


def ratio(value: object) -> float | None:
    """The number, if it is a share of something: 0 to 1."""
    found = number(value)
    return found if found is not None and found <= 1 else None


def seconds(value: object) -> float | None:
    """The seconds of a Duration such as PT0.016S or P1DT2H3M4.5S."""
    return _seconds(value) if isinstance(value, str) else None


@lru_cache(maxsize=10_000)  # there are many, and most are a few milliseconds
def _seconds(value: str) -> float | None:
    found = _DURATION.fullmatch(value)
    if found is None:
        return None
    days, hours, minutes, rest = map(float, found.groups("0"))
    return number(((days * 24 + hours) * 60 + minutes) * 60 + rest)


def moment(value: object) -> datetime | None:
    """The DateTimeOffset, in UTC. Graph gives 0 to 7 digits of a second, of which six are kept."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        return found.astimezone(UTC) if found and found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def utc(found: datetime | None) -> str | None:
    """The moment as a string, cut to the second, such as 2026-03-04T10:00:03Z: strings sort as the moments do."""
    return f"{found.replace(tzinfo=None, microsecond=0).isoformat()}Z" if found else None


def known(properties: JsonObject) -> JsonObject:
    """The properties that tell something: no nulls, and no empty lists and objects."""
    return {
        name: value
        for name, value in properties.items()
        if value or (value is not None and value.__class__ not in _CONTAINERS)
    }


def distinct(values: Iterable[str | None]) -> list[str]:
    """The strings that are not empty, each once, in order."""
    return sorted({value for value in values if value})
