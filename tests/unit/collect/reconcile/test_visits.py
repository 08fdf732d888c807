"""A comparison that is stopped or held back."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from azure.core.exceptions import ServiceRequestError

from callrecords.collect.reconcile import compare
from callrecords.collect.reconcile.ladder import LADDER
from callrecords.collect.reconcile.run import RUNNING
from callrecords.errors import CallRecordsError, Forbidden, Refused, Throttled, Unavailable, Unreadable
from callrecords.ports.records import Listed
from tests.doubles import Clock
from tests.invented import CALL, NOW
from tests.unit.collect.reconcile.world import DAY, HOUR, MINUTE, SECOND, Call, World, at_list, calls_every, settled

DAY_OF_CALLS = "2026-03-03"
EVERY_MINUTE = calls_every(MINUTE, datetime(2026, 3, 3, tzinfo=NOW.tzinfo), datetime(2026, 3, 4, tzinfo=NOW.tzinfo))


async def comparing(*calls: Call) -> World:
    """A world in which a day of calls, which Cosmos has, is to be compared, and nothing else is due."""
    world = await settled(*calls)
    await world.reconciliation.over_days(DAY_OF_CALLS, DAY_OF_CALLS)
    return world


async def listed(world: World) -> int:
    await world.run()
    return world.day(DAY_OF_CALLS).listed


@pytest.mark.parametrize(("failure", "least", "most"), [(Throttled("slow", 200), 200, 250), (Forbidden("no"), 0, 0)])
async def test_a_comparison_that_fails_on_its_way_goes_on_where_it_was_at_once_or_when_graph_lists_again(
    failure: CallRecordsError, least: int, most: int
) -> None:
    world = await comparing(*EVERY_MINUTE)
    world.graph.failing = at_list(5, failure)
    await world.take()
    (sent,) = world.queues.main.sent
    assert least <= (sent.delay or 0) <= most
    assert (world.waiting.attempt, world.waiting.failure) == (0, None)
    assert await listed(world) == len(EVERY_MINUTE)
    assert sum(world.graph.steps, timedelta()) == DAY + world.graph.steps[4]


@pytest.mark.parametrize(("failure", "seconds"), [(Throttled("slow", 200), 200), (Forbidden("no"), 900)])
async def test_a_comparison_that_fails_at_its_first_step_is_put_back_as_the_failure_table_says(
    failure: CallRecordsError, seconds: int
) -> None:
    world = await comparing(*EVERY_MINUTE)
    begun = world.waiting
    world.graph.failing = at_list(1, failure)
    await world.take()
    now = world.clock.now
    put_back = begun if isinstance(failure, Throttled) else begun.failed(type(failure).__name__, now)
    assert world.waiting == put_back
    assert seconds <= (world.queues.main.sent[0].delay or 0) <= seconds * 1.25


@pytest.mark.parametrize("failure", [Unavailable("504"), Refused("400"), Unreadable("cut short")])
async def test_where_graph_does_not_list_a_long_time_shorter_ones_are_tried(failure: CallRecordsError) -> None:
    world = await comparing(*EVERY_MINUTE)
    world.graph.failing = lambda _: failure if world.graph.steps[-1] > 10 * MINUTE else None
    assert await listed(world) == len(EVERY_MINUTE)
    assert world.queues.poison.sent == []


async def test_where_a_long_time_takes_graph_too_long_a_shorter_one_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    world = await comparing(*EVERY_MINUTE)
    between, hung = world.graph.between, list[timedelta]()

    async def slow(start: datetime, end: datetime) -> AsyncGenerator[Listed | Unreadable]:
        if not hung:
            hung.append(end - start)
            await asyncio.sleep(60)
        async for entry in between(start, end):
            yield entry

    monkeypatch.setattr(compare, "STEP_SECONDS", 0.2)
    monkeypatch.setattr(world.graph, "between", slow)
    assert await listed(world) == len(EVERY_MINUTE)
    assert world.graph.steps[0] < hung[0]


UNLISTED = pytest.mark.parametrize("failure", [Unavailable("504"), Refused("400"), Unreadable("cut short")])


@UNLISTED
async def test_a_second_that_graph_does_not_list_stops_nothing_and_is_named(failure: CallRecordsError) -> None:
    world = await comparing(*EVERY_MINUTE)
    world.graph.fail_over(EVERY_MINUTE[605].start, failure)
    assert await listed(world) == len(EVERY_MINUTE) - 1
    day = world.day(DAY_OF_CALLS)
    assert (day.left_aside, day.completeness) == (1, "soFar")
    hour = world.hour(EVERY_MINUTE[600].start)
    assert (hour.left_aside_seconds, hour.listed) == (("10:05:00",), 59)


@UNLISTED
async def test_a_second_that_was_left_aside_is_compared_when_graph_lists_it(failure: CallRecordsError) -> None:
    world = await comparing(*EVERY_MINUTE)
    del world.rows.held[DAY_OF_CALLS][EVERY_MINUTE[605].call_id]
    world.graph.fail_over(EVERY_MINUTE[605].start, failure)
    assert await listed(world) == len(EVERY_MINUTE) - 1
    assert world.enqueued == []
    world.graph.failing = lambda _: None
    await world.pass_time(10 * MINUTE)
    assert world.enqueued == [EVERY_MINUTE[605].call_id]
    hour = world.hour(EVERY_MINUTE[600].start)
    assert (hour.left_aside, hour.left_aside_seconds, hour.listed, hour.late) == (0, (), 60, 1)


@UNLISTED
async def test_a_second_that_graph_never_lists_stays_named(failure: CallRecordsError) -> None:
    world = await comparing(*EVERY_MINUTE)
    world.graph.fail_over(EVERY_MINUTE[605].start, failure)
    await world.pass_time(3 * DAY)
    day = world.day(DAY_OF_CALLS)
    assert (day.left_aside, day.completeness) == (1, "incomplete")
    assert world.queues.poison.sent == []


async def test_an_hour_that_graph_does_not_list_at_all_is_left_aside_and_the_others_are_compared() -> None:
    world = await comparing(*EVERY_MINUTE)
    hour = EVERY_MINUTE[600].start
    world.graph.failing = lambda _: (
        Unavailable("504")
        if world.graph.asked[-1][1] > hour + MINUTE and (world.graph.asked[-1][0] < hour + HOUR)
        else None
    )
    await world.run()
    day = world.day(DAY_OF_CALLS)
    assert (day.listed, day.left_aside, len(day.hours)) == (len(EVERY_MINUTE) - 59, 3_540, 24)
    assert world.queues.poison.sent == []
    assert (world.ladder.unlisted_at, world.ladder.unlisted_because) == (world.clock.now, "504")
    world.graph.failing = lambda _: None
    await world.pass_time(30 * MINUTE)
    assert (world.hour(hour).listed, world.hour(hour).left_aside, world.hour(hour).rung) == (60, 0, "again")


async def test_while_graph_refuses_every_list_hours_are_left_aside_and_nothing_is_told_complete() -> None:
    world = await comparing(*EVERY_MINUTE)
    world.graph.failing = lambda _: Refused("bad filter")
    await world.pass_time(3 * DAY, every=6 * HOUR)
    assert world.day(DAY_OF_CALLS).left_aside == 24 * 3_600
    assert "complete" not in {day.completeness for day in world.completeness.held.values()}
    world.graph.failing = lambda _: None
    await world.pass_time(6 * HOUR, every=30 * MINUTE)
    assert world.day(DAY_OF_CALLS).completeness == "complete"


async def test_while_graph_is_away_a_comparison_waits_for_it() -> None:
    world = await comparing(*EVERY_MINUTE)
    world.graph.failing = lambda number: Unavailable("away") if number > 3 else None
    for _ in range(20):
        await world.take()
    world.graph.failing = lambda _: None
    world.clock.forward(3 * HOUR)
    await world.pass_time(HOUR)
    day = world.day(DAY_OF_CALLS)
    assert (day.listed, day.left_aside) == (len(EVERY_MINUTE), 0)
    assert world.queues.poison.sent == []


async def test_seconds_that_fail_here_and_there_end_nothing() -> None:
    world = await comparing(*EVERY_MINUTE[:60])
    hidden = {call.start for call in world.graph.calls[::4]}
    assert len(hidden) > 10
    world.graph.failing = lambda _: (
        Refused("no") if any(world.graph.asked[-1][0] <= at < world.graph.asked[-1][1] for at in hidden) else None
    )
    await world.run()
    hour = world.hour(EVERY_MINUTE[0].start)
    assert (hour.listed, hour.left_aside) == (60 - len(hidden), len(hidden))


async def test_what_cannot_be_kept_is_compared_again() -> None:
    world = await comparing(*EVERY_MINUTE)
    before = len(world.graph.asked)
    world.completeness.failure = Unavailable("away")
    await world.take()
    assert world.waiting.failure == "Unavailable"
    world.completeness.failure = None
    assert await listed(world) == len(EVERY_MINUTE)
    assert len(world.graph.asked) > before


async def test_a_comparison_that_was_handled_twice_counts_nothing_twice() -> None:
    world = await comparing(*EVERY_MINUTE)
    world.graph.takes = 20 * SECOND
    await world.take()
    (half,) = world.queues.main.sent
    await world.run()
    world.queues.main.sent.append(half)
    assert await listed(world) == len(EVERY_MINUTE)


async def test_what_the_queue_of_calls_does_not_take_is_compared_again() -> None:
    world = await comparing(*EVERY_MINUTE)
    world.rows.held.clear()
    world.calls.main.failure = ServiceRequestError("no route")
    await world.take()  # it learns that a shorter time is to be listed
    await world.take()
    assert world.waiting.failure == "Unavailable"
    world.calls.main.failure = None
    await world.run()
    assert {*world.enqueued} == {call.call_id for call in EVERY_MINUTE}


async def test_a_comparison_comes_back_after_100_seconds_of_work() -> None:
    world = await comparing(*EVERY_MINUTE)
    world.graph.takes = 51 * SECOND
    await world.take()
    assert len(world.graph.asked) == 2
    assert world.queues.main.sent[0].delay == 0
    assert await listed(world) == len(EVERY_MINUTE)


async def test_a_failure_before_is_forgotten_with_the_first_step() -> None:
    world = await comparing(*EVERY_MINUTE)
    failed = replace(world.waiting, attempt=3, failure="Unavailable", failing_since=NOW - HOUR)
    world.queues.main.sent.clear()
    world.graph.failing = at_list(4, Throttled("slow", 9))
    await world.reconciliation.on_message(str(failed), 1)
    assert (world.waiting.attempt, world.waiting.failure, world.waiting.failing_since) == (0, None, None)


async def test_garbage_is_poison() -> None:
    world = World()
    await world.reconciliation.on_message("no message of ours", 1)
    assert world.queues.poison_reasons == ["The message is not JSON."]
    assert world.graph.asked == []


async def test_where_graph_lists_no_following_pages_shorter_steps_do_without_them() -> None:
    world = World(*EVERY_MINUTE)
    world.graph.most = 60
    await world.reconciliation.over_days(DAY_OF_CALLS, DAY_OF_CALLS)
    await world.take()
    assert world.queues.main.sent == []
    assert len(world.enqueued) == len(EVERY_MINUTE)


async def test_while_a_comparison_goes_on_no_other_is_begun_and_what_is_asked_for_joins_it() -> None:
    world = await comparing(*EVERY_MINUTE)
    world.graph.failing = at_list(5, Throttled("slow", 9))
    await world.take()
    before = list(world.queues.main.sent)
    await world.reconciliation.on_schedule()
    await world.reconciliation.over_days("2026-02-20", "2026-02-20")
    assert world.queues.main.sent == before
    await world.run()
    assert world.day("2026-02-20").rung == "command"


async def test_what_is_asked_for_at_the_very_end_of_a_comparison_is_not_left() -> None:
    world = await comparing(*EVERY_MINUTE)
    write = world.state.write

    async def asked_meanwhile(key, document):  # type: ignore[no-untyped-def]
        if key == LADDER and not world.queues.main.sent:
            world.state.write = write  # type: ignore[method-assign]
            await world.reconciliation.over_days("2026-02-20", "2026-02-20")
        return await write(key, document)

    world.state.write = asked_meanwhile  # type: ignore[method-assign]
    await world.take()
    await world.run()
    assert world.day("2026-02-20").rung == "command"


async def test_a_comparison_that_was_not_heard_of_for_hours_is_not_waited_for() -> None:
    world = await comparing(*EVERY_MINUTE)
    world.graph.failing = at_list(5, Throttled("slow", 9))
    await world.take()
    world.queues.main.sent.clear()
    await world.pass_time(3 * HOUR)
    assert world.day(DAY_OF_CALLS).listed == len(EVERY_MINUTE)


async def test_where_it_cannot_be_told_whether_a_comparison_goes_on_one_is_begun() -> None:
    world = World()
    world.state.failing = {RUNNING.id: Unavailable("away")}
    await world.reconciliation.over_days("2026-02-20", "2026-02-20")
    assert len(world.queues.main.sent) == 1


async def test_an_hour_is_not_told_complete_by_a_worker_whose_clock_is_fast(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    world.state.clock = Clock(NOW)
    world.clock.forward(DAY)
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    await world.run()
    day = world.day("2026-03-03")
    assert (day.completeness, day.compared_at) == ("soFar", NOW)
    assert "The clock of this worker is 1 day, 0:00:00 ahead of that of Cosmos DB" in caplog.text


async def test_a_worker_whose_clock_is_slow_compares_too_late_and_not_too_early() -> None:
    world = World()
    world.state.clock = Clock(NOW + DAY)
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    await world.run()
    assert world.day("2026-03-03").compared_at == NOW


async def test_where_the_ladder_is_lost_each_hour_is_compared_once_more_at_most() -> None:
    world = World()
    await world.pass_time(2 * DAY)
    before = len(world.graph.asked)
    del world.state.items[LADDER.id]
    await world.reconciliation.on_schedule()
    await world.run()
    assert len(world.graph.asked) - before < 40
    assert world.ladder.reached


async def test_where_the_items_of_days_are_lost_they_say_so_far_and_never_complete() -> None:
    world = World(Call(CALL, 1, NOW - DAY))
    world.rows.hold(world.graph.calls[0])
    await world.pass_time(3 * DAY)
    assert world.day("2026-03-03").completeness == "complete"
    world.completeness.held.clear()
    await world.pass_time(3 * DAY)
    assert world.day("2026-03-04").completeness == "complete"
    later = [day.completeness for day in world.completeness.held.values() if len(day.hours) < 24]
    assert set(later) == {"soFar"}
