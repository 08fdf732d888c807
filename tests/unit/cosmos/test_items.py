import base64
import gzip
import hashlib
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.callrecord import CallRecord
from callrecords.cosmos.items import Items, join, part_version, split
from callrecords.errors import Unreadable
from callrecords.graphtypes import JsonObject
from tests.invented import CALL, DAY, START, TENANT, call_record

ITEM_BYTES = 4_000
LARGEST_ELEMENT = 2_500  # about

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


def sized(length: int, name: str = "") -> JsonObject:
    """An element that has about `length` bytes compressed, also beside one of another name."""
    digits = "".join(hashlib.sha256(f"{name} {number}".encode()).hexdigest() for number in range(length // 32 + 1))
    return {"x": digits[: 2 * length]}


def elements_in(text: str) -> list[JsonObject]:
    """The elements as a consumer reads them."""
    return [json.loads(line) for line in gzip.decompress(base64.b64decode(text)).splitlines()]


TWO_LARGE = [sized(LARGEST_ELEMENT, name) for name in ("a", "b")]
ELEMENTS = st.lists(
    st.dictionaries(TEXTS, JSON, max_size=3)
    | st.integers(0, 200).map(sized)
    | st.integers(LARGEST_ELEMENT // 3 - 20, LARGEST_ELEMENT // 3 + 20).map(sized)
    | st.integers(LARGEST_ELEMENT - 50, LARGEST_ELEMENT).map(sized),
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
    return split(record, TENANT, item_bytes=ITEM_BYTES)


@given(records(), st.sets(st.dates().map(str), max_size=3))
def test_a_record_can_be_put_together_again_from_its_items(record: CallRecord, former_days: set[str]) -> None:
    assert join(split(record, TENANT, former_days, item_bytes=ITEM_BYTES)) == record


@given(records())
def test_no_item_is_much_over_the_limit_on_the_wire(record: CallRecord) -> None:
    items = small(record)
    envelope = 512  # of a part, and the ids of parts in the header
    wire = [json.dumps(item, separators=(",", ":")) for item in (items.header, *items.parts)]
    assert max(map(len, wire)) <= ITEM_BYTES + envelope


@given(records())
def test_the_header_names_every_part_in_order_and_each_carries_the_key(record: CallRecord) -> None:
    items = small(record)
    assert items.header["parts"] == [part["id"] for part in items.parts]
    assert {(item["tenantId"], item["callId"]) for item in (items.header, *items.parts)} == {(TENANT, CALL)}
    assert {part_version(part["id"]) for part in items.parts} <= {record.version}


def test_a_record_that_fits_is_one_item() -> None:
    record = call_record(3, participants=[{"id": "p"}])
    header, parts = vars(split(record, TENANT)).values()
    assert parts == []
    lists = elements_in(header.pop("sessions")), elements_in(header.pop("participants_v2"))
    assert lists == (record.sessions, record.participants)
    assert header == {
        "id": CALL,
        "tenantId": TENANT,
        "callId": CALL,
        "version": 3,
        "day": DAY,
        "formerDays": [],
        "parts": [],
        "caveats": [],
        "record": record.properties,
    }


def test_the_lists_of_a_record_that_does_not_fit_are_in_parts() -> None:
    record = call_record(3, sessions=TWO_LARGE, participants=[{"id": "p"}])
    items = small(record)
    common = {"tenantId": TENANT, "callId": CALL, "version": 3, "day": DAY}
    *sessions, participants = items.parts
    assert [elements_in(part["sessions"]) for part in sessions] == [[each] for each in record.sessions]
    assert elements_in(participants["participants_v2"]) == [{"id": "p"}]
    for part, name in zip(items.parts, ("sessions", "sessions", "participants_v2"), strict=True):
        assert {**part, "id": "", name: ""} == {"id": "", **common, name: ""}
    assert not {"sessions", "participants_v2"} & items.header.keys()


def test_the_name_of_a_part_tells_its_list_version_number_and_content() -> None:
    parts = small(call_record(3, sessions=TWO_LARGE, participants=[{"id": "p"}])).parts
    names = [re.sub(r"[0-9a-f]{8}$", "<digest>", part["id"]) for part in parts]
    assert names == ["sessions-3-0-<digest>", "sessions-3-1-<digest>", "participants-3-0-<digest>"]


def test_what_comes_after_earlier_parts_goes_on_with_their_numbers() -> None:
    earlier = ("sessions-3-0-00000000", "sessions-3-1-00000000", "participants-3-0-00000000")
    rest = call_record(3, sessions=TWO_LARGE)
    items = split(rest, TENANT, earlier=earlier, item_bytes=ITEM_BYTES)
    assert [part["id"][:12] for part in items.parts] == ["sessions-3-2", "sessions-3-3"]
    assert items.header["parts"] == [*earlier, *(part["id"] for part in items.parts)]


def test_two_answers_with_one_version_have_parts_of_one_name_only_where_they_are_the_same() -> None:
    def names(*ids: str) -> list[str]:
        return [part["id"] for part in small(call_record(1, TWO_LARGE, [{"id": each} for each in ids])).parts]

    assert names("p", "q") == names("p", "q")
    assert names("p", "q")[:2] == names("q", "p")[:2]
    assert names("p", "q")[2] != names("q", "p")[2]


def test_the_header_keeps_the_former_days_in_order() -> None:
    assert split(call_record(), TENANT, {"2026-03-05", "2026-03-03"}).header["formerDays"] == [
        "2026-03-03",
        "2026-03-05",
    ]


def test_a_record_without_a_time_to_put_it_under_is_unreadable() -> None:
    with pytest.raises(Unreadable, match=f"^Call record {CALL}: startDateTime is not a time"):
        split(call_record(start="yesterday"), TENANT)


def test_a_record_without_lists_has_neither_lists_nor_parts() -> None:
    items = split(call_record(sessions=[]), TENANT)
    assert (items.parts, {"sessions", "participants_v2"} & items.header.keys()) == ([], set())


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
    what = f"Call record {CALL}: one of its {kind} has"
    with pytest.raises(Unreadable, match=rf"^{what} \d+ bytes, compressed: expected at most {ITEM_BYTES}\.$"):
        small(with_one(sized(LARGEST_ELEMENT * 2)))


@pytest.mark.parametrize(
    "damaged",
    ["?", "AAAA", 5, None, base64.b64encode(gzip.compress(b"[1", mtime=0)).decode()],
)
def test_what_is_damaged_is_told_in_words(damaged: object) -> None:
    items = split(call_record(), TENANT)
    with pytest.raises(Unreadable):
        join(Items({**items.header, "sessions": damaged}, []))


def test_a_part_that_was_cut_short_is_told_of() -> None:
    items = split(call_record(), TENANT)
    whole = base64.b64decode(items.header["sessions"])
    for length in range(1, len(whole)):
        with pytest.raises(Unreadable):
            join(Items({**items.header, "sessions": base64.b64encode(whole[:length]).decode()}, []))


def test_a_part_of_another_version_is_told_of() -> None:
    items = small(call_record(3, sessions=TWO_LARGE))
    with pytest.raises(Unreadable, match=f"^Call record {CALL}: a part is of another version"):
        join(Items(items.header, [{**part, "version": 2} for part in items.parts]))


def test_a_header_over_the_limit_is_named_by_its_size_alone() -> None:
    record = call_record()
    record.properties["joinWebUrl"] = "private" * 600
    with pytest.raises(Unreadable, match=rf"^Call record {CALL}: the record without its lists has \d+ bytes") as raised:
        small(record)
    assert "private" not in str(raised.value)


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
