"""Array, set and object functions.

https://learn.microsoft.com/azure/cosmos-db/nosql/query/array-functions
"""

from typing import Any

from local.cosmos.query.signature import Function
from local.cosmos.query.values import ARRAY, BOOLEAN, DEFINED, INTEGER, OBJECT, STRING, ascending, contains, equal


def _has(array: list[Any], value: Any, partly: bool = False) -> bool:
    if type(value) is str:  # to which nothing but the same text is equal
        return value in array
    return any(contains(element, value) if partly else equal(element, value) is True for element in array)


def _slice(array: list[Any], start: int, length: int | None = None) -> list[Any]:
    rest = array[start:]
    return rest if length is None else rest[: max(length, 0)]


def _concatenated(*arrays: list[Any]) -> list[Any]:
    return [element for array in arrays for element in array]


def _union(*arrays: list[Any]) -> list[Any]:
    return list({ascending(element): element for element in _concatenated(*arrays)}.values())


def _intersection(left: list[Any], right: list[Any]) -> list[Any]:
    return [element for element in _union(left) if _has(right, element)]


def _difference(left: list[Any], right: list[Any]) -> list[Any]:
    return [element for element in _union(left) if not _has(right, element)]


def _pairs(value: dict[str, Any], name_name: str = "k", value_name: str = "v") -> list[dict[str, Any]]:
    return [{name_name: name, value_name: member} for name, member in value.items()]


FUNCTIONS = {
    "ARRAY_CONCAT": Function(_concatenated, (ARRAY, ARRAY), rest=ARRAY),
    "ARRAY_CONTAINS": Function(_has, (ARRAY, DEFINED), optional=(BOOLEAN,)),
    "ARRAY_CONTAINS_ALL": Function(
        lambda array, *values: all(_has(array, value) for value in values), (ARRAY, DEFINED), rest=DEFINED
    ),
    "ARRAY_CONTAINS_ANY": Function(
        lambda array, *values: any(_has(array, value) for value in values), (ARRAY, DEFINED), rest=DEFINED
    ),
    "ARRAY_LENGTH": Function(len, (ARRAY,)),
    "ARRAY_SLICE": Function(_slice, (ARRAY, INTEGER), optional=(INTEGER,)),
    "OBJECTTOARRAY": Function(_pairs, (OBJECT,), optional=(STRING, STRING)),
    "SETDIFFERENCE": Function(_difference, (ARRAY, ARRAY)),
    "SETINTERSECT": Function(_intersection, (ARRAY, ARRAY)),
    "SETUNION": Function(_union, (ARRAY, ARRAY)),
}
