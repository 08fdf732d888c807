"""LIKE patterns: % for any text, _ for one character, [a-f] and [^a-f] for one of a set.

https://learn.microsoft.com/azure/cosmos-db/nosql/query/keywords#like
"""

import functools
import re

from local.cosmos.query.errors import QueryError

_NEVER = "(?!)"
_TOKENS = r"%s(?P<literal>.)|\[(?P<negated>\^?)(?P<set>[^\]]+)\]|(?P<any>%%)|(?P<one>_)|."
_SET = re.compile(r"(.)-(.)|.", re.DOTALL)


@functools.lru_cache(maxsize=500)
def like(pattern: str, escape: str | None) -> re.Pattern[str]:
    """The regular expression whose full matches are what `pattern` matches; `escape` makes the character
    after it stand for itself."""
    if escape is not None and len(escape) != 1:
        raise QueryError(f"ESCAPE takes one character, not '{escape}'.")
    tokens = re.compile(_TOKENS % (re.escape(escape) if escape else _NEVER), re.DOTALL)
    try:
        return re.compile(tokens.sub(_translated, pattern), re.DOTALL)
    except re.error as error:
        raise QueryError(f"'{pattern}' is not a LIKE pattern: {error.msg}.") from error


def _translated(token: re.Match[str]) -> str:
    if token["any"]:
        return ".*"
    if token["one"]:
        return "."
    if token["set"]:
        return f"[{token['negated']}{_SET.sub(_in_set, token['set'])}]"
    return re.escape(token["literal"] or token[0])


def _in_set(part: re.Match[str]) -> str:
    return f"{re.escape(part[1])}-{re.escape(part[2])}" if part[1] else re.escape(part[0])
