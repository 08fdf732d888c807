"""String functions.

https://learn.microsoft.com/azure/cosmos-db/nosql/query/string-functions
"""

import re
from collections.abc import Callable

from local.cosmos.query.errors import QueryError
from local.cosmos.query.signature import Function
from local.cosmos.query.values import ARRAY, BOOLEAN, INTEGER, STRING, UNDEFINED, Undefined

_MODIFIERS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}
_MOST_REPLICATED = 10_000


def _comparison(compare: Callable[[str, str], bool]) -> Function:
    def compared(text: str, part: str, ignore_case: bool = False) -> bool:
        return compare(text.lower(), part.lower()) if ignore_case else compare(text, part)

    return Function(compared, (STRING, STRING), optional=(BOOLEAN,))


def _left(text: str, length: int) -> str:
    return text[: max(length, 0)]


def _right(text: str, length: int) -> str:
    return text[max(len(text) - max(length, 0), 0) :]


def _substring(text: str, start: int, length: int) -> str:
    return _left(text[max(start, 0) :], length)


def _replicate(text: str, times: int) -> str | Undefined:
    return text * times if times >= 0 and len(text) * times <= _MOST_REPLICATED else UNDEFINED


def _join(parts: list[object], separator: str) -> str | Undefined:
    strings = [part for part in parts if isinstance(part, str)]
    return separator.join(strings) if len(strings) == len(parts) else UNDEFINED


def _matches(text: str, pattern: str, modifiers: str = "") -> bool:
    try:
        return re.search(pattern, text, _flags(modifiers)) is not None
    except re.error as error:
        raise QueryError(f"'{pattern}' is not a regular expression: {error.msg}.") from error


def _flags(modifiers: str) -> re.RegexFlag:
    flags = re.NOFLAG
    for modifier in modifiers:
        if modifier not in _MODIFIERS:
            raise QueryError(f"'{modifier}' is not a modifier of RegexMatch, which are i, m, s and x.")
        flags |= _MODIFIERS[modifier]
    return flags


FUNCTIONS = {
    "CONCAT": Function(lambda *texts: "".join(texts), (STRING, STRING), rest=STRING),
    "CONTAINS": _comparison(lambda text, part: part in text),
    "ENDSWITH": _comparison(str.endswith),
    "INDEX_OF": Function(str.find, (STRING, STRING), optional=(INTEGER,)),
    "LEFT": Function(_left, (STRING, INTEGER)),
    "LENGTH": Function(len, (STRING,)),
    "LOWER": Function(str.lower, (STRING,)),
    "LTRIM": Function(str.lstrip, (STRING,)),
    "REGEXMATCH": Function(_matches, (STRING, STRING), optional=(STRING,)),
    "REPLACE": Function(str.replace, (STRING, STRING, STRING)),
    "REPLICATE": Function(_replicate, (STRING, INTEGER)),
    "REVERSE": Function(lambda text: text[::-1], (STRING,)),
    "RIGHT": Function(_right, (STRING, INTEGER)),
    "RTRIM": Function(str.rstrip, (STRING,)),
    "STARTSWITH": _comparison(str.startswith),
    "STRINGEQUALS": _comparison(str.__eq__),
    "STRINGJOIN": Function(_join, (ARRAY, STRING)),
    "STRINGSPLIT": Function(str.split, (STRING, STRING)),
    "SUBSTRING": Function(_substring, (STRING, INTEGER, INTEGER)),
    "TRIM": Function(str.strip, (STRING,)),
    "UPPER": Function(str.upper, (STRING,)),
}
