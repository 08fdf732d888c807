"""docs/graph-properties.md says of each property where it is in the row, and that is so."""

import re
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from callrecords.callrecord import CallRecord
from callrecords.facts.details import unpack
from callrecords.facts.row import Rules, fact_row
from callrecords.graphtypes import JsonObject, moment, utc
from local.graphproperties import Line, known_lines
from tests.everyproperty import EveryProperty
from tests.invented import OTHER_CALL, TENANT
from tests.markdown import page

PAGE = page("docs/graph-properties.md")
LINES = known_lines(PAGE)
# What is in the row is made of it, and has another value.
MADE_OF_IT = [("mediaStream", "streamDirection")]


def row_of(record: JsonObject) -> JsonObject:
    """The row with its details unpacked."""
    properties: JsonObject = {"startDateTime": "2026-01-01T00:00:00Z"} | record
    whole = CallRecord(
        call_id=properties.get("id", OTHER_CALL),
        version=properties.get("version", 0),
        properties={name: value for name, value in properties.items() if name not in ("sessions", "participants_v2")},
        sessions=properties.get("sessions", []),
        participants=properties.get("participants_v2", []),
    )
    row = cast("JsonObject", fact_row(whole, TENANT, rules=Rules(with_words=True)))
    return {**row, "details": unpack(row["details"])}


def at(value: Any, place: str) -> Iterator[Any]:
    """The values at a place: those in a list one by one."""
    if isinstance(value, list):
        for each in value:
            yield from at(each, place)
    elif not place:
        yield value
    elif isinstance(value, dict):
        name, _, rest = place.partition(".")
        yield from at(value.get(name.removesuffix("[]")), rest)


def without(objects: list[JsonObject], name: str) -> None:
    for each in objects:
        each.pop(name, None)


def spelt(value: object) -> set[object]:
    """The spellings under which a row may have a value of Graph's."""
    if isinstance(value, list):
        return {each for every in value for each in spelt(every)}
    if isinstance(value, dict):
        return set()
    time = utc(moment(value))
    subnet = value.partition("/")[0] if isinstance(value, str) else value
    return {value, time} - {None} if time else {value, subnet}


def place_of(line: Line) -> tuple[EveryProperty, str]:
    """The record, as the condition of the line wants it."""
    made = EveryProperty()
    if line.condition.endswith(" is missing"):
        other = line.condition.removeprefix("where ").removesuffix(" is missing")
        without(made.resources[line.resource], other)
    return made, line.place


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.resource}.{line.name}")
def test_a_property_reaches_the_row_or_there_is_a_reason_why_not(line: Line) -> None:
    assert bool(line.place) != bool(line.reason)
    made, place = place_of(line)
    values = [each[line.name] for each in made.resources[line.resource] if line.name in each]
    assert values, "the record lacks it"
    row = row_of(made.record)
    without(made.resources[line.resource], line.name)
    changed = row_of(made.record)
    if line.reason:
        assert changed == row
        return
    found = [*at(row, place)]
    assert [*at(changed, place)] != found
    wanted = {spelling for value in values for spelling in spelt(value)}
    if wanted and (line.resource, line.name) not in MADE_OF_IT:
        assert wanted & {each for each in found if not isinstance(each, dict)}


def labelled_video(made: EveryProperty) -> None:
    for each in made.resources["media"]:
        each["label"] = "main-video"


# What a record is changed to where a property has another place because of it.
VARIANTS: tuple[Callable[[EveryProperty], None], ...] = (
    lambda _: None,
    labelled_video,
    lambda made: without(made.resources["userAgent"], "applicationVersion"),
)
OTHER_PLACES = [(line, place) for line in LINES for place in re.findall(r"`(.+?)`", line.condition)]


@pytest.mark.parametrize(("line", "place"), OTHER_PLACES, ids=[f"{line.name}-{place}" for line, place in OTHER_PLACES])
def test_a_property_has_its_other_place_too(line: Line, place: str) -> None:
    for change in VARIANTS:
        made = EveryProperty()
        change(made)
        found = [*at(row_of(made.record), place)]
        without(made.resources[line.resource], line.name)
        if found != [*at(row_of(made.record), place)]:
            return
    pytest.fail(f"{place} does not depend on {line.resource}.{line.name}")


def test_no_property_is_told_of_twice() -> None:
    names = [(line.resource, line.name) for line in LINES]
    assert len(names) == len({*names}) > 150
