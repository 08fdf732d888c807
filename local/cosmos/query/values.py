"""JSON values as queries see them: undefined, types, equality and order.

https://learn.microsoft.com/azure/cosmos-db/nosql/query/equality-comparison-operators
"""

import math
from collections.abc import Iterable
from enum import Enum
from itertools import chain
from operator import neg
from typing import Any, Final


class Undefined(Enum):
    """The type of `UNDEFINED`."""

    UNDEFINED = "undefined"


UNDEFINED: Final = Undefined.UNDEFINED
"""What a property that an item does not have is equal to: nothing, not even itself."""

type SortKey = tuple[Any, ...]
"""Nested tuples of numbers and strings, comparable with each other whatever the types of their values. JSON
keeps them: a key that went through it is compared as a list with the list that another one becomes."""

STRING = frozenset({str})
INTEGER = frozenset({int})
NUMBER = frozenset({int, float})
BOOLEAN = frozenset({bool})
NULL = frozenset({type(None)})
ARRAY = frozenset({list})
OBJECT = frozenset({dict})
PRIMITIVE = STRING | NUMBER | BOOLEAN | NULL
DEFINED = PRIMITIVE | ARRAY | OBJECT
ANY = DEFINED | {Undefined}

_RANKS: dict[type, int] = {Undefined: 0, type(None): 1, bool: 2, int: 3, float: 3, str: 4, list: 5, dict: 6}


def ascending(value: Any) -> SortKey:
    """A key that sorts undefined, null, booleans, numbers, strings, arrays, objects, in this order.

    Two values are equal when their keys are.
    """
    kind = type(value)
    if kind in PRIMITIVE:
        return (_RANKS[kind], 0 if value is None else value)
    return (_RANKS[kind], *map(ascending, _parts(value)))


def descending(value: Any) -> SortKey:
    """A key that sorts the other way round; comparable with other descending keys only."""
    kind = type(value)
    rank = -_RANKS[kind]
    if kind is str:
        # What ends first comes last: the end weighs more than any byte. UTF-8 keeps the order of characters.
        return (rank, *map(neg, value.encode("utf-8", "surrogatepass")), 1)
    if kind in PRIMITIVE:
        return (rank, 0 if value is None else -value)
    return (rank, *map(descending, _parts(value)), (1,))


def _parts(value: Any) -> Iterable[Any]:
    if value is UNDEFINED:
        return ()
    return value if isinstance(value, list) else chain.from_iterable(sorted(value.items()))


def equal(left: object, right: object) -> bool | Undefined:
    """Whether two values are the same: false for two types, undefined where one is undefined."""
    if left is UNDEFINED or right is UNDEFINED:
        return UNDEFINED
    if type(left) is type(right) and type(left) in PRIMITIVE:
        return left == right
    return ascending(left) == ascending(right)


def contains(value: Any, part: Any) -> bool:
    """Whether `value` equals `part`, or is an object that contains all of its properties."""
    if isinstance(value, dict) and isinstance(part, dict):
        return all(name in value and contains(value[name], part[name]) for name in part)
    return equal(value, part) is True


def number(result: float) -> int | float | Undefined:
    """A computed number as the service writes it: a double, whole ones without a fraction, never infinite."""
    if not math.isfinite(result):
        return UNDEFINED
    return int(result) if result.is_integer() and abs(result) < 2**53 else float(result)
