"""Mathematical functions.

https://learn.microsoft.com/azure/cosmos-db/nosql/query/mathematical-functions
"""

import math
import random
from collections.abc import Callable

from local.cosmos.query.signature import Function
from local.cosmos.query.values import NUMBER


def _round(value: float) -> float:
    """To the closest whole number, halves away from zero."""
    return math.copysign(math.floor(abs(value) + 0.5), value)


_OF_ONE: dict[str, Callable[[float], float]] = {
    "ABS": abs,
    "ACOS": math.acos,
    "ASIN": math.asin,
    "ATAN": math.atan,
    "CEILING": math.ceil,
    "COS": math.cos,
    "COT": lambda value: 1 / math.tan(value),
    "DEGREES": math.degrees,
    "EXP": math.exp,
    "FLOOR": math.floor,
    "LOG10": math.log10,
    "RADIANS": math.radians,
    "ROUND": _round,
    "SIGN": lambda value: (value > 0) - (value < 0),
    "SIN": math.sin,
    "SQRT": math.sqrt,
    "SQUARE": lambda value: value * value,
    "TAN": math.tan,
    "TRUNC": math.trunc,
}

FUNCTIONS = {name: Function(body, (NUMBER,)) for name, body in _OF_ONE.items()} | {
    "ATN2": Function(math.atan2, (NUMBER, NUMBER)),
    "LOG": Function(math.log, (NUMBER,), optional=(NUMBER,)),
    "NUMBERBIN": Function(lambda value, size=1: value // size * size, (NUMBER,), optional=(NUMBER,)),
    "PI": Function(lambda: math.pi),
    "POWER": Function(math.pow, (NUMBER, NUMBER)),
    "RAND": Function(random.random),
}
