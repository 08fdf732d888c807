from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.queues.messages import CallMessage
from tests.invented import CALL, NOW, TENANT, call_id
from tests.unit.collect.reconcile_world import DAY, HOUR, MINUTE, NO_TIME, SECOND, Call, World, calls_every

CALL_OF_TODAY = Call(CALL, 2, NOW - HOUR)
STARTS = st.lists(st.timedeltas(MINUTE, 30 * DAY).map(lambda age: NOW - age), max_size=30)


async def test_a_call_that_is_missing_is_enqueued() -> None:
    world = World(CALL_OF_TODAY)
    await world.reconciliation.over_recent()
    await world.run()
    (sent,) = world.calls.main.sent
    assert CallMessage.parse(sent.text) == CallMessage(
        tenant_id=TENANT, notified_at=NOW, call_id=CALL, reason="reconcile", version=2
    )
    assert sent.delay == 0


@pytest.mark.parametrize(("stored", "is_enqueued"), [(1, True), (2, False), (3, False)])
async def test_a_call_that_is_stored_at_an_older_version_is_enqueued(stored: int, is_enqueued: bool) -> None:
    world = World(CALL_OF_TODAY)
    world.rows.hold(CALL_OF_TODAY, stored)
    await world.reconciliation.over_recent()
    await world.run()
    assert world.enqueued == [CALL] * is_enqueued


async def test_each_call_is_looked_for_on_its_own_day() -> None:
    calls = [Call(call_id(number), 1, NOW - number * 5 * HOUR) for number in range(1, 20)]
    world = World(*calls)
    for call in calls[::2]:
        world.rows.hold(call)
    await world.reconciliation.over_history()
    await world.run()
    assert set(world.enqueued) == {call.call_id for call in calls[1::2]}


@given(STARTS, st.data())
async def test_a_run_finds_each_call_that_is_missing_or_stale_once_and_nothing_the_second_time(
    starts: list[datetime], data: st.DataObject
) -> None:
    calls = [Call(call_id(number), 2, start) for number, start in enumerate(starts)]
    world, wanted = World(*calls), set[str]()
    for call in calls:
        version = data.draw(st.sampled_from([None, 1, 2, 3]))
        if version is not None:
            world.rows.hold(call, version)
        if version in (None, 1):
            wanted.add(call.call_id)
    await world.reconciliation.over_history()
    await world.run()
    assert sorted(world.enqueued) == sorted(wanted)
    for call in calls:
        world.rows.hold(call)
    await world.reconciliation.over_history()
    await world.run()
    assert len(world.enqueued) == len(wanted)


@given(STARTS)
async def test_the_steps_of_a_run_cover_its_window_once(starts: list[datetime]) -> None:
    world = World(*(Call(call_id(number), 1, start) for number, start in enumerate(starts)))
    await world.reconciliation.over_history()
    await world.run()
    assert world.graph.asked[0][0] == NOW - 30 * DAY
    assert world.graph.asked[-1][1] == NOW
    assert all(before[1] == after[0] for before, after in pairwise(world.graph.asked))


async def test_steps_grow_to_four_days_where_there_are_few_calls() -> None:
    world = World()
    await world.reconciliation.over_history()
    await world.run()
    assert world.graph.steps[:6] == [HOUR, 4 * HOUR, 16 * HOUR, 64 * HOUR, 4 * DAY, 4 * DAY]


async def test_steps_shrink_where_there_are_more_calls_than_one_page_holds() -> None:
    world = World(*calls_every(MINUTE / 4, NOW - 6 * HOUR))
    await world.reconciliation.over_recent()
    await world.run()
    assert world.graph.steps[0] == HOUR
    assert set(world.graph.steps[1:-1]) == {HOUR * 50 / 240}


async def test_a_step_of_too_many_calls_is_left_after_three_hundred_and_a_shorter_one_is_tried() -> None:
    calls = calls_every(SECOND, NOW - 6 * HOUR, NOW - 6 * HOUR + HOUR)
    world = World(*calls)
    await world.reconciliation.over_recent()
    await world.run()
    asked = [(start - NOW + 6 * HOUR, end - start) for start, end in world.graph.asked]
    assert asked[:4] == [(NO_TIME, HOUR), (NO_TIME, 10 * MINUTE), (NO_TIME, 100 * SECOND), (100 * SECOND, 50 * SECOND)]
    assert world.enqueued == [call.call_id for call in calls]
    assert world.graph.listed == len(calls) + 2 * 301
    assert world.outcome("recent")["listed"] == len(calls)


async def test_a_step_of_three_hundred_calls_is_not_too_many() -> None:
    world = World(*calls_every(12 * SECOND, NOW - 6 * HOUR, NOW - 5 * HOUR))
    await world.reconciliation.over_recent()
    await world.run()
    assert len(world.enqueued) == world.graph.listed == 300


async def test_a_step_of_five_seconds_may_have_any_number_of_calls() -> None:
    calls = calls_every(SECOND / 100, NOW - 6 * HOUR, NOW - 6 * HOUR + 20 * SECOND)
    world = World(*calls)
    await world.reconciliation.over_recent()
    await world.run()
    assert min(world.graph.steps) == 5 * SECOND
    assert world.enqueued == [call.call_id for call in calls]


async def test_the_recent_window_is_six_hours() -> None:
    world = World(Call(CALL, 1, NOW - 6 * HOUR), Call(call_id(1), 1, NOW - 6 * HOUR - MINUTE))
    await world.reconciliation.over_recent()
    assert (world.waiting.run, world.waiting.window_start, world.waiting.window_end) == ("recent", NOW - 6 * HOUR, NOW)
    await world.run()
    assert world.enqueued == [CALL]


async def test_the_window_of_history_is_what_graph_keeps() -> None:
    world = World()
    await world.reconciliation.over_history()
    assert (world.waiting.run, world.waiting.window_start, world.waiting.window_end) == ("history", NOW - 30 * DAY, NOW)


@pytest.mark.parametrize(
    ("alive", "window"),
    [
        (NOW - HOUR, 31 * HOUR),
        (NOW - 3 * DAY, 3 * DAY + 30 * HOUR),
        (NOW - 29 * DAY, 30 * DAY),
        (NOW - 90 * DAY, 30 * DAY),
    ],
)
async def test_the_window_of_a_gap_begins_where_a_call_may_have_that_ended_in_it(
    alive: datetime, window: timedelta
) -> None:
    world = World()
    await world.reconciliation.over_gap(alive)
    assert (world.waiting.run, world.waiting.window_start, world.waiting.window_end) == ("gap", NOW - window, NOW)
    assert world.waiting.position == world.waiting.window_start


async def test_a_run_waits_on_the_queue_for_as_long_as_it_takes() -> None:
    world = World()
    await world.reconciliation.over_recent()
    (sent,) = world.queues.main.sent
    assert (sent.delay, sent.time_to_live) == (0, -1)
    assert world.graph.asked == []


async def test_the_versions_of_a_day_are_read_once_for_many_steps() -> None:
    world = World(*calls_every(MINUTE, NOW - 6 * HOUR))
    await world.reconciliation.over_recent()
    await world.run()
    assert len(world.graph.asked) > 5
    assert world.rows.reads == {"2026-03-04": 1}
