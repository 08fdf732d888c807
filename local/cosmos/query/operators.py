"""The operators: what each makes of its operands.

Operands of a type that an operator is not for make it undefined.
https://learn.microsoft.com/azure/cosmos-db/nosql/query/logical-operators
"""

import math
import operator
from collections.abc import Callable, Iterable
from typing import Any

from local.cosmos.query.values import NUMBER, PRIMITIVE, UNDEFINED, Undefined, ascending, equal, number

type _Operator = Callable[[Any, Any], Any]


def some(values: Iterable[Any]) -> bool | Undefined:
    """OR: true where one of `values` is, whatever the others are."""
    result: bool | Undefined = False
    for value in values:
        if value is True:
            return True
        if value is not False:
            result = UNDEFINED
    return result


def every(values: Iterable[Any]) -> bool | Undefined:
    """AND: false where one of `values` is, whatever the others are."""
    result: bool | Undefined = True
    for value in values:
        if value is False:
            return False
        if value is not True:
            result = UNDEFINED
    return result


def _different(left: Any, right: Any) -> bool | Undefined:
    same = equal(left, right)
    return same if same is UNDEFINED else not same


def _ordered(compare: Callable[[Any, Any], bool]) -> _Operator:
    def compared(left: Any, right: Any) -> bool | Undefined:
        kind = type(left)
        if kind is type(right) and (kind is str or kind in NUMBER):
            return compare(left, right)
        if kind not in PRIMITIVE or type(right) not in PRIMITIVE:
            return UNDEFINED
        (rank, value), (other_rank, other) = ascending(left), ascending(right)
        return compare(value, other) if rank == other_rank else UNDEFINED

    return compared


def _arithmetic(calculate: Callable[[Any, Any], float]) -> _Operator:
    def calculated(left: Any, right: Any) -> Any:
        if type(left) not in NUMBER or type(right) not in NUMBER:
            return UNDEFINED
        try:
            return number(calculate(left, right))
        except (ValueError, ArithmeticError):
            return UNDEFINED

    return calculated


def _concatenated(left: Any, right: Any) -> str | Undefined:
    return left + right if isinstance(left, str) and isinstance(right, str) else UNDEFINED


OPERATORS: dict[str, _Operator] = {
    "=": equal,
    "!=": _different,
    "<>": _different,
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "+": _arithmetic(operator.add),
    "-": _arithmetic(operator.sub),
    "*": _arithmetic(operator.mul),
    "/": _arithmetic(operator.truediv),
    "%": _arithmetic(math.fmod),
    "||": _concatenated,
}
