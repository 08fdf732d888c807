import json
import re

import pytest
from azure.cosmos._synchronized_request import _request_body_from_data
from hypothesis import given
from hypothesis import strategies as st

from callrecords.callrecord import CallRecord
from callrecords.cosmos.items import Items, join, part_version, size, split
from callrecords.errors import Unreadable
from callrecords.graphtypes import JsonObject
from tests.invented import CALL, DAY, START, TENANT, call_record

PART_BYTES = 4_000
ROOM = PART_BYTES - 512  # without the envelope of a part
LARGEST_ELEMENT, THIRD_OF_A_PART = ROOM - 1, ROOM // 3 - 1  # a comma follows each

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def sized(length: int) -> JsonObject:
    """An element of `length` bytes."""
    element = {"x": "x" * (length - len('{"x":""}'))}
    assert size(element) == length
    return element


ELEMENTS = st.lists(
    st.dictionaries(TEXTS, JSON, max_size=3)
    | st.integers(8, 200).map(sized)
    | st.integers(THIRD_OF_A_PART - 2, THIRD_OF_A_PART + 2).map(sized)
    | st.integers(LARGEST_ELEMENT - 3, LARGEST_ELEMENT).map(sized),
    max_size=9,
)
# Whatever Graph calls its properties: the names of this app and of Cosmos DB are among them.
NAMES = st.sampled_from(["id", "tenantId", "callId", "version", "day", "formerDays", "parts", "record", "ttl", "_etag"])
PROPERTIES = st.dictionaries(TEXTS | NAMES, JSON, max_size=4)


@st.composite
def records(draw: st.DrawFn) -> CallRecord:
    version = draw(st.integers(0, 2**53))
    properties = {**draw(PROPERTIES), "startDateTime": START}
    return CallRecord(
        call_id=CALL,
        version=version,
        properties=properties,
        sessions=draw(ELEMENTS),
        participants=draw(ELEMENTS),
        caveats=draw(st.sampled_from([(), ("noSessions",), ("participantsRefused", "repaired")])),
    )


def small(record: CallRecord) -> Items:
    return split(record, TENANT, part_bytes=PART_BYTES)


@given(records(), st.sets(st.dates().map(str), max_size=3))
def test_a_record_can_be_put_together_again_from_its_items(record: CallRecord, former_days: set[str]) -> None:
    assert join(split(record, TENANT, former_days, part_bytes=PART_BYTES)) == record


@given(records())
def test_no_item_is_over_the_limit_on_the_wire(record: CallRecord) -> None:
    items = small(record)
    assert (
        max(len(json.dumps(item, separators=(",", ":")).encode()) for item in (items.header, *items.parts))
        <= PART_BYTES
    )


@given(records())
def test_the_header_names_every_part_in_order_and_each_carries_the_key(record: CallRecord) -> None:
    items = small(record)
    assert items.header["parts"] == [part["id"] for part in items.parts]
    assert {(item["tenantId"], item["callId"]) for item in (items.header, *items.parts)} == {(TENANT, CALL)}
    assert {part_version(part["id"]) for part in items.parts} <= {record.version}


def test_the_items_of_a_small_record_are_a_header_and_a_part_for_each_list() -> None:
    record = call_record(3, participants=[{"id": "p"}])
    items = split(record, TENANT)
    key = {"tenantId": TENANT, "callId": CALL}
    sessions, participants = items.parts
    assert items.header == {
        "id": CALL,
        **key,
        "version": 3,
        "day": DAY,
        "formerDays": [],
        "parts": [sessions["id"], participants["id"]],
        "caveats": [],
        "record": record.properties,
    }
    of = {"version": 3, "day": DAY}
    assert sessions == {"id": sessions["id"], **key, **of, "sessions": record.sessions}
    assert participants == {"id": participants["id"], **key, **of, "participants_v2": [{"id": "p"}]}


def test_the_name_of_a_part_tells_its_list_version_number_and_content() -> None:
    parts = small(call_record(3, sessions=[sized(THIRD_OF_A_PART)] * 4, participants=[{"id": "p"}])).parts
    names = [re.sub(r"[0-9a-f]{8}$", "<digest>", part["id"]) for part in parts]
    assert names == ["sessions-3-0-<digest>", "sessions-3-1-<digest>", "participants-3-0-<digest>"]


def test_two_answers_with_one_version_have_parts_of_one_name_only_where_they_are_the_same() -> None:
    def names(*ids: str) -> list[str]:
        record = call_record(participants=[{"id": each} for each in ids])
        return [part["id"] for part in split(record, TENANT).parts]

    assert names("p", "q") == names("p", "q")
    sessions, participants = zip(names("p", "q"), names("q", "p"), strict=True)
    assert sessions[0] == sessions[1]
    assert participants[0] != participants[1]


def test_the_header_keeps_the_former_days_in_order() -> None:
    assert split(call_record(), TENANT, {"2026-03-05", "2026-03-03"}).header["formerDays"] == [
        "2026-03-03",
        "2026-03-05",
    ]


def test_a_record_without_a_time_to_put_it_under_is_unreadable() -> None:
    with pytest.raises(Unreadable, match=f"^Call record {CALL}: startDateTime is not a time"):
        split(call_record(start="yesterday"), TENANT)


def test_a_record_without_lists_has_no_parts() -> None:
    assert split(call_record(sessions=[]), TENANT).parts == []


def test_a_part_is_filled_before_the_next_one_begins() -> None:
    parts = small(call_record(sessions=[sized(THIRD_OF_A_PART)] * 4)).parts
    assert [len(part["sessions"]) for part in parts] == [3, 1]


def test_what_cosmos_adds_to_an_item_is_not_part_of_the_record() -> None:
    items = split(call_record(), TENANT)
    stored = Items({**items.header, "_etag": "1", "_ts": 2}, [{**part, "_rid": "3"} for part in items.parts])
    assert join(stored) == call_record()


@pytest.mark.parametrize("kind", ["sessions", "participants"])
def test_an_element_over_the_limit_is_named_by_its_size_alone(kind: str) -> None:
    def with_one(element: JsonObject) -> CallRecord:
        lists = {"sessions": [], "participants": [], kind: [element]}
        return call_record(1, lists["sessions"], lists["participants"])

    assert len(small(with_one(sized(LARGEST_ELEMENT))).parts) == 1
    with pytest.raises(Unreadable) as raised:
        small(with_one(sized(LARGEST_ELEMENT + 1)))
    assert str(raised.value) == (
        f"Call record {CALL}: one element of its {kind} has {LARGEST_ELEMENT + 2} bytes, expected at most {ROOM}."
    )


def test_a_header_over_the_limit_is_named_by_its_size_alone() -> None:
    record = call_record()
    record.properties["joinWebUrl"] = "private" * 600
    with pytest.raises(Unreadable, match=rf"^Call record {CALL}: the record without its lists has \d+ bytes") as raised:
        small(record)
    assert "private" not in str(raised.value)


@given(JSON)
def test_the_size_is_what_azure_cosmos_sends(item: object) -> None:
    assert size({"item": item}) == len(_request_body_from_data({"item": item}))  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("item_id", "version"),
    [
        ("sessions-3-0-0a1b2c3d", 3),
        ("participants-12-345-00000000", 12),
        (CALL, None),
        ("sessions", None),
        ("sessions-3-0", None),
        ("sessions-x-1-0a1b2c3d", None),
        ("sessions-3-x-0a1b2c3d", None),
        ("sessions-3-0-0A1B2C3D", None),
        ("sessions-3-0-0a1b2c3d4", None),
        ("segments-3-0-0a1b2c3d", None),
    ],
)
def test_a_part_tells_its_version_by_its_id(item_id: str, version: int | None) -> None:
    assert part_version(item_id) == version
