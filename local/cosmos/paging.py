"""Pages of results, and the continuation tokens that lead from one to the next."""

import base64
import binascii
import zlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson

from local.cosmos.errors import bad_request

_LARGEST_PAGE = 4 * 1024 * 1024  # bytes: https://learn.microsoft.com/azure/cosmos-db/concepts-limits
_MOST_ITEMS = 1000  # where the client has no wish


class Page(NamedTuple):
    """Some of the results, as JSON; the mark of the last of them; and whether there are more."""

    values: list[orjson.Fragment]
    last: Any
    more: bool


def fill_page(results: Iterable[tuple[Any, Any]], headers: Mapping[str, str]) -> Page:
    """As many of the results, each a value and its mark, as the client wants and as fit."""
    most = _page_size(headers)
    values: list[orjson.Fragment] = []
    size, last = 0, None
    for value, mark in results:
        text = orjson.dumps(value)
        size += len(text)
        if values and (len(values) == most or size > _LARGEST_PAGE):
            return Page(values, last, True)
        values.append(orjson.Fragment(text))
        last = mark
    return Page(values, last, False)


def _page_size(headers: Mapping[str, str]) -> int:
    text = headers.get("x-ms-max-item-count", "-1")
    if text != "-1" and not (text.isdecimal() and int(text) > 0):
        raise bad_request(f"x-ms-max-item-count is {text!r}; expected -1, or a number from 1.")
    return _MOST_ITEMS if text == "-1" else int(text)


def continuation(of: bytes, mark: Any) -> str:
    """A token with which `of`, a query, goes on after the result that has `mark`."""
    return base64.b64encode(orjson.dumps([zlib.crc32(of), mark])).decode()


def mark_of(token: str, of: bytes) -> Any:
    """The mark in a token. Raises 400 where it was not made for `of`."""
    try:
        checksum, mark = orjson.loads(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError, TypeError):
        checksum, mark = None, None
    if checksum != zlib.crc32(of):
        raise bad_request(f"The continuation token {token!r} is not one of this query.")
    return mark
