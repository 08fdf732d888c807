"""What is wrong with a call, from what there is of it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.callrecord import Caveat
from callrecords.collect.verdicts import UNDER_WAY, Finding, at_first_sight, at_second_sight
from callrecords.ports.records import Absent, Stored
from callrecords.ports.slices import DayRow, Header, Held, Part
from tests.invented import CALL, DAY, NOW
from tests.unit.collect.audit_world import WHOLE, header, part, stored

NOTHING = Absent(call_id=CALL)
NEW = part(2, written=NOW - timedelta(hours=1))
OTHER_DAY = "2026-03-03"
NO_SESSIONS: frozenset[Caveat] = frozenset({"noSessions"})


def told(finding: Finding | None) -> tuple[str, str | None, int | None] | None:
    return (finding.verdict, finding.remedy, finding.version) if finding else None


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (WHOLE, ("whole", None, None)),
        (Held(header=header(1), row=DayRow(1)), ("whole", None, None)),
        (Held(header=header(2, part(2)), parts=(part(2),)), ("without row", "ingest", 2)),
        (Held(header=header(2), row=DayRow(1)), ("other row", "ingest", 2)),
        (Held(header=header(2), row=DayRow(3)), ("other row", "ingest", 3)),
        (Held(header=header(1), row=DayRow(1, NO_SESSIONS)), ("other row", "ingest", 1)),
        (Held(header=Header(1, NO_SESSIONS), row=DayRow(1)), ("other row", "ingest", 1)),
        (Held(header=header(1, former=frozenset({OTHER_DAY})), row=DayRow(1)), ("other row", "ingest", 1)),
        (Held(header=header(1), row=DayRow(1, former_days=frozenset({OTHER_DAY}))), ("whole", None, None)),
        (Held(header=header(1, part())), None),
        (Held(header=header(1), parts=(part(),), row=DayRow(1)), None),
        (Held(parts=(part(),)), None),
        (Held(row=DayRow(1)), None),
    ],
)
def test_what_the_day_shows_of_a_call_is_told_where_header_and_parts_belong_together(
    held: Held, expected: tuple[str, str | None, int | None] | None
) -> None:
    assert told(at_first_sight(held)) == expected


@pytest.mark.parametrize(
    ("held", "found", "expected"),
    [
        # The partition of the call shows that nothing is wrong after all.
        (Held(header=header(1, part()), row=DayRow(1)), stored(1, part()), ("whole", None, None)),
        (Held(row=DayRow(1)), stored(1), ("whole", None, None)),
        # A part is gone.
        (
            Held(header=header(1, part()), row=DayRow(1)),
            Stored(call_id=CALL, version=1, etag="", day=DAY, named_parts=frozenset({part().part_id})),
            ("damaged", "ingest", 1),
        ),
        # There is no header.
        (Held(row=DayRow(3)), NOTHING, ("without header", "ingest", 3)),
        (Held(parts=(part(1),), row=DayRow(3)), NOTHING, ("without header", "ingest", 3)),
        (Held(header=header(2, part())), NOTHING, ("without header", "ingest", 2)),
        (Held(parts=(part(1),)), NOTHING, ("orphaned parts", "ingest", None)),
        (Held(parts=(NEW, part(2, 1))), NOTHING, ("under way", None, None)),
        # It stands on another day.
        (Held(row=DayRow(1)), stored(2, day=OTHER_DAY), ("leftover row", "move", 2)),
        (Held(row=DayRow(2)), stored(2, day=OTHER_DAY), ("leftover row", "move", 2)),
        (Held(row=DayRow(3)), stored(2, day=OTHER_DAY), ("without header", "ingest", 3)),
        (Held(parts=(NEW,)), stored(1, day=OTHER_DAY, others=(NEW,)), ("under way", None, None)),
        (Held(parts=(part(2),)), stored(1, day=OTHER_DAY, others=(part(2),)), ("orphaned parts", "ingest", None)),
        (Held(parts=(part(1),)), stored(2, day=OTHER_DAY, others=(part(1),)), ("orphaned parts", "tidy", None)),
        (Held(parts=(part(1),)), stored(2, day=OTHER_DAY), ("under way", None, None)),
        # It does not name all parts.
        (Held(parts=(part(1),), row=DayRow(2)), stored(2, others=(part(1),)), ("orphaned parts", "tidy", None)),
        (Held(parts=(part(2),), row=DayRow(2)), stored(2, others=(part(2),)), ("orphaned parts", "tidy", None)),
        (Held(parts=(part(3),), row=DayRow(2)), stored(2, others=(part(3),)), ("orphaned parts", "ingest", None)),
        (Held(parts=(NEW,), row=DayRow(1)), stored(1, others=(NEW,)), ("whole", None, None)),
        (
            Held(parts=(NEW, part(1)), row=DayRow(1)),
            stored(1, others=(NEW, part(1))),
            ("orphaned parts", "tidy", None),
        ),
        (
            Held(parts=(NEW,), row=DayRow(2, NO_SESSIONS)),
            stored(2, others=(NEW,), caveats=NO_SESSIONS),
            ("whole", None, None),
        ),
        (Held(parts=(part(1),)), stored(2, others=(part(1),)), ("without row", "ingest", 2)),
    ],
)
def test_what_looks_wrong_is_judged_by_the_partition_of_the_call(
    held: Held, found: Absent | Stored, expected: tuple[str, str | None, int | None]
) -> None:
    assert told(at_second_sight(held, found, DAY, NOW)) == expected


def test_parts_without_a_header_are_under_way_for_a_day() -> None:
    last = part(1, written=NOW - UNDER_WAY + timedelta(seconds=1))
    assert at_second_sight(Held(parts=(last,)), NOTHING, DAY, NOW).verdict == "under way"
    late = NOW + timedelta(seconds=1)
    assert at_second_sight(Held(parts=(last,)), NOTHING, DAY, late).verdict == "orphaned parts"


times = st.timedeltas(timedelta(), timedelta(days=3)).map(lambda age: NOW - age)
numbers = st.integers(0, 3)
CAVEATS: tuple[Caveat, ...] = ("noSessions", "repaired")
caveats = st.frozensets(st.sampled_from(CAVEATS))
parts = st.lists(st.builds(part, numbers, numbers, times), max_size=3, unique_by=lambda each: each.part_id).map(tuple)
rows = st.none() | st.builds(DayRow, numbers, caveats)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Held, Absent | Stored]:
    """What a day shows of a call, and its partition, which has these parts at least."""
    held_parts: tuple[Part, ...] = draw(parts)
    ids = frozenset(each.part_id for each in held_parts)
    row = draw(rows)
    if draw(st.booleans()):
        return Held(parts=held_parts, row=row), Absent(call_id=CALL, part_ids=ids)
    version, day, its_caveats = draw(numbers), draw(st.sampled_from([DAY, OTHER_DAY])), draw(caveats)
    named = draw(st.frozensets(st.sampled_from(sorted(ids)))) if ids else frozenset()
    named |= draw(st.sampled_from([frozenset(), frozenset({"sessions-9-9-0123abcd"})]))
    found = Stored(
        call_id=CALL, version=version, etag="", day=day, named_parts=named, part_ids=ids, caveats=its_caveats
    )
    there = Header(version, its_caveats, parts=named) if day == DAY else None
    return Held(header=there, parts=held_parts, row=row), found


@given(worlds())
def test_a_call_is_whole_where_its_header_its_parts_and_its_row_belong_together_and_nothing_lies_about(
    world: tuple[Held, Absent | Stored],
) -> None:
    held, found = world
    finding = at_first_sight(held) or at_second_sight(held, found, DAY, NOW)
    if finding.verdict == "whole":
        assert isinstance(found, Stored)
        assert found.day == DAY
        assert found.named_parts <= {each.part_id for each in held.parts}
        assert held.row
        assert (held.row.version, held.row.caveats) == (found.version, found.caveats)
        lying_about = [each for each in held.parts if each.part_id not in found.named_parts]
        assert all(each.version > found.newer_than for each in lying_about)
        assert not lying_about or any(NOW - each.written < UNDER_WAY for each in lying_about)


@given(worlds())
def test_what_is_not_whole_has_a_remedy_unless_it_is_about_to_become_whole(
    world: tuple[Held, Absent | Stored],
) -> None:
    held, found = world
    finding = at_first_sight(held) or at_second_sight(held, found, DAY, NOW)
    assert (finding.remedy is None) == (finding.verdict in ("whole", "under way"))
    if finding.verdict == "under way" and held.parts and isinstance(found, Absent):
        assert any(NOW - each.written < UNDER_WAY for each in held.parts)
    assert finding.verdict != "under way" or held.row is None


@given(worlds())
def test_nothing_is_deleted_that_can_still_be_needed(world: tuple[Held, Absent | Stored]) -> None:
    held, found = world
    finding = at_first_sight(held) or at_second_sight(held, found, DAY, NOW)
    if finding.remedy == "move":
        assert isinstance(found, Stored)
        assert held.row
        assert found.day != DAY
        assert held.row.version <= found.version
    if finding.remedy == "tidy":
        assert finding.found == found
        assert isinstance(found, Stored)
