"""The rows of realistic and mutilated rows of Graph's against what docs/schemas promises of them."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, Literal, TypeAliasType, cast, get_args, get_origin, get_type_hints

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from callrecords.graphtypes import JsonObject
from callrecords.phone.amounts import amount, plain
from callrecords.phone.row import phone_row
from callrecords.phone.stays import END_WITHIN, START_WITHIN
from callrecords.ports.phonerow import (
    JoinedBy,
    JoinedCall,
    NotJoined,
    PhoneCause,
    PhoneFlag,
    PhoneJoin,
    PhoneKind,
    PhoneRow,
    PhoneSource,
)
from tests.invented import TENANT
from tests.unit.phone.invented_rows import ODDITIES, PSTN_ID, direct, direct_row, failed, failed_row, pstn, pstn_row

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "schemas" / "phoneCalls.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
SOURCES = st.sampled_from(("pstn", "directRouting"))
DIGEST = "0123456789abcdef" * 2
JOIN: PhoneJoin = {
    "digest": DIGEST,
    "calls": [
        {
            "callId": PSTN_ID,
            "by": "numberAndTime",
            "inferred": True,
            "startSecondsApart": 31.0,
            "endSecondsApart": -2.0,
        }
    ],
}
ROWS: list[PhoneRow] = [
    pstn_row(),
    direct_row(),
    failed_row(),
    pstn_row(callType=None, charge="1e3", currency=None),
    {**pstn_row(), "joined": JOIN},
    {**direct_row(), "joined": {"digest": DIGEST, "reason": "noCall"}},
]
NAMES = sorted(pstn().keys() | direct().keys())

# As the app reads Graph's answers, and as no parser should.
LEAVES = st.none() | st.booleans() | st.integers() | st.decimals() | st.floats() | st.text() | st.sampled_from(ODDITIES)
VALUES = st.recursive(LEAVES, lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside), max_leaves=5)


def complaints(row: object) -> list[str]:
    """How the row breaks the schema."""
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(cast("Any", row))]


def test_realistic_rows_are_as_promised() -> None:
    assert [complaints(row) for row in ROWS] == [[]] * len(ROWS)


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"id": PSTN_ID},
        {"source": "sms"},
        {"day": "2026-3-4"},
        {"startDateTime": "2026-03-04T10:00:03.5Z"},
        {"endDateTime": None},
        {"durationSeconds": -1},
        {"durationSeconds": 1.5},
        {"kind": "voicemail"},
        {"direction": "internal"},
        {"charge": 0.015},
        {"charge": "1E+3"},
        {"totalCharge": "1,5"},
        {"currency": "usd"},
        {"userId": ""},
        {"flags": ["new"]},
        {"flags": ["noTime", "noTime"]},
        {"cause": {"cause": "x", "side": "sbc"}},
        {"cause": {"cause": "x", "side": "us", "lookAt": "x"}},
        {"record": "{}"},
        {"joined": {"digest": DIGEST}},
        {"joined": {"digest": DIGEST, "calls": []}},
        {"joined": {"digest": DIGEST, "reason": "late"}},
        {"joined": {**JOIN, "reason": "noCall"}},
        {"joined": {"digest": DIGEST, "calls": [{**JOIN["calls"][0], "endSecondsApart": 10.5}]}},
    ],
    ids=str,
)
def test_the_schema_refuses_what_is_not_promised(change: JsonObject) -> None:
    row = {**pstn_row()}
    assert complaints({**row, "_etag": "x", "_ts": 1}) == []
    assert complaints({**row, **change})


def plain_type(hint: Any) -> Any:
    while isinstance(hint, TypeAliasType):
        hint = hint.__value__
    return hint


def told_type(hint: Any) -> object:
    """What a schema would say of the type: the members of a literal, or the name of a type of JSON."""
    hint = plain_type(hint)
    if get_origin(hint) is Literal:
        return [*get_args(hint)]
    names = {str: "string", int: "integer", float: "number", bool: "boolean", list: "array", dict: "object"}
    return names.get(get_origin(hint) or hint, "object")


def described_type(schema: JsonObject) -> object:
    found = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found.get("enum") or found["type"]


@pytest.mark.parametrize(
    ("kind", "described"),
    [
        (PhoneRow, SCHEMA),
        (PhoneCause, SCHEMA["$defs"]["cause"]),
        (PhoneJoin, SCHEMA["$defs"]["join"]),
        (JoinedCall, SCHEMA["$defs"]["joinedCall"]),
    ],
)
def test_the_types_have_the_fields_of_the_schema(kind: Any, described: JsonObject) -> None:
    fields, properties = get_type_hints(kind), described["properties"]
    assert [*fields] == [*properties]
    assert {*described["required"]} == kind.__required_keys__
    assert {name: told_type(hint) for name, hint in fields.items()} == {
        name: described_type(each) for name, each in properties.items()
    }


def test_every_field_is_described_and_so_is_each_flag_and_kind() -> None:
    described = [
        SCHEMA["properties"],
        *(SCHEMA["$defs"][name]["properties"] for name in ("cause", "join", "joinedCall")),
    ]
    assert all(each["description"] for properties in described for each in properties.values())
    flags, kinds = SCHEMA["properties"]["flags"], SCHEMA["properties"]["kind"]
    assert flags["items"]["enum"] == sorted(get_args(PhoneFlag.__value__))
    assert all(f"{name}: " in flags["description"] for name in get_args(PhoneFlag.__value__))
    assert all(f"{name}: " in kinds["description"] for name in get_args(PhoneKind.__value__))
    reasons, by = SCHEMA["$defs"]["join"]["properties"]["reason"], SCHEMA["$defs"]["joinedCall"]["properties"]["by"]
    assert all(f"{name}: " in reasons["description"] for name in get_args(NotJoined.__value__))
    assert all(f"{name}: " in by["description"] for name in get_args(JoinedBy.__value__))


def test_the_schema_tells_how_far_times_may_be_apart() -> None:
    apart = SCHEMA["$defs"]["joinedCall"]["properties"]
    for name, within in (("startSecondsApart", START_WITHIN), ("endSecondsApart", END_WITHIN)):
        assert apart[name]["maximum"] == -apart[name]["minimum"] == within.total_seconds()
        assert f"at most {within.total_seconds():.0f} either way" in apart[name]["description"]


def test_every_field_is_in_some_row() -> None:
    assert {name for row in ROWS for name in row} == SCHEMA["properties"].keys()


def check(properties: JsonObject, source: PhoneSource) -> None:
    """The row is as promised, the same each time, and the same after it was stored."""
    row = phone_row(properties, source, TENANT)
    assert complaints(row) == []
    assert None not in row.values()
    assert orjson.loads(orjson.dumps(row)) == json.loads(json.dumps(row, allow_nan=False)) == row
    assert phone_row(properties, source, TENANT) == row
    assert row["flags"] == sorted({*row["flags"]})


@given(st.dictionaries(st.sampled_from(NAMES) | st.text(), VALUES), SOURCES)
def test_any_object_with_an_id_has_a_row_as_promised(properties: JsonObject, source: PhoneSource) -> None:
    check(properties | {"id": PSTN_ID}, source)


@given(st.text().filter(str.strip), SOURCES)
def test_any_text_is_an_id(row_id: str, source: PhoneSource) -> None:
    check({"id": row_id}, source)


@given(st.randoms(), SOURCES)
def test_the_row_of_a_mutilated_one_is_as_promised(rng: Random, source: PhoneSource) -> None:
    properties = rng.choice([pstn, direct, failed])()
    for name in rng.sample(NAMES, rng.randrange(1, 8)):
        properties[name] = rng.choice([rng.choice(ODDITIES), properties.get(rng.choice(NAMES))])
    check(properties | {"id": PSTN_ID}, source)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=6))
def test_an_amount_keeps_every_digit_in_the_row_and_in_the_record(value: Decimal) -> None:
    row = pstn_row(charge=value, connectionCharge=0)
    assert row["charge"] == row["totalCharge"].removesuffix(".") == plain(value)
    assert Decimal(row["record"]["charge"]) == value
    assert amount(row["charge"]) == value


def leaves(value: Any) -> Iterator[Any]:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if inside is None:
        yield value
    else:
        for each in inside:
            yield from leaves(each)


@given(st.dictionaries(st.text("abc", min_size=1), VALUES))
def test_no_float_is_in_a_record(properties: JsonObject) -> None:
    record = pstn_row(**properties)["record"]
    assert not [each for each in leaves(record) if isinstance(each, float | Decimal)]
