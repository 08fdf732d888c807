"""Graph's answers as JSON, also where they are not quite: pure.

A display name may have half of a surrogate pair in it, a number may be NaN or too large for JSON: a call is not lost
over such a thing. What cannot be JSON is replaced, and the answer says so.
"""

import json
import math
from typing import Any, NamedTuple

import orjson

from callrecords.errors import Garbled
from callrecords.graphtypes import JsonObject

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LONGEST_INTEGER = 20  # digits and a sign, in 64 bits


class Parsed(NamedTuple):
    """The object in an answer; `is_repaired` where something in it had to be replaced."""

    document: JsonObject
    is_repaired: bool


def parse(body: bytes, what: str) -> Parsed:
    """The JSON object in `body`.

    Characters that no UTF-8 text can have become U+FFFD, numbers that JSON does not have null. Raises Garbled, whose
    message starts with `what`, for anything else than an object.
    """
    text = body.removeprefix(_BYTE_ORDER_MARK)
    try:
        document, is_repaired = orjson.loads(text), False
    except orjson.JSONDecodeError:
        document, is_repaired = _leniently(text, what), True
    if not isinstance(document, dict):
        raise Garbled(f"{what}: Graph's answer is a JSON {type(document).__name__}, expected an object.")
    return Parsed(document, is_repaired)


def _leniently(text: bytes, what: str) -> object:
    try:
        decoder = json.JSONDecoder(parse_constant=_no_number, parse_float=_finite, parse_int=_storable, strict=False)
        return _without_surrogates(decoder.decode(text.decode(errors="replace")))
    except (ValueError, RecursionError):
        kind = "empty" if not text else "not JSON"
        raise Garbled(f"{what}: Graph's answer is {kind}.") from None


def _no_number(_: str) -> None:
    return None


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _storable(text: str) -> int | None:
    number = int(text) if len(text) <= _LONGEST_INTEGER else None
    return number if number is not None and -(2**63) <= number < 2**64 else None


def _without_surrogates(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_without_surrogates(each) for each in value]
        case dict():
            return {_without_surrogates(name): _without_surrogates(each) for name, each in value.items()}
    return value
