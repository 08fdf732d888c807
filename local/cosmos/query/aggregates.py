"""The aggregates: what each makes of the values of a group, undefined ones left out.

https://learn.microsoft.com/azure/cosmos-db/nosql/query/aggregate-functions
"""

from collections.abc import Callable
from typing import Any

from local.cosmos.query.values import NUMBER, UNDEFINED, ascending, number


def _sum(values: list[Any]) -> Any:
    return number(sum(values)) if _are_numbers(values) else UNDEFINED


def _avg(values: list[Any]) -> Any:
    return number(sum(values) / len(values)) if values and _are_numbers(values) else UNDEFINED


def _min(values: list[Any]) -> Any:
    return min(values, key=ascending, default=UNDEFINED)


def _max(values: list[Any]) -> Any:
    return max(values, key=ascending, default=UNDEFINED)


def _are_numbers(values: list[Any]) -> bool:
    return all(type(value) in NUMBER for value in values)


AGGREGATES: dict[str, Callable[[list[Any]], Any]] = {
    "COUNT": len,
    "SUM": _sum,
    "AVG": _avg,
    "MIN": _min,
    "MAX": _max,
}
