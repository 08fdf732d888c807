"""Documents to JSON objects and back."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Literal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.documents import Document
from callrecords.errors import Unreadable

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
Colour = Literal["red", "green"]


@dataclass(frozen=True, kw_only=True)
class Everything(Document):
    """A field of each form, with and without a default."""

    at: datetime
    count: int
    share: float
    name: str
    colour: Colour
    all_names: tuple[str, ...]
    last_at: datetime | None = None
    last_count: int | None = None
    last_share: float | None = None
    last_name: str | None = None
    last_colour: Colour | None = None
    former_names: tuple[str, ...] = ()
    counts: dict[str, int] | None = None


WHOLE = Everything(at=NOON, count=3, share=0.5, name="a", colour="red", all_names=("b", "c"))
JSON = {
    "at": "2026-03-04T12:00:00+00:00",
    "count": 3,
    "share": 0.5,
    "name": "a",
    "colour": "red",
    "allNames": ["b", "c"],
    "formerNames": [],
}
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def test_names_are_in_camel_case_times_have_their_offset_and_what_is_none_is_left_out() -> None:
    assert WHOLE.as_json() == JSON
    assert list(WHOLE.as_json()) == list(JSON)


@given(
    st.builds(
        Everything,
        at=st.datetimes(timezones=st.just(UTC)),
        count=st.integers(0, 2**53),
        share=st.floats(allow_nan=False, allow_infinity=False),
        name=NAMES,
        colour=st.sampled_from(["red", "green"]),
        all_names=st.lists(NAMES).map(tuple),
        last_at=st.none() | st.datetimes(timezones=st.just(UTC)),
        last_count=st.none() | st.integers(0, 2**53),
        last_share=st.none() | st.floats(allow_nan=False, allow_infinity=False),
        last_name=st.none() | NAMES,
        last_colour=st.none() | st.sampled_from(["red", "green"]),
        former_names=st.lists(NAMES).map(tuple),
        counts=st.none() | st.dictionaries(NAMES, st.integers(0, 2**53)),
    )
)
def test_what_is_written_as_json_is_read_as_it_was(document: Everything) -> None:
    assert Everything.from_json(orjson.loads(orjson.dumps(document.as_json()))) == document


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("at", "noon", "a time with its offset from UTC"),
        ("at", "2026-03-04T12:00:00", "a time with its offset from UTC"),
        ("count", True, "a number from 0"),
        ("count", -1, "a number from 0"),
        ("count", 2**53 + 1, "a number from 0"),
        ("share", "half", "a number"),
        ("share", True, "a number"),
        ("share", 2**53 + 1, "a number"),
        ("name", "", "a string"),
        ("colour", "blue", "one of red, green"),
        ("allNames", "b", "a list of strings"),
        ("allNames", ["b", 5], "a list of strings"),
        ("lastCount", 0.5, "a number from 0"),
        ("lastColour", "blue", "one of red, green"),
        ("formerNames", {}, "a list of strings"),
        ("counts", ["b"], "counts by name"),
        ("counts", {"b": -1}, "counts by name"),
    ],
)
def test_a_value_that_is_not_as_expected_is_named(name: str, value: object, expected: str) -> None:
    with pytest.raises(Unreadable) as raised:
        Everything.from_json({**JSON, name: value})
    assert str(raised.value) == f"{name} is {value!r}: expected {expected}."


@pytest.mark.parametrize("name", ["at", "count", "share", "name", "colour", "allNames"])
def test_a_field_without_a_default_has_to_be_there(name: str) -> None:
    with pytest.raises(Unreadable, match=f"^{name} is None: expected "):
        Everything.from_json({key: value for key, value in JSON.items() if key != name})


@pytest.mark.parametrize(("name", "value"), [("lastAt", "noon"), ("lastColour", "blue"), ("formerNames", [""])])
def test_a_field_with_a_default_can_be_salvaged_without_its_value(name: str, value: object) -> None:
    assert Everything.from_json({**JSON, name: value}, salvage=True) == WHOLE
    with pytest.raises(Unreadable):
        Everything.from_json({**JSON, name: value, "at": "noon"}, salvage=True)


def test_a_whole_number_is_a_number() -> None:
    assert Everything.from_json({**JSON, "share": 1}).share == 1.0


def test_what_is_null_has_its_default_and_what_is_not_known_is_ignored() -> None:
    assert Everything.from_json({**JSON, "lastAt": None, "formerNames": None, "_etag": "x"}) == WHOLE


@dataclass(frozen=True, kw_only=True)
class Few(Document):
    """A document that leaves out what has its default."""

    sparse: ClassVar[bool] = True

    name: str
    count: int = 0
    colours: tuple[str, ...] = ()
    counts: dict[str, int] | None = None


def test_a_sparse_document_leaves_out_what_has_its_default_and_is_read_as_it_was() -> None:
    assert Few(name="a").as_json() == {"name": "a"}
    whole = Few(name="a", count=1, colours=("red",), counts={"b": 2})
    assert whole.as_json() == {"name": "a", "count": 1, "colours": ["red"], "counts": {"b": 2}}
    assert Few.from_json(Few(name="a").as_json()) == Few(name="a")
    assert Few.from_json(whole.as_json()) == whole


@dataclass(frozen=True, kw_only=True)
class Nested(Document):
    """A document with lists and times of its own."""

    few: tuple[Few, ...] = ()
    times: dict[str, datetime] | None = None


def test_documents_in_a_list_and_times_by_name_come_back_as_they_were() -> None:
    nested = Nested(few=(Few(name="a", count=1), Few(name="b")), times={"noon": NOON})
    assert nested.as_json() == {
        "few": [{"name": "a", "count": 1}, {"name": "b"}],
        "times": {"noon": "2026-03-04T12:00:00+00:00"},
    }
    assert Nested.from_json(nested.as_json()) == nested


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"few": [1]}, "few is [1]: expected a list of objects."),
        ({"few": {}}, "few is {}: expected a list of objects."),
        ({"few": [{"count": 1}]}, "name is None: expected a string."),
        ({"times": {"noon": "late"}}, "times is {'noon': 'late'}: expected times by name."),
        ({"times": []}, "times is []: expected times by name."),
    ],
)
def test_what_is_no_list_of_objects_or_no_times_is_told(document: dict[str, object], expected: str) -> None:
    with pytest.raises(Unreadable) as raised:
        Nested.from_json(document)
    assert str(raised.value) == expected
