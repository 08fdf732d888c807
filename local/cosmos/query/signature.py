"""A built-in function: a Python function with the JSON types that it takes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.cosmos.query.errors import QueryError
from local.cosmos.query.names import Expression, Frame
from local.cosmos.query.values import UNDEFINED, number

type Types = frozenset[type]


@dataclass(frozen=True)
class Function:
    """`body` takes arguments of the `required` types, then of the `optional` ones, then any number of `rest`.

    An argument of another type makes the result undefined, as does a ValueError or ArithmeticError.
    """

    body: Callable[..., Any]
    required: tuple[Types, ...] = ()
    optional: tuple[Types, ...] = ()
    rest: Types | None = None

    def bind(self, name: str, arguments: list[Expression]) -> Expression:
        """A call, QueryError where the number of `arguments` is wrong."""
        types, body = self._types(name, len(arguments)), self.body

        def call(frame: Frame) -> Any:
            values = [argument(frame) for argument in arguments]
            for value, allowed in zip(values, types, strict=True):
                if type(value) not in allowed:
                    return UNDEFINED
            try:
                result = body(*values)
            except (ValueError, ArithmeticError):
                return UNDEFINED
            return number(result) if type(result) is float else result

        return call

    def _types(self, name: str, count: int) -> tuple[Types, ...]:
        rest = (self.rest,) * count if self.rest else ()
        types = self.required + self.optional + rest
        if not len(self.required) <= count <= len(types):
            most = " or more" if rest else f" to {len(types)}" if self.optional else ""
            raise QueryError(f"The {name} function takes {len(self.required)}{most} argument(s), not {count}.")
        return types[:count]
