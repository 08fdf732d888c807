"""Notifications of the app's own subscription that were dropped: what they announced is found by a comparison."""

from callrecords.collect.reconcile.ladder import ASKED
from tests.invented import NOW
from tests.unit.collect.reconcile.world import HOUR, MINUTE, World, settled


def asked(world: World) -> list[str]:
    return [key for key in world.state.items if key.startswith(ASKED.id)]


async def test_when_no_more_are_dropped_the_time_since_the_first_and_30_hours_before_it_are_compared() -> None:
    world = await settled()
    world.is_dropping = True
    await world.pass_time(3 * HOUR)
    assert "gap" not in {hour.rung for day in world.completeness.held.values() for hour in day.hours}
    world.is_dropping = False
    await world.pass_time(HOUR + 10 * MINUTE)
    of_dropped = [hour for day in world.completeness.held.values() for hour in day.hours if hour.rung == "dropped"]
    assert min(hour.start for hour in of_dropped) == (NOW - 31 * HOUR).replace(minute=0)
    assert asked(world) == []


async def test_they_are_compared_once() -> None:
    world = await settled()
    world.is_dropping = True
    await world.pass_time(HOUR)
    world.is_dropping = False
    await world.pass_time(2 * HOUR)
    world.graph.asked.clear()
    await world.pass_time(3 * HOUR)
    assert all(start > NOW - 3 * HOUR or end - start == HOUR for start, end in world.graph.asked)


async def test_where_none_are_dropped_nothing_is_compared_for_it() -> None:
    world = await settled()
    await world.pass_time(3 * HOUR)
    assert "dropped" not in {hour.rung for day in world.completeness.held.values() for hour in day.hours}
