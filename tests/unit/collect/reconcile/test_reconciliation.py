"""What a comparison finds, and when."""

from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.collect.reconcile.compare import MOST_IN_A_SECOND
from callrecords.collect.reconcile.ladder import ASKED, RUNGS
from callrecords.errors import Refused
from callrecords.queues.messages import CallMessage
from tests.invented import CALL, NOW, TENANT, call_id
from tests.unit.collect.reconcile.world import DAY, HOUR, MINUTE, SECOND, Call, World, calls_every, settled

CALL_OF_TODAY = Call(CALL, 2, NOW - HOUR)


async def test_a_call_that_is_missing_is_enqueued() -> None:
    world = World(CALL_OF_TODAY)
    await world.compare()
    (sent,) = world.calls.main.sent
    assert CallMessage.parse(sent.text) == CallMessage(
        tenant_id=TENANT,
        notified_at=NOW,
        call_id=CALL,
        reason="reconcile",
        version=2,
        started_by=CALL_OF_TODAY.start,
    )
    assert sent.delay == 0


@pytest.mark.parametrize(("stored", "is_enqueued"), [(1, True), (2, False), (3, False)])
async def test_a_call_that_is_stored_at_an_older_version_is_enqueued(stored: int, is_enqueued: bool) -> None:
    world = World(CALL_OF_TODAY)
    world.rows.hold(CALL_OF_TODAY, stored)
    await world.compare()
    assert world.enqueued == [CALL] * is_enqueued


async def test_a_record_without_sessions_is_read_again_and_does_not_count_as_lacking() -> None:
    world = World(*calls_every(10 * MINUTE, NOW - 3 * HOUR, NOW - 2 * HOUR))
    for call, caveat in zip(world.graph.calls, ["noSessions", "participantsRefused", *[""] * 4], strict=True):
        world.rows.hold(call, None, *filter(None, [caveat]))
    await world.compare()
    assert world.enqueued == [world.graph.calls[0].call_id]
    day = world.day("2026-03-04")
    assert (day.listed, day.newest, day.degraded, day.late) == (6, 6, 2, 0)


@given(st.lists(st.integers(0, 3 * 86_400 - 1), max_size=30), st.data())
async def test_each_call_that_is_missing_or_stale_is_found_once_and_counted_where_it_started(
    starts: list[int], data: st.DataObject
) -> None:
    first = datetime(2026, 3, 1, tzinfo=NOW.tzinfo)
    calls = [Call(call_id(number), 2, first + start * SECOND) for number, start in enumerate(starts)]
    world, wanted, newest = await settled(), set[str](), 0
    world.graph.calls = calls
    for call in calls:
        version = data.draw(st.sampled_from([None, 1, 2, 3]))
        if version is not None:
            world.rows.hold(call, version)
        if version in (None, 1):
            wanted.add(call.call_id)
        newest += version in (2, 3)
    await world.reconciliation.over_days("2026-03-01", "2026-03-03")
    await world.run()
    assert sorted(world.enqueued) == sorted(wanted)
    days = world.completeness.held.values()
    assert (sum(day.listed for day in days), sum(day.newest for day in days)) == (len(calls), newest)
    for day in days:
        for hour in day.hours:
            began = [call for call in calls if hour.start <= call.start < hour.start + HOUR]
            assert hour.listed == len(began)
            assert {each.call_id for each in hour.lacking} == {call.call_id for call in began} & wanted
    world.fetch()
    world.clock.forward(HOUR)
    await world.reconciliation.over_days("2026-03-01", "2026-03-03")
    await world.run()
    assert world.enqueued == []
    assert all(day.newest == day.listed for day in world.completeness.held.values())


@given(st.lists(st.integers(0, 86_399), max_size=300))
async def test_the_steps_of_a_comparison_cover_its_hours_once(seconds: list[int]) -> None:
    start = datetime(2026, 3, 3, tzinfo=NOW.tzinfo)
    world = await settled(*(Call(call_id(number), 1, start + each * SECOND) for number, each in enumerate(seconds)))
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    await world.run()
    assert world.graph.asked[0][0] == start
    assert world.graph.asked[-1][1] == start + DAY
    assert all(before[1] == after[0] for before, after in pairwise(world.graph.asked))


async def test_where_calls_are_stored_a_list_has_a_page_full_of_them() -> None:
    start = datetime(2026, 3, 3, tzinfo=NOW.tzinfo)
    world = await settled(*calls_every(10 * SECOND, start, start + 2 * HOUR))
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    await world.run()
    assert world.graph.steps[:13] == [550 * SECOND] * 13
    assert len(world.graph.asked) == 14


async def test_where_cosmos_lacks_everything_lists_become_as_short_as_pages_are() -> None:
    world = World(*calls_every(SECOND, NOW - 4 * HOUR, NOW - 3 * HOUR))
    await world.reconciliation.over_days("2026-03-04", "2026-03-04")
    await world.run()
    assert sorted(world.enqueued) == sorted(call.call_id for call in world.graph.calls)
    assert world.graph.listed < 2 * len(world.graph.calls)
    assert world.day("2026-03-04").late == 3_600


async def test_a_second_may_have_any_number_of_calls() -> None:
    world = World(*[Call(call_id(number), 1, NOW - 2 * HOUR) for number in range(1_000)])
    await world.reconciliation.over_days("2026-03-04", "2026-03-04")
    await world.run()
    assert min(world.graph.steps) == SECOND
    assert len(world.enqueued) == world.hour(NOW.replace(hour=8, minute=0)).listed == 1_000


def burst(count: int) -> list[Call]:
    """Calls that began in one second, evenly."""
    return [Call(call_id(number), 1, NOW - 2 * HOUR + number * SECOND / count) for number in range(count)]


async def test_a_second_of_many_calls_is_listed_in_parts_of_a_page_each() -> None:
    world = await settled(*burst(550))
    await world.reconciliation.over_days("2026-03-04", "2026-03-04")
    await world.run()
    assert world.graph.steps.count(SECOND / 10) == 10
    assert all(before[1] == after[0] for before, after in pairwise(world.graph.asked))
    assert (world.graph.listed, world.day("2026-03-04").listed, world.enqueued) == (550, 550, [])


async def test_a_second_is_listed_whole_where_graph_refuses_fractions() -> None:
    world = await settled(*burst(500))
    world.graph.failing = lambda _: Refused("400") if world.graph.steps[-1] < SECOND else None
    await world.reconciliation.over_days("2026-03-04", "2026-03-04")
    await world.run()
    day = world.day("2026-03-04")
    assert (day.listed, day.left_aside, world.queues.poison.sent) == (500, 0, [])


async def test_a_second_is_listed_whole_where_graph_makes_nothing_of_fractions() -> None:
    world = await settled(*burst(500))
    world.graph.spoil = lambda _, listed: listed if world.graph.steps[-1] >= SECOND else []
    await world.reconciliation.over_days("2026-03-04", "2026-03-04")
    await world.run()
    day = world.day("2026-03-04")
    assert (day.listed, day.unlisted, day.contradictions) == (500, 0, 0)


async def test_a_second_of_more_calls_than_graph_ever_lists_does_not_keep_the_others_waiting() -> None:
    others = calls_every(10 * MINUTE, NOW - 3 * HOUR, NOW - HOUR)
    world = World(*(Call(call_id(1_000 + number), 1, NOW - 2 * HOUR) for number in range(3_100)), *others)
    world.graph.most = MOST_IN_A_SECOND
    await world.reconciliation.over_days("2026-03-04", "2026-03-04")
    await world.run()
    assert world.hour(NOW.replace(hour=8, minute=0)).left_aside_seconds == ("08:30:00",)
    assert {each.call_id for each in others} - {*world.enqueued} == {others[6].call_id}


async def test_every_hour_is_compared_at_every_rung_of_its_age() -> None:
    world = World()
    await world.pass_time(30 * MINUTE)
    hour = world.clock.now
    for rung in RUNGS:
        for age, times in ((rung.age - MINUTE, 0), (rung.age, 1)):
            world.graph.asked.clear()
            time = hour + HOUR + age - world.clock.now
            await world.pass_time(time, every=time)
            assert sum(start <= hour < end for start, end in world.graph.asked) == times


@pytest.mark.parametrize(("appears", "found"), [(0, 1), (50, 1), (60, 2), (110, 2), (150, 3), (180, 6), (700, 12)])
async def test_a_call_that_was_not_announced_is_found_at_the_first_rung_after_its_record_appears(
    appears: int, found: int
) -> None:
    world = World()
    await world.pass_time(HOUR)
    hour = world.clock.now.replace(minute=0) + HOUR
    call = Call(CALL, 1, hour + 59 * MINUTE)
    while not world.enqueued:
        if world.clock.now >= hour + HOUR + appears * MINUTE and call not in world.graph.calls:
            world.graph.calls.append(call)
        await world.pass_time(10 * MINUTE)
    assert world.clock.now == hour + HOUR + found * HOUR


async def test_a_revision_that_was_not_announced_is_found_at_the_next_rung() -> None:
    world = World(CALL_OF_TODAY)
    world.rows.hold(CALL_OF_TODAY)
    await world.pass_time(3 * DAY)
    world.graph.calls = [Call(CALL, 3, CALL_OF_TODAY.start)]
    await world.pass_time(20 * HOUR)
    assert world.enqueued == []
    await world.pass_time(5 * HOUR)
    assert world.enqueued == [CALL]
    (told,) = world.day("2026-03-04").corrections
    assert (told.rung, told.stale, told.was_complete) == ("4 d", 1, True)


async def test_a_call_that_appears_after_its_day_was_complete_makes_it_incomplete_until_it_is_here() -> None:
    world = World()
    await world.pass_time(4 * DAY)
    day = "2026-03-05"
    assert world.day(day).completeness == "complete"
    assert world.ladder.last_complete == "2026-03-05"
    world.graph.calls = [Call(CALL, 1, NOW + 22 * HOUR)]
    await world.pass_time(DAY)
    assert (world.day(day).completeness, world.day(day).late) == ("incomplete", 1)
    assert [each.call_id for each in world.hour(NOW.replace(minute=0) + 22 * HOUR).lacking] == [CALL]
    assert world.ladder.last_complete == "2026-03-06"
    world.fetch()
    await world.pass_time(2 * HOUR)
    assert (world.day(day).completeness, world.day(day).listed, world.day(day).corrected) == ("complete", 1, 1)


async def test_a_gap_has_what_started_30_hours_before_compared_again() -> None:
    world = World()
    await world.pass_time(HOUR)
    world.graph.asked.clear()
    alive = world.clock.now - 2 * HOUR
    await world.reconciliation.over_gap(alive)
    await world.run()
    first = (alive - 30 * HOUR).replace(minute=0)
    assert (min(world.graph.asked)[0], max(world.graph.asked)[1]) == (first, world.clock.now.replace(minute=0) + HOUR)
    assert world.day("2026-03-04").rung == "gap"
    assert not [key for key in world.state.items if key.startswith(ASKED.id)]


async def test_of_what_was_asked_for_only_what_graph_keeps_is_compared() -> None:
    world = World()
    await world.reconciliation.over_gap(NOW - 90 * DAY)
    await world.run()
    assert min(world.graph.asked)[0] == NOW.replace(hour=11, minute=0) - 30 * DAY
    assert not await world.reconciliation.over_days("2026-01-01", "2026-01-31")
    assert world.queues.main.sent == []


async def test_days_that_an_operator_chooses_are_compared_whole() -> None:
    world = World()
    await world.pass_time(HOUR)
    world.graph.asked.clear()
    assert await world.reconciliation.over_days("2026-02-20", "2026-02-21")
    await world.run()
    assert (min(world.graph.asked)[0].isoformat(), max(world.graph.asked)[1].isoformat()) == (
        "2026-02-20T00:00:00+00:00",
        "2026-02-22T00:00:00+00:00",
    )
    assert {day.rung for day in await world.completeness.days(["2026-02-20", "2026-02-21"])} == {"command"}


async def test_what_was_compared_late_enough_for_another_reason_is_not_compared_again() -> None:
    world = World()
    await world.compare()
    listed = len(world.graph.asked)
    await world.reconciliation.on_schedule()
    await world.run()
    assert len(world.graph.asked) == listed


async def test_the_first_rung_goes_before_what_was_asked_for_and_that_before_the_others() -> None:
    world = World()
    await world.pass_time(HOUR)
    world.clock.forward(2 * DAY)
    world.graph.asked.clear()
    await world.reconciliation.over_days("2026-02-20", "2026-02-20")
    await world.run()
    starts = [start for start, _ in world.graph.asked]
    asked = datetime(2026, 2, 20, tzinfo=NOW.tzinfo)
    assert starts[0] > NOW - 3 * HOUR
    assert starts.index(asked) < starts.index(next(each for each in starts if each < NOW - 3 * HOUR and each != asked))


async def test_the_calls_of_a_day_are_counted_for_the_ladder() -> None:
    world = World(*calls_every(MINUTE, NOW - 2 * DAY))
    await world.compare()
    await world.pass_time(2 * HOUR)
    assert world.ladder.calls_a_day == 1_440


async def test_of_an_hour_that_goes_on_calls_are_found_and_nothing_is_said() -> None:
    world = World(Call(CALL, 1, NOW - MINUTE))
    await world.compare()
    assert world.enqueued == [CALL]
    assert world.day("2026-03-04").compared_until == NOW.replace(minute=0)
    await world.pass_time(2 * HOUR)
    assert world.hour(NOW.replace(minute=0)).listed == 1
