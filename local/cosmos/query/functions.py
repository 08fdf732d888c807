"""The built-in functions by name; the ones about types are defined here, the others in modules of their own.

https://learn.microsoft.com/azure/cosmos-db/nosql/query/system-functions
"""

import json
from typing import Any

import orjson

from local.cosmos.query import arrays, datetimes, mathematics, strings
from local.cosmos.query.errors import QueryError
from local.cosmos.query.names import Expression
from local.cosmos.query.signature import Function, Types
from local.cosmos.query.values import (
    ANY,
    ARRAY,
    BOOLEAN,
    DEFINED,
    INTEGER,
    NULL,
    NUMBER,
    OBJECT,
    PRIMITIVE,
    STRING,
    UNDEFINED,
)


def bind(name: str, arguments: list[Expression]) -> Expression:
    """A call of the function `name`, QueryError where there is none or the number of arguments is wrong."""
    function = _FUNCTIONS.get(name.upper())
    if function is None:
        raise QueryError(f"'{name}' is not a recognized built-in function name or not supported here.")
    return function.bind(name, arguments)


def _is(types: Types) -> Function:
    return Function(lambda value: type(value) in types, (ANY,))


def _parsed(types: Types) -> Function:
    def parse(text: str) -> Any:
        value = orjson.loads(text)
        return value if type(value) in types else UNDEFINED

    return Function(parse, (STRING,))


def _is_integer(value: Any) -> bool:
    return type(value) in NUMBER and value == int(value)


def _to_string(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _choose(index: int, *values: Any) -> Any:
    return values[index - 1] if 1 <= index <= len(values) else UNDEFINED


_FUNCTIONS = {
    **strings.FUNCTIONS,
    **mathematics.FUNCTIONS,
    **arrays.FUNCTIONS,
    **datetimes.FUNCTIONS,
    "IS_DEFINED": _is(DEFINED),
    "IS_NULL": _is(NULL),
    "IS_BOOL": _is(BOOLEAN),
    "IS_NUMBER": _is(NUMBER),
    "IS_FINITE_NUMBER": _is(NUMBER),
    "IS_INTEGER": Function(_is_integer, (ANY,)),
    "IS_STRING": _is(STRING),
    "IS_ARRAY": _is(ARRAY),
    "IS_OBJECT": _is(OBJECT),
    "IS_PRIMITIVE": _is(PRIMITIVE),
    "STRINGTONULL": _parsed(NULL),
    "STRINGTOBOOLEAN": _parsed(BOOLEAN),
    "STRINGTONUMBER": _parsed(NUMBER),
    "STRINGTOARRAY": _parsed(ARRAY),
    "STRINGTOOBJECT": _parsed(OBJECT),
    "TOSTRING": Function(_to_string, (DEFINED,)),
    "IIF": Function(lambda test, then, otherwise: then if test is True else otherwise, (ANY, ANY, ANY)),
    "CHOOSE": Function(_choose, (INTEGER, ANY), rest=ANY),
}
