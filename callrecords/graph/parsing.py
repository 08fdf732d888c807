"""Graph's answers as JSON, also where they are not quite: pure.

A display name may have half of a surrogate pair in it, a number may be NaN or too large for JSON: a call is not lost
over such a thing. What cannot be JSON is replaced, and the answer says so. Where numbers are money they are read with
the digits that they have, as orjson cannot.
"""

import json
import math
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import orjson

from callrecords.errors import Garbled
from callrecords.graphtypes import JsonObject

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LONGEST_INTEGER = 20  # digits and a sign, in 64 bits
# What fits in decimal(38, s), the widest of most databases. A few bytes such as 1e999999 would be a million digits.
_MOST_DIGITS = 38


class Parsed(NamedTuple):
    """The object in an answer; `is_repaired` where something in it had to be replaced."""

    document: JsonObject
    is_repaired: bool


def parse(body: bytes, what: str, *, exact: bool = False) -> Parsed:
    """The JSON object in `body`. With `exact`, numbers that are not integers are Decimals, with all their digits.

    Characters that no UTF-8 text can have become U+FFFD; null become numbers that JSON does not have, and with `exact`
    those that have more than 38 digits, or integers more than 64 bits. Raises Garbled, whose message starts with
    `what`, for anything else than an object.
    """
    text = body.removeprefix(_BYTE_ORDER_MARK)
    try:
        document, is_repaired = _exactly(text) if exact else orjson.loads(text), False
    except (ValueError, RecursionError):
        document, is_repaired = _leniently(text, what, _decimal if exact else _finite), True
    if not isinstance(document, dict):
        raise Garbled(f"{what}: Graph's answer is a JSON {type(document).__name__}, expected an object.")
    return Parsed(document, is_repaired)


def _exactly(text: bytes) -> object:
    """Raises ValueError for what is no JSON, of which orjson is the judge, and for a number that is too long."""
    orjson.loads(text)
    return json.loads(text, parse_float=_decimal, parse_int=_storable)


def _leniently(text: bytes, what: str, number: Callable[[str], float | Decimal]) -> object:
    decoder = json.JSONDecoder(
        parse_constant=_no_number, parse_float=_or_null(number), parse_int=_or_null(_storable), strict=False
    )
    try:
        return _without_surrogates(decoder.decode(text.decode(errors="replace")))
    except (ValueError, RecursionError):
        kind = "empty" if not text else "not JSON"
        raise Garbled(f"{what}: Graph's answer is {kind}.") from None


def _no_number(_: str) -> None:
    return None


def _or_null[T](number: Callable[[str], T]) -> Callable[[str], T | None]:
    """As `number`, which raises ValueError for what cannot be one, with None instead."""

    def read(text: str) -> T | None:
        try:
            return number(text)
        except ValueError:
            return None

    return read


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def _storable(text: str) -> int:
    if len(text) > _LONGEST_INTEGER or not -(2**63) <= (number := int(text)) < 2**64:
        raise ValueError
    return number


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent of twenty digits
        raise ValueError from None
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)  # JSON has no infinity
    if max(len(digits), len(digits) + exponent, -exponent) > _MOST_DIGITS:
        raise ValueError
    return number


def _without_surrogates(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_without_surrogates(each) for each in value]
        case dict():
            return {_without_surrogates(name): _without_surrogates(each) for name, each in value.items()}
    return value
