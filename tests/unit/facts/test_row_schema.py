"""The rows of realistic, revised and mutilated records against what docs/schemas promises of them."""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from random import Random
from types import UnionType
from typing import Any, Literal, TypeAliasType, cast, get_args, get_origin, get_type_hints, is_typeddict

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from callrecords.callrecord import CallRecord
from callrecords.facts import causes, networkcauses
from callrecords.facts.details import Details, unpack
from callrecords.facts.packing import ROW_BYTES
from callrecords.facts.row import Rules, fact_row
from callrecords.facts.streamcolumns import COLUMNS
from callrecords.facts.streamquality import Profile
from callrecords.graphtypes import JsonObject
from callrecords.ports.callrow import CallRow
from local.traffic import generate
from local.traffic.day import large_meeting
from tests.everyproperty import EveryProperty
from tests.invented import CALL, TENANT

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "schemas" / "calls.schema.json").read_text())
DETAILS = {"$ref": "#/$defs/details", "$defs": SCHEMA["$defs"]}
# As Graph sent them, whatever it adds.
OPEN = ("graphNetwork", "graphDevice")
CASES = Path(__file__).parents[2] / "cases"
VOICE_CASES = [json.loads(file.read_text())["given"] for file in sorted((CASES / "voice").glob("*.json"))]

# Texts, so that each test has records of its own to change.
RECORDS = [
    orjson.dumps(version.record)
    for seed in (1, 2)
    for call in generate(seed, 200, date(2026, 3, 4), TENANT)
    for version in call.versions
]
SMALL = [text for text in RECORDS[:300] if len(text) < 40_000]
# The largest integer is that of Graph's answers as they are parsed.
ODDITIES: list[Any] = [None, "", "text", -1, 2**64 - 1, 1e300, True, [None, 7, [], {}, "text"], {"id": 7}]
LARGE = orjson.dumps(large_meeting(seed=7, sessions=120, day=date(2026, 3, 4), tenant_id=TENANT))


def row_of(record: JsonObject, profile: Profile = Profile.CURRENT, row_bytes: int = ROW_BYTES) -> JsonObject:
    """The row of a record as Graph has it; its lists may be anything."""
    properties = {name: value for name, value in record.items() if name not in ("sessions", "participants_v2")}
    whole = CallRecord(
        call_id=CALL,
        version=1,
        properties=properties,
        sessions=record.get("sessions", []),
        participants=record.get("participants_v2", []),
    )
    rules = Rules(profile, with_words=True)
    return cast("JsonObject", fact_row(whole, TENANT, ["2026-03-01"], rules, row_bytes))


LEG: JsonObject = {
    "id": f"pstn-{CALL}",
    "day": "2026-03-04",
    "source": "pstn",
    "kind": "call",
    "by": "userNumberAndTime",
    "inferred": True,
    "startSecondsApart": 12.0,
    "endSecondsApart": -1.0,
    "successful": True,
    "totalCharge": "0.0150",
    "currency": "USD",
}


def complaints(row: JsonObject) -> list[str]:
    """How the row, or what it has packed, breaks the schema."""
    packed = unpack(row["details"]) if "details" in row else {}
    return [*_complaints(SCHEMA, row), *_complaints(DETAILS, packed)]


def _complaints(schema: JsonObject, value: object) -> Iterator[str]:
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return (f"{error.json_path}: {error.message}" for error in validator.iter_errors(value))


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each container at or below `value` with each of its keys; not when the call began: without that is no row."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        if key != "startDateTime" or "sessions" not in value:
            yield value, key
            yield from places(value[key])


def mutilate(rng: Random, record: JsonObject) -> None:
    """Removes something, or puts something else, or a piece of the same record, in its place or beside it."""
    container, key = rng.choice([*places(record)])
    other, name = rng.choice([*places(record)])
    change = deepcopy(rng.choice([rng.choice(ODDITIES), other[name]]))
    if rng.random() < 0.3 and isinstance(container, dict):
        container["newFromGraph"] = change
    elif rng.random() < 0.3 and container is not record:
        del container[key]
    else:
        container[key] = change


def test_the_rows_of_realistic_records_are_as_promised() -> None:
    assert len(RECORDS) > 500
    for text in RECORDS[::6]:
        for profile in Profile:
            assert complaints(row_of(orjson.loads(text), profile)) == []


def test_a_row_is_as_promised_however_much_of_it_is_packed() -> None:
    packings, row_bytes = [], ROW_BYTES
    while row_bytes:
        row = row_of(orjson.loads(LARGE), row_bytes=row_bytes)
        assert complaints(row) == []
        packings.append(row["packing"])
        row_bytes = len(orjson.dumps(row)) - 1 if row["packing"] != "nothing" else 0
    assert packings == ["details", "endpointsAndDetails", "endpoints", "nothing"]


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"version": "1"},
        {"factsVersion": 0},
        {"type": None},
        {"startDateTime": "2026-03-04T10:00:03.5Z"},
        {"endDateTime": "2026-03-04T10:00:03+00:00"},
        {"endDateTime": None},
        {"day": "2026-3-4"},
        {"day": "2026-02-30"},
        {"formerDays": ["2026-03-01", "2026-03-01"]},
        {"formerDays": ["2026-02-30"]},
        {"durationSeconds": -1},
        {"secondsByModality": {"audio": "1"}},
        {"userIds": ["a", "a"]},
        {"organizer": {"kind": "robot"}},
        {"sessions": {"all": 1}},
        {"failures": [{"kind": "drop"}]},
        {"quality": {"smell": {}}},
        {"qualityProfile": "newest"},
        {"packing": "everything"},
        {"participants": [{"kind": "user", "seconds": -1}]},
        {"endpoints": [{"endpointId": "a/caller", "who": {"kind": "user"}, "quality": "good"}]},
        {"endpoints": [{"endpointId": "a/caller", "who": {}, "failed": False, "quality": "good"}]},
        {"phoneLegs": []},
        {"phoneLegs": [LEG | {"by": "name"}]},
        {"phoneLegs": [{name: value for name, value in LEG.items() if name != "day"}]},
    ],
    ids=str,
)
def test_the_schema_refuses_what_is_not_promised(change: JsonObject) -> None:
    row = row_of(orjson.loads(SMALL[0]))
    assert complaints(row) == complaints({**row, "phoneLegs": [LEG], "_etag": "x", "_ts": 1}) == []
    assert complaints({**row, **change})


@pytest.mark.parametrize(
    "change",
    [
        {"more": []},
        {"clients": [{"who": "me"}]},
        {"segments": [{"start": "10:00"}]},
        {"streams": {"averageJitters": ["PT0.01S"]}},
        {"streams": {"averageJitter": "PT0.01S"}},
        {"streams": [{"averageJitter": "PT0.01S"}]},
        {"participants": [{}]},
        {"endpoints": [{}]},
    ],
    ids=str,
)
def test_the_schema_refuses_details_that_are_not_promised(change: JsonObject) -> None:
    found = unpack(row_of(orjson.loads(SMALL[0]))["details"])
    assert [*_complaints(DETAILS, found)] == []
    assert [*_complaints(DETAILS, {**found, **change})]


def test_the_schema_asks_for_every_field_that_is_always_there() -> None:
    row = row_of(orjson.loads(SMALL[0]))
    for name in SCHEMA["required"]:
        assert len(complaints({key: row[key] for key in row if key != name})) == 1


def test_the_schema_describes_every_field_and_leaves_no_object_open_but_those_of_graph() -> None:
    described = [(container, key) for container, key in places(SCHEMA) if key == "properties"]
    opened = [container for container, _ in described if container["additionalProperties"] is not False]
    assert opened == [SCHEMA["$defs"][name] for name in OPEN]
    assert all(each.get("description") for container, key in described for each in container[key].values())


def plain(hint: Any) -> Any:
    """What the name of a type stands for."""
    while isinstance(hint, TypeAliasType):
        hint = hint.__value__
    return hint


def resolved(schema: JsonObject) -> JsonObject:
    """What a reference stands for."""
    found: JsonObject = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found


def disagreements(hint: Any, schema: JsonObject, path: str) -> Iterator[str]:
    """The paths at which the schema says something else than the type does."""
    hint, schema = plain(hint), resolved(schema)
    if is_typeddict(hint):
        yield from in_object(hint, schema, path)
    elif get_origin(hint) is list:
        yield from [] if schema["type"] == "array" else [path]
        yield from disagreements(get_args(hint)[0], schema["items"], f"{path}[]")
    elif get_origin(hint) is dict:
        names, value = get_args(hint)
        yield from in_map(plain(names), value, schema, path)
    elif not is_of_type(hint, schema):
        yield path


def in_object(hint: Any, schema: JsonObject, path: str) -> Iterator[str]:
    fields, properties = get_type_hints(hint), schema["properties"]
    if [*fields] != [*properties] or {*schema["required"]} != hint.__required_keys__:
        yield path
    for name in fields.keys() & properties.keys():
        yield from disagreements(fields[name], properties[name], f"{path}.{name}")


def in_map(names: Any, value: Any, schema: JsonObject, path: str) -> Iterator[str]:
    properties = schema.get("properties", {})
    if members_of(names) and members_of(names) != properties.keys():
        yield path
    for name, each in (properties or {"*": schema["additionalProperties"]}).items():
        yield from disagreements(value, each, f"{path}.{name}")


def members_of(hint: Any) -> set[str]:
    """The members of a literal type, or of a union of such; none of any other type."""
    hint = plain(hint)
    if get_origin(hint) is Literal:
        return {*get_args(hint)}
    return {each for part in get_args(hint) for each in members_of(part)}


def is_of_type(hint: Any, schema: JsonObject) -> bool:
    if members := members_of(hint):
        return members == {*schema.get("enum", ())}
    names = {str: "string", int: "integer", float: "number", bool: "boolean"}
    told = "string" if "enum" in schema else schema["type"]
    return bool(told == ([names[each] for each in get_args(hint)] if isinstance(hint, UnionType) else names[hint]))


def test_the_schema_and_the_types_agree_on_every_field() -> None:
    assert [*disagreements(CallRow, SCHEMA, "row")] == []


def test_a_field_that_only_one_of_both_has_and_a_type_that_differs_are_disagreements() -> None:
    changed = deepcopy(SCHEMA)
    del changed["properties"]["packing"]
    assert [*disagreements(CallRow, changed, "row")] == ["row"]
    changed = deepcopy(SCHEMA)
    changed["required"].remove("packing")
    assert [*disagreements(CallRow, changed, "row")] == ["row"]
    changed = deepcopy(SCHEMA)
    changed["properties"]["version"] = {"type": "number"}
    changed["properties"]["userIds"] = {"type": "array", "items": {"type": "integer"}}
    changed["properties"]["packing"]["enum"].append("all")
    changed["properties"]["quality"]["properties"]["smell"] = {"$ref": "#/$defs/quality"}
    assert sorted(disagreements(CallRow, changed, "row")) == [
        "row.packing",
        "row.quality",
        "row.userIds[]",
        "row.version",
    ]


def test_the_schema_of_the_details_has_their_fields_and_the_columns_of_streams() -> None:
    assert [*SCHEMA["$defs"]["details"]["properties"]] == [*Details.__annotations__]
    assert [*SCHEMA["$defs"]["details"]["properties"]["streams"]["properties"]] == [*COLUMNS]


def test_the_schema_has_every_cause() -> None:
    assert SCHEMA["$defs"]["cause"]["properties"]["cause"]["enum"] == [*networkcauses._RULES, *causes._RULES, "unknown"]


@given(st.randoms())
def test_the_row_of_a_mutilated_record_is_as_promised(rng: Random) -> None:
    record = orjson.loads(rng.choice(SMALL))
    for _ in range(rng.randrange(1, 12)):
        mutilate(rng, record)
    assert complaints(row_of(record)) == []


def test_a_null_says_as_little_as_a_property_that_is_missing() -> None:
    for text in RECORDS[::5]:
        record = orjson.loads(text)
        expected = row_of(record)
        for container, key in list(places(record)):
            if container[key] is None and isinstance(container, dict):
                del container[key]
        assert row_of(record) == expected


def test_nothing_is_lost_when_the_deprecated_properties_go() -> None:
    with_them = [text for text in RECORDS[::5] if b'"organizer"' in text]
    assert with_them
    for text in with_them:
        record = orjson.loads(text)
        expected = row_of(record)
        del record["organizer"], record["participants"]
        for container, key in list(places(record)):
            if key == "identity" and "associatedIdentity" in container:
                del container[key]
        assert row_of(record) == expected


def described(schema: JsonObject, name: str) -> set[str]:
    """The names of all properties at or below the schema, those of a definition under its name."""
    name, schema = schema.get("$ref", name), resolved(schema)
    found = described(schema["items"], name) if "items" in schema else set[str]()
    for each, below in schema.get("properties", {}).items():
        found |= {f"{name}.{each}"} | described(below, f"{name}.{each}")
    return found


def present(schema: JsonObject, value: object, name: str) -> Iterator[str]:
    """The same of the properties that the value has."""
    name, schema = schema.get("$ref", name), resolved(schema)
    for each in value if isinstance(value, list) and "items" in schema else ():
        yield from present(schema["items"], each, name)
    for each, below in schema.get("properties", {}).items():
        if isinstance(value, dict) and each in value:
            yield f"{name}.{each}"
            yield from present(below, value[each], f"{name}.{each}")


def test_every_property_that_is_described_is_in_some_row() -> None:
    records = [*map(orjson.loads, RECORDS), EveryProperty().record, *VOICE_CASES]
    rows = [row_of(record, profile) for record in records for profile in Profile]
    rows += [row_of(orjson.loads(LARGE), row_bytes=100_000), rows[0] | {"phoneLegs": [LEG]}]
    found = {path for row in rows for path in present(SCHEMA, row, "")}
    found |= {path for row in rows for path in present(DETAILS, unpack(row["details"]), "")}
    assert sorted((described(SCHEMA, "") | described(DETAILS, "")) - found) == []
