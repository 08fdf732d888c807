"""Whatever Graph lists: nothing is lost by it, and no day is told complete."""

from dataclasses import replace
from datetime import datetime

import pytest

from callrecords.errors import Unreadable
from callrecords.ports.records import Listed
from tests.invented import CALL, NOW, OTHER_CALL, call_id
from tests.unit.collect.reconcile.world import HOUR, MINUTE, Call, World, calls_every, settled

START = datetime(2026, 3, 2, tzinfo=NOW.tzinfo)
DAY = "2026-03-02"
CALLS = calls_every(20 * MINUTE, START, START + 24 * HOUR)
ONE = CALLS[30]


async def compared(world: World) -> World:
    await world.reconciliation.over_days(DAY, DAY)
    await world.run()
    return world


@pytest.fixture
async def world() -> World:
    return await settled(*CALLS)


async def test_a_list_that_is_as_it_should_be_is_complete(world: World) -> None:
    await compared(world)
    assert (world.day(DAY).completeness, world.day(DAY).listed) == ("complete", len(CALLS))


async def test_a_list_that_repeats_a_call_counts_it_once(world: World) -> None:
    world.graph.spoil = lambda _, listed: [*listed, *listed[:3]]
    await compared(world)
    assert (world.day(DAY).completeness, world.day(DAY).listed) == ("complete", len(CALLS))


async def test_a_list_that_skips_a_call_once_is_asked_for_again(world: World) -> None:
    world.graph.spoil = lambda number, listed: listed[1:] if number == 1 else listed
    await compared(world)
    assert (world.day(DAY).completeness, world.day(DAY).unlisted) == ("complete", 0)
    assert world.graph.asked[0] == world.graph.asked[1]


async def test_a_list_that_keeps_skipping_a_call_leaves_the_day_incomplete(world: World) -> None:
    world.graph.spoil = lambda _, listed: [each for each in listed if each.call_id != ONE.call_id]
    await compared(world)
    day = world.day(DAY)
    assert (day.completeness, day.unlisted, day.listed, day.newest) == ("incomplete", 1, len(CALLS) - 1, len(CALLS) - 1)
    world.graph.spoil = lambda _, listed: listed
    world.clock.forward(MINUTE)
    await compared(world)
    assert world.day(DAY).completeness == "complete"


async def test_a_call_that_was_stored_under_another_hour_meanwhile_is_not_taken_for_skipped(world: World) -> None:
    listed_first = list[int]()

    def move(number: int, listed: list[Listed]) -> list[Listed]:
        listed_first.append(number)
        if number == 1:
            world.graph.calls = [each for each in world.graph.calls if each != ONE]
            del world.rows.held[DAY][ONE.call_id]
            return [each for each in listed if each.call_id != ONE.call_id]
        return listed

    world.graph.spoil = move
    await compared(world)
    assert (world.day(DAY).completeness, world.day(DAY).unlisted) == ("complete", 0)


async def test_a_list_that_has_a_call_in_two_versions_is_in_doubt_and_the_newer_one_is_fetched(world: World) -> None:
    def contradict(_: int, listed: list[Listed]) -> list[Listed]:
        return [*listed, *(replace(each, version=9) for each in listed if each.call_id == ONE.call_id)]

    world.graph.spoil = contradict
    await compared(world)
    assert world.enqueued == [ONE.call_id]
    assert (world.day(DAY).completeness, world.day(DAY).contradictions) == ("incomplete", 1)


async def test_calls_that_were_not_asked_for_are_compared_and_counted_nowhere(world: World) -> None:
    stranger = Listed(call_id=CALL, version=1, start=START - HOUR)
    world.graph.spoil = lambda _, listed: [*listed, stranger]
    await compared(world)
    assert set(world.enqueued) == {CALL}
    assert world.day(DAY).listed == len(CALLS)
    assert world.day(DAY).completeness == "incomplete"


@pytest.mark.parametrize(
    "entry",
    [
        Listed(call_id=OTHER_CALL, version=None, start=START + 10 * MINUTE),
        Listed(call_id=OTHER_CALL, version=1, start=None),
    ],
)
async def test_a_call_of_unknown_version_or_start_is_fetched_and_leaves_the_day_incomplete(
    world: World, entry: Listed
) -> None:
    at = START + 10 * MINUTE
    world.graph.spoil = lambda _, listed: (
        [*listed, entry] if world.graph.asked[-1][0] <= at < world.graph.asked[-1][1] else listed
    )
    await compared(world)
    assert {*world.enqueued} == {OTHER_CALL}
    assert (world.day(DAY).completeness, world.day(DAY).unreadable) == ("incomplete", 1)


async def test_an_entry_of_no_call_is_logged_and_leaves_the_day_incomplete(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.graph.strange = {START + HOUR: Unreadable("An id is not a GUID.")}
    await compared(world)
    assert (world.day(DAY).completeness, world.day(DAY).unreadable, world.day(DAY).listed) == ("incomplete", 1, 72)
    assert "An id is not a GUID." in caplog.messages


async def test_a_row_that_is_damaged_makes_its_call_stale(world: World) -> None:
    damaged = Call(ONE.call_id, 0, ONE.start)
    world.rows.hold(damaged)
    await compared(world)
    assert world.enqueued == [ONE.call_id]


async def test_a_call_that_is_stored_under_another_hour_of_its_day_is_not_missing(world: World) -> None:
    moved = Call(call_id(900), 1, START + 5 * HOUR)
    world.graph.calls.append(moved)
    world.rows.hold(replace(moved, start=START + 9 * HOUR))
    await compared(world)
    assert world.enqueued == []
