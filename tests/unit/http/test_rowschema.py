"""Types of rows as JSON Schemas."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

import pytest

from callrecords.http.rowschema import RowSchemas

type Colour = Literal["red", "blue"]


class Inner(TypedDict, total=False):
    """An inner
    row."""

    ratio: float


class Outer(Inner):
    """An outer row."""

    name: str
    count: int
    is_new: NotRequired[bool]
    colours: list[Colour]
    inner: dict[Colour, Inner]
    named: dict[str, int | str]
    columns: Mapping[str, Sequence[int | None]]
    others: "list[Outer]"
    anything: Any


OUTER = "#/components/schemas/Outer"
INNER = "#/components/schemas/Inner"


@pytest.fixture
def schemas() -> RowSchemas:
    return RowSchemas()


def test_a_row_is_described_field_by_field_with_what_it_refers_to(schemas: RowSchemas) -> None:
    colour = {"type": "string", "enum": ["red", "blue"]}
    assert schemas.reference(Outer) == {"$ref": OUTER}
    assert schemas.components == {
        "Outer": {
            "description": "An outer row.",
            "type": "object",
            "properties": {
                "ratio": {"type": "number"},
                "name": {"type": "string"},
                "count": {"type": "integer"},
                "is_new": {"type": "boolean"},
                "colours": {"type": "array", "items": colour},
                "inner": {"type": "object", "properties": {"red": {"$ref": INNER}, "blue": {"$ref": INNER}}},
                "named": {
                    "type": "object",
                    "additionalProperties": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
                },
                "columns": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "array",
                        "items": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                    },
                },
                "others": {"type": "array", "items": {"$ref": OUTER}},
                "anything": {},
            },
            "required": ["name", "count", "colours", "inner", "named", "columns", "others", "anything"],
        },
        "Inner": {
            "description": "An inner row.",
            "type": "object",
            "properties": {"ratio": {"type": "number"}},
            "required": [],
        },
    }


def test_a_variant_has_a_name_and_fields_of_its_own(schemas: RowSchemas) -> None:
    wanted = {"$ref": "#/components/schemas/Shorter"}
    without = ("ratio", "count", "is_new", "colours", "inner", "columns", "others", "anything")
    assert schemas.variant("Shorter", Outer, required=(), without=without, named={"type": "null"}) == wanted
    assert schemas.components["Shorter"] == {
        "description": "An outer row.",
        "type": "object",
        "properties": {"name": {"type": "string"}, "named": {"type": "null"}},
        "required": [],
    }


def test_a_type_that_rows_have_not_is_refused(schemas: RowSchemas) -> None:
    class Odd(TypedDict):
        names: set[str]

    with pytest.raises(TypeError, match="set"):
        schemas.reference(Odd)
