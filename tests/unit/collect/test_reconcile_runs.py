"""A run that is stopped or held back."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from azure.core.exceptions import ServiceRequestError

from callrecords.collect import reconcile
from callrecords.collect.reconcilerun import ReconcileMessage
from callrecords.errors import CallRecordsError, Forbidden, Refused, Throttled, Unavailable, Unreadable
from callrecords.ports.records import Listed
from tests.invented import NOW
from tests.unit.collect.reconcile_world import (
    DAY,
    HOUR,
    MINUTE,
    NEW,
    OLD,
    SECOND,
    World,
    at_list,
    calls_every,
    run_over_recent,
)


@pytest.fixture
async def world() -> World:
    return await run_over_recent()


@pytest.mark.parametrize("failure", [Throttled("slow", 200), Forbidden("no")])
async def test_a_run_that_fails_on_its_way_comes_back_at_once_with_its_position(
    world: World, failure: CallRecordsError
) -> None:
    begun = world.waiting
    world.graph.failing = at_list(2, failure)
    await world.take()
    assert world.waiting == replace(begun, position=NOW - 5 * HOUR, listed=1, missing=1, step_seconds=4 * 3_600)
    assert world.queues.main.sent[0].delay == 0
    await world.run()
    assert world.enqueued == [OLD.call_id, NEW.call_id]


@pytest.mark.parametrize(("failure", "seconds"), [(Throttled("slow", 200), 200), (Forbidden("no"), 900)])
async def test_a_run_that_fails_at_its_first_step_is_put_back_as_the_failure_table_says(
    world: World, failure: CallRecordsError, seconds: int
) -> None:
    begun = world.waiting
    world.graph.failing = at_list(1, failure)
    await world.take()
    put_back = begun if isinstance(failure, Throttled) else begun.failed(type(failure).__name__, NOW)
    assert world.waiting == put_back
    assert seconds <= (world.queues.main.sent[0].delay or 0) <= seconds * 1.25


@pytest.mark.parametrize("failure", [Unavailable("504"), Refused("400"), Unreadable("cut short")])
async def test_where_graph_does_not_list_a_long_time_shorter_ones_are_tried(failure: CallRecordsError) -> None:
    world = World(*calls_every(HOUR, NOW - 30 * DAY))
    world.graph.failing = lambda _: failure if world.graph.steps[-1] > HOUR else None
    await world.reconciliation.over_history()
    await world.run(most=2)
    assert len(world.enqueued) == len(world.graph.calls)
    assert world.queues.poison.sent == []


async def test_where_a_long_time_takes_graph_too_long_a_shorter_one_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(*calls_every(HOUR, NOW - 30 * DAY))
    between, hung = world.graph.between, list[timedelta]()

    async def slow(start: datetime, end: datetime) -> AsyncGenerator[Listed | Unreadable]:
        if not hung:
            hung.append(end - start)
            await asyncio.sleep(60)
        async for entry in between(start, end):
            yield entry

    monkeypatch.setattr(reconcile, "_STEP_SECONDS", 0.2)
    monkeypatch.setattr(world.graph, "between", slow)
    await world.reconciliation.over_history()
    await world.run()
    assert world.graph.steps[0] < hung[0]
    assert set(world.enqueued) == {call.call_id for call in world.graph.calls}


UNLISTED = pytest.mark.parametrize("failure", [Unavailable("504"), Refused("400"), Unreadable("cut short")])


async def with_a_time_that_graph_does_not_list(failure: CallRecordsError) -> tuple[World, set[str]]:
    """A world after a run that came by it, and the calls that it did not find for that."""
    world = World(*calls_every(5 * SECOND, NOW - HOUR))
    world.graph.fail_over(world.graph.calls[5].start, failure)
    await world.reconciliation.over_history()
    await world.take()
    return world, {call.call_id for call in world.graph.calls} - set(world.enqueued)


@UNLISTED
async def test_five_seconds_that_graph_does_not_list_stop_no_run(failure: CallRecordsError) -> None:
    world, hidden = await with_a_time_that_graph_does_not_list(failure)
    assert world.graph.calls[5].call_id in hidden
    assert len(hidden) <= 2
    outcome = world.outcome("history")
    assert (outcome["passedOver"], outcome["missing"]) == (1, len(world.enqueued))
    assert (world.waiting.run, world.waiting.window_end - world.waiting.window_start) == ("step", 5 * SECOND)


@UNLISTED
async def test_what_graph_did_not_list_is_compared_by_itself_when_it_does(failure: CallRecordsError) -> None:
    world, hidden = await with_a_time_that_graph_does_not_list(failure)
    before, found = dict(world.state.items), len(world.enqueued)
    world.graph.failing = lambda _: None
    await world.run()
    assert set(world.enqueued[found:]) == hidden
    assert world.state.items == before


@UNLISTED
async def test_what_graph_never_lists_is_given_up_by_itself(failure: CallRecordsError) -> None:
    world, _ = await with_a_time_that_graph_does_not_list(failure)
    await world.run()
    (entry,) = world.queues.poison.sent
    assert str(failure) in entry.document["reason"]
    assert ReconcileMessage.parse(entry.document["message"]).window_start <= world.graph.calls[5].start


async def test_where_graph_lists_nothing_the_run_ends_with_its_position_after_ten_short_steps(world: World) -> None:
    world.graph.failing = lambda number: Refused("bad filter") if number > 1 else None
    await world.run()
    assert world.queues.poison_reasons == ["bad filter"] * 11
    given_up = [ReconcileMessage.parse(entry.document["message"]) for entry in world.queues.poison.sent]
    assert sorted(message.run for message in given_up) == ["recent", *["step"] * 10]
    (rest,) = [message for message in given_up if message.run == "recent"]
    assert rest.position == NOW - 5 * HOUR + 50 * SECOND


async def test_while_graph_is_away_a_run_waits_for_it(world: World) -> None:
    world.graph.failing = lambda number: Unavailable("away") if number > 1 else None
    for _ in range(20):
        await world.take()
    world.graph.failing = lambda _: None
    await world.run()
    assert sorted(world.enqueued) == sorted([OLD.call_id, NEW.call_id])
    assert world.queues.poison.sent == []


async def test_ten_short_steps_that_fail_here_and_there_end_no_run() -> None:
    world = World(*calls_every(MINUTE, NOW - HOUR))
    hidden = {call.start for call in world.graph.calls[::4]}
    assert len(hidden) > 10
    world.graph.failing = lambda _: (
        Refused("no") if any(world.graph.asked[-1][0] <= at < world.graph.asked[-1][1] for at in hidden) else None
    )
    await world.reconciliation.over_recent()
    await world.run()
    assert world.outcome("recent")["passedOver"] == len(hidden)
    assert len(world.enqueued) == len(world.graph.calls) - len(hidden)


async def test_a_run_whose_outcome_is_not_taken_does_not_begin_again(world: World) -> None:
    world.state.failing = {"reconcile-recent": Unavailable("away")}
    await world.take()
    world.state.failing = {}
    await world.run()
    assert world.enqueued == [OLD.call_id, NEW.call_id]


async def test_a_run_that_ends_days_late_tells_nothing_of_the_last_hours(world: World) -> None:
    (late,) = world.queues.main.sent
    world.clock.forward(3 * DAY)
    world.queues.main.sent.clear()
    await world.reconciliation.over_recent()
    await world.run()
    before = world.outcome("recent")
    await world.reconciliation.on_message(late.text, 1)
    assert world.outcome("recent") == before


async def test_a_run_without_a_permission_is_poison_whole(world: World) -> None:
    world.graph.failing = lambda number: Forbidden("no") if number > 1 else None
    await world.run()
    (entry,) = world.queues.poison.sent
    assert ReconcileMessage.parse(entry.document["message"]).position == NOW - 5 * HOUR


async def test_a_step_forgets_the_failures_before_it(world: World) -> None:
    failed = replace(world.waiting, attempt=3, failure="Unavailable", failing_since=NOW - HOUR)
    world.graph.failing = at_list(2, Throttled("slow", 9))
    await world.reconciliation.on_message(str(failed), 1)
    sent = world.queues.main.sent[-1]
    came_back = ReconcileMessage.parse(sent.text)
    assert (came_back.attempt, came_back.failure, came_back.failing_since) == (0, None, None)


async def test_what_the_queue_of_calls_does_not_take_is_compared_again(world: World) -> None:
    world.calls.main.failure = ServiceRequestError("no route")
    await world.take()
    assert world.waiting.position == world.waiting.window_start
    assert world.waiting.failure == "Unavailable"
    world.calls.main.failure = None
    await world.run()
    assert world.enqueued == [OLD.call_id, NEW.call_id]


async def test_a_run_comes_back_after_two_minutes_of_work(world: World) -> None:
    world.graph.takes = 61 * SECOND
    await world.take()
    assert len(world.graph.asked) == 2
    assert world.waiting.position == world.graph.asked[-1][1]
    assert world.queues.main.sent[0].delay == 0
    assert await world.run() == 1
    assert world.enqueued == [OLD.call_id, NEW.call_id]


async def test_the_facts_are_read_anew_when_a_run_comes_back(world: World) -> None:
    world.graph.failing = at_list(2, Throttled("slow", 9))
    await world.take()
    world.rows.hold(NEW)
    await world.run()
    assert world.enqueued == [OLD.call_id]


async def test_garbage_is_poison(world: World) -> None:
    await world.reconciliation.on_message("no message of ours", 1)
    assert world.queues.poison_reasons == ["The message is not JSON."]
    assert world.graph.asked == []


async def test_a_run_gets_through_hours_of_more_calls_than_graph_lists_in_five_minutes(world: World) -> None:
    world.graph.calls, world.graph.most = calls_every(SECOND, NOW - 2 * HOUR), 55 * 60
    await world.run()
    assert len(world.enqueued) == len(world.graph.calls)


async def test_a_run_that_comes_back_goes_on_with_steps_of_the_size_that_it_had(world: World) -> None:
    world.graph.calls = calls_every(SECOND, NOW - 6 * HOUR)
    world.graph.failing = at_list(10, Throttled("slow", 20))
    await world.take()
    await world.take()
    assert world.graph.steps[10] == world.graph.steps[8]


async def test_an_entry_of_no_call_is_counted_and_logged_and_hides_nothing(caplog: pytest.LogCaptureFixture) -> None:
    world = World(*calls_every(MINUTE, NOW - HOUR))
    world.graph.strange = {NOW - MINUTE: Unreadable("An id is not a GUID.")}
    await world.reconciliation.over_recent()
    await world.run()
    assert len(world.enqueued) == len(world.graph.calls)
    assert world.outcome("recent")["unreadable"] == 1
    assert "An id is not a GUID." in caplog.messages


async def test_a_call_whose_listed_version_cannot_be_read_is_fetched(world: World) -> None:
    world.graph.calls = [replace(NEW, version=None)]
    world.rows.hold(NEW)
    await world.run()
    assert ["version" in sent.document for sent in world.calls.main.sent] == [False]


async def test_while_a_run_goes_on_no_other_like_it_is_begun(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.graph.failing = at_list(2, Throttled("slow", 9))
    await world.take()
    before = list(world.queues.main.sent)
    await world.reconciliation.over_recent()
    assert world.queues.main.sent == before
    assert caplog.messages[-1] == "The last run of reconcile_recent is still under way: no other is started."
    await world.reconciliation.over_history()
    await world.reconciliation.over_gap(NOW - 40 * DAY)
    assert len(world.queues.main.sent) == 3


async def test_a_run_that_went_on_and_ended_is_followed_by_another(world: World) -> None:
    world.graph.failing = at_list(2, Throttled("slow", 9))
    await world.run()
    await world.reconciliation.over_recent()
    assert world.waiting.window_end == NOW


async def test_a_run_that_was_not_heard_of_for_hours_is_not_waited_for(world: World) -> None:
    world.graph.failing = at_list(2, Throttled("slow", 9))
    await world.take()
    world.queues.main.sent.clear()
    world.clock.forward(2 * HOUR)
    await world.reconciliation.over_recent()
    assert world.waiting.window_end == NOW + 2 * HOUR


async def test_where_it_cannot_be_told_whether_a_run_goes_on_another_is_begun(world: World) -> None:
    world.queues.main.sent.clear()
    world.state.failing = {"": Unavailable("away")}
    await world.reconciliation.over_recent()
    assert world.waiting.window_end == NOW


async def test_where_graph_lists_no_following_pages_shorter_steps_do_without_them() -> None:
    world = World(*calls_every(10 * SECOND, NOW - 6 * HOUR))
    world.graph.most = 60
    await world.reconciliation.over_recent()
    await world.take()
    assert world.queues.main.sent == []
    assert len(world.enqueued) == len(world.graph.calls)
