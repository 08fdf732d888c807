"""Graph's answers as JSON, also where they are not quite."""

import json
from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.errors import Garbled
from callrecords.graph.parsing import Parsed, parse

WHAT = "Call record 1"
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters()), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("body", "document", "is_repaired"),
    [
        (b'{"a": 1.5}', {"a": 1.5}, False),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}, False),
        (rb'{"a": "\ud83d\ude00"}', {"a": "\U0001f600"}, False),
        (rb'{"a": "Ann \ud83d"}', {"a": "Ann \ufffd"}, True),
        (rb'{"a\udc00": ["\ud800"]}', {"a\ufffd": ["\ufffd"]}, True),
        (b'{"a": "Ann \xff"}', {"a": "Ann \ufffd"}, True),
        (b'{"a": NaN, "b": -Infinity, "c": 1e400, "d": 2.5}', {"a": None, "b": None, "c": None, "d": 2.5}, True),
        (b'{"a": ' + b"1" * 10_000 + b"}", {"a": None}, True),
        (b'{"a": "1\n2\t3"}', {"a": "1\n2\t3"}, True),
        (
            rb'{"a": "\ud800", "b": 18446744073709551615, "c": 18446744073709551616, "d": -9223372036854775809}',
            {"a": "\ufffd", "b": 2**64 - 1, "c": None, "d": None},
            True,
        ),
    ],
)
def test_what_is_no_json_is_replaced_and_told(body: bytes, document: object, is_repaired: bool) -> None:
    assert parse(body, WHAT) == Parsed(document, is_repaired)  # type: ignore[arg-type]


@given(st.dictionaries(st.text(st.characters()), VALUES, max_size=4))
def test_whatever_python_writes_is_read_and_can_be_stored(document: dict[str, object]) -> None:
    body = json.dumps(document).encode()
    parsed = parse(body, WHAT)
    stored = json.dumps(parsed.document, allow_nan=False)
    assert orjson.loads(stored) == parsed.document


@given(st.binary(max_size=60))
def test_whatever_comes_is_an_object_or_garbled_and_nothing_of_it_is_told(body: bytes) -> None:
    try:
        assert isinstance(parse(body, WHAT).document, dict)
    except Garbled as error:
        assert str(error).startswith(f"{WHAT}: Graph's answer is ")


def test_an_object_without_end_is_garbled() -> None:
    with pytest.raises(Garbled, match="not JSON"):
        parse(b'{"a":' * 100_000, WHAT)


@pytest.mark.parametrize(
    ("number", "read", "is_repaired"),
    [
        (b"0.10", Decimal("0.10"), False),
        (b"-0.0", Decimal("-0.0"), False),
        (b"5", 5, False),
        (b"1e2", Decimal("1E+2"), False),
        (b"1234567890123456789012345678901234.5678", Decimal("1234567890123456789012345678901234.5678"), False),
        (b"18446744073709551615", 2**64 - 1, False),
        (b"18446744073709551616", None, True),
        (b"1" * 10_000, None, True),
        (b"0." + b"1" * 39, None, True),
        (b"1e38", None, True),
        (b"1e-39", None, True),
        (b"1e999999", None, True),
        (b"1e99999999999999999999", None, True),
        (b"NaN", None, True),
        (b"-Infinity", None, True),
    ],
)
def test_exact_numbers_have_their_digits_and_no_more_than_a_database_takes(
    number: bytes, read: object, is_repaired: bool
) -> None:
    found, was_repaired = parse(b'{"a": ' + number + b"}", WHAT, exact=True)
    assert (str(found["a"]), type(found["a"]), was_repaired) == (str(read), type(read), is_repaired)


@given(st.dictionaries(st.text(st.characters()), VALUES, max_size=4))
def test_whatever_python_writes_is_exactly_what_it_is_otherwise(document: dict[str, object]) -> None:
    body = json.dumps(document).encode()
    exact = parse(body, WHAT, exact=True)
    assert orjson.loads(json.dumps(exact.document, default=float)) is not None
    if not exact.is_repaired:
        assert exact.document == json.loads(body, parse_float=Decimal)


@given(st.binary(max_size=60))
def test_whatever_comes_is_judged_the_same_with_exact_numbers(body: bytes) -> None:
    def outcome(*, exact: bool) -> str:
        try:
            return str(list(parse(body, WHAT, exact=exact).document))
        except Garbled as error:
            return str(error)

    assert outcome(exact=True) == outcome(exact=False)


def test_an_exact_object_without_end_is_garbled() -> None:
    with pytest.raises(Garbled, match="not JSON"):
        parse(b'{"a":' * 100_000, WHAT, exact=True)
