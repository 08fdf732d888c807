"""More calls than Graph lists: some minutes of each hour."""

from dataclasses import replace
from datetime import datetime

import pytest

from callrecords.collect.reconcile import plan
from callrecords.collect.reconcile.ladder import LADDER, RUNGS
from tests.invented import NOW, call_id
from tests.unit.collect.reconcile.world import DAY, HOUR, MINUTE, Call, World, calls_every, settled

START = datetime(2026, 3, 4, 10, tzinfo=NOW.tzinfo)


@pytest.fixture(autouse=True)
def counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "_COUNTED_EVERY", 100 * DAY)


async def crowded(calls_a_day: int) -> World:
    """A world of so many calls a day, as was counted before, in which nothing is due."""
    world = await settled()
    world.state.hold(LADDER, replace(world.ladder, calls_a_day=calls_a_day))
    return world


async def test_half_of_the_minutes_are_compared_where_one_rung_takes_all_of_graphs_lists() -> None:
    world = await crowded(2_160_000)
    world.graph.calls = calls_every(MINUTE, START, START + HOUR)
    world.clock.now = START + 7 * HOUR
    await world.reconciliation.on_schedule()
    await world.run()
    hour = world.hour(START)
    assert (hour.rung, hour.minutes, hour.listed) == ("6 h", 30, 30)
    assert len(world.enqueued) == 30
    assert all(end - start <= MINUTE for start, end in world.graph.asked)


async def test_the_last_rung_compares_the_minutes_that_the_first_did_not() -> None:
    world = await crowded(2_160_000)
    world.graph.calls = calls_every(MINUTE, START, START + HOUR)
    for rung in (RUNGS[3], RUNGS[-1]):
        world.clock.now = START + HOUR + rung.age
        await world.reconciliation.on_schedule()
        await world.run(most=1_000)
    assert {*world.enqueued} == {call.call_id for call in world.graph.calls}


async def test_a_day_that_was_sampled_is_never_complete() -> None:
    world = await crowded(1_440_000)
    world.graph.calls = [Call(call_id(number), 1, START + number * MINUTE) for number in range(60)]
    for call in world.graph.calls:
        world.rows.hold(call)
    world.clock.now = START + 30 * DAY - HOUR
    await world.reconciliation.on_schedule()
    await world.run(most=1_000)
    hour = world.hour(START)
    assert (hour.minutes, hour.listed, hour.newest) == (45, 45, 45)
    assert {day.completeness for day in world.completeness.held.values()} <= {"sampled", "soFar"}
