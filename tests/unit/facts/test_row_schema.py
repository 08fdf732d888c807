"""The rows of realistic, revised and mutilated records against what docs/schemas promises of them."""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from callrecords.callrecord import CallRecord
from callrecords.facts.row import CAPS, fact_row
from callrecords.facts.streamquality import Profile
from callrecords.graphtypes import JsonObject
from local.traffic import generate
from local.traffic.meetings import meeting
from local.traffic.people import found
from tests.invented import CALL, TENANT

SCHEMA = json.loads((Path(__file__).parents[3] / "docs" / "schemas" / "calls.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)

# Texts, so that each test has records of its own to change.
RECORDS = [
    orjson.dumps(version.record)
    for seed in (1, 2)
    for call in generate(seed, 200, date(2026, 3, 4), TENANT)
    for version in call.versions
]
SMALL = [text for text in RECORDS[:300] if len(text) < 40_000]
ODDITIES: list[Any] = [None, "", "text", -1, 2**70, True, [None, 7, [], {}, "text"], {"id": 7}]


def row_of(record: JsonObject, profile: Profile = Profile.CURRENT) -> JsonObject:
    """The row of a record as Graph has it; its lists may be anything."""
    properties = {name: value for name, value in record.items() if name not in ("sessions", "participants_v2")}
    whole = CallRecord(
        call_id=CALL,
        version=1,
        properties=properties,
        sessions=record["sessions"],
        participants=record["participants_v2"],
    )
    return fact_row(whole, TENANT, ["2026-03-01"], profile)


def complaints(row: JsonObject) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(row)]


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


def large_meeting(size: int) -> JsonObject:
    return meeting(Random(7), found(Random(7), TENANT), datetime(2026, 3, 4, 10, tzinfo=UTC), size, rejoins=0)


def test_the_rows_of_realistic_records_are_as_promised() -> None:
    assert len(RECORDS) > 500
    for text in RECORDS[::3]:
        for profile in Profile:
            assert complaints(row_of(orjson.loads(text), profile)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"version": "1"},
        {"startDateTime": "2026-03-04T10:00:03.5Z"},
        {"endDateTime": "2026-03-04T10:00:03+00:00"},
        {"day": "2026-3-4"},
        {"day": "2026-02-30"},
        {"formerDays": ["2026-03-01", "2026-03-01"]},
        {"formerDays": ["2026-02-30"]},
        {"durationSeconds": -1},
        {"userIds": ["a", "a"]},
        {"organizer": {"kind": "robot"}},
        {"participants": [{"kind": "user"}] * 101},
        {"legs": [{"caller": {"kind": "user"}}]},
        {"qualityProfile": "newest"},
    ],
    ids=str,
)
def test_the_schema_refuses_what_is_not_promised(change: JsonObject) -> None:
    row = row_of(orjson.loads(SMALL[0]))
    assert complaints(row) == complaints({**row, "_etag": "x", "_ts": 1}) == []
    assert complaints({**row, **change})


def test_the_schema_asks_for_every_field() -> None:
    row = row_of(orjson.loads(SMALL[0]))
    assert [len(complaints({key: row[key] for key in row if key != name})) for name in row] == [1] * len(row)
    assert list(row) == list(SCHEMA["properties"])


def test_the_schema_describes_every_field_and_leaves_no_object_open() -> None:
    for container, key in places(SCHEMA):
        if key == "properties":
            assert all(each.get("description") for each in container[key].values())
            assert container["additionalProperties"] is False


def test_the_schema_says_where_lists_are_cut() -> None:
    most = {name: each["maxItems"] for name, each in SCHEMA["properties"].items() if "maxItems" in each}
    assert most == CAPS
    assert {name.removesuffix("Capped") for name in SCHEMA["properties"] if name.endswith("Capped")} == CAPS.keys()


@pytest.mark.parametrize("call_type", [b"peerToPeer", b"groupCall"])
def test_anything_may_stand_anywhere_in_a_record(call_type: bytes) -> None:
    record = orjson.loads(min((text for text in SMALL if call_type in text and b"main-audio" in text), key=len))
    for container, key in list(places(record)):
        value = container[key]
        for container[key] in ODDITIES:
            orjson.dumps(row_of(record))
        container[key] = value


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


def test_the_order_of_sessions_and_participants_means_nothing() -> None:
    rng = Random(7)
    for text in RECORDS[::5]:
        record = orjson.loads(text)
        expected = row_of(record)
        rng.shuffle(record["sessions"])
        rng.shuffle(record["participants_v2"])
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


def test_the_row_of_a_meeting_of_300_sessions_stays_under_200_kilobytes() -> None:
    row = row_of(large_meeting(300))
    assert row["legCount"] == 300
    assert len(json.dumps(row)) < 200_000


def test_a_meeting_of_1000_keeps_every_user_and_says_which_lists_are_cut() -> None:
    record = large_meeting(1_000)
    row = row_of(record)
    users = {each["id"] for each in record["participants_v2"] if each["identity"]["user"]}
    assert complaints(row) == []
    assert set(row["userIds"]) == users
    assert (row["participantCount"], row["legCount"]) == (1_000, 1_000)
    assert (row["participantsCapped"], row["legsCapped"], row["userIdsCapped"]) == (True, True, False)
    assert len(json.dumps(row)) < 500_000


def described(schema: JsonObject) -> Iterator[str]:
    """The paths of all properties at or below the schema."""
    if reference := schema.get("$ref"):
        schema = SCHEMA["$defs"][reference.rpartition("/")[2]]
    for name, each in schema.get("properties", {}).items():
        yield f".{name}"
        yield from (f".{name}{path}" for path in described(each))
    for each in (*schema.get("oneOf", ()), *schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])):
        yield from described(each)


def present(value: object) -> Iterator[str]:
    """The paths of all properties at or below the value."""
    for each in value if isinstance(value, list) else ():
        yield from present(each)
    for name, each in value.items() if isinstance(value, dict) else ():
        yield f".{name}"
        yield from (f".{name}{path}" for path in present(each))


def test_every_property_that_is_described_is_in_some_row() -> None:
    found = {path for text in RECORDS for path in present(row_of(orjson.loads(text)))}
    found |= {path.replace(".callee", ".caller") for path in found}  # both ends are described as one
    assert set(described(SCHEMA)) - found == set()
