"""A run that is stopped or held back."""

from dataclasses import replace

import pytest
from azure.core.exceptions import ServiceRequestError

from callrecords.errors import CallRecordsError, Forbidden, Refused, Throttled, Unavailable, Unreadable
from callrecords.reconcilerun import HISTORY, ReconcileMessage
from tests.unit.invented import NOW
from tests.unit.reconcile_world import (
    HOUR,
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


@pytest.mark.parametrize("failure", [Throttled("slow", 200), Unavailable("away")])
async def test_a_run_that_fails_on_its_way_comes_back_at_once_with_its_position(
    world: World, failure: CallRecordsError
) -> None:
    begun = world.waiting
    world.graph.failing = at_list(2, failure)
    await world.take()
    assert world.waiting == replace(begun, position=NOW - 5 * HOUR, listed=1, missing=1, step_seconds=4 * 3_600)
    assert world.queues.main.sent[0].delay == 0
    assert world.outcome("recent-running")["finished"] is None
    await world.run()
    assert world.enqueued == [OLD.call_id, NEW.call_id]


@pytest.mark.parametrize(
    ("failure", "seconds"), [(Throttled("slow", 200), 200), (Unavailable("away"), 10), (Forbidden("no"), 900)]
)
async def test_a_run_that_fails_at_its_first_step_is_put_back_as_the_failure_table_says(
    world: World, failure: CallRecordsError, seconds: int
) -> None:
    begun = world.waiting
    world.graph.failing = at_list(1, failure)
    await world.take()
    put_back = begun if isinstance(failure, Throttled) else begun.failed(type(failure).__name__, NOW)
    assert world.waiting == put_back
    assert seconds <= (world.queues.main.sent[0].delay or 0) <= seconds * 1.25
    assert world.state.items == {}


async def test_a_run_that_can_never_go_on_is_poison_with_its_position(world: World) -> None:
    world.graph.failing = lambda number: Refused("bad filter") if number > 1 else None
    await world.run()
    assert world.queues.poison_reasons == ["bad filter"]
    (entry,) = world.queues.poison.sent
    assert ReconcileMessage.parse(entry.document["message"]).position == NOW - 5 * HOUR


async def test_a_step_forgets_the_failures_before_it(world: World) -> None:
    failed = replace(world.waiting, attempt=3, failure="Unavailable", failing_since=NOW - HOUR)
    world.graph.failing = at_list(2, Unavailable("away"))
    await world.reconciliation.on_message(str(failed))
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
    world.graph.failing = at_list(2, Unavailable("away"))
    await world.take()
    world.facts.hold(NEW)
    await world.run()
    assert world.enqueued == [OLD.call_id]


async def test_garbage_is_poison(world: World) -> None:
    await world.reconciliation.on_message("no message of ours")
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


async def test_a_record_that_cannot_be_read_hides_five_seconds_of_others_and_is_counted_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World(*calls_every(5 * SECOND, NOW - HOUR))
    graph, strange = world.graph, world.graph.calls[5]
    graph.failing = lambda _: (
        Unreadable("Strange.") if graph.asked[-1][0] <= strange.start < graph.asked[-1][1] else None
    )
    await world.reconciliation.over_history()
    await world.run()
    not_enqueued = {call.call_id for call in graph.calls} - set(world.enqueued)
    assert strange.call_id in not_enqueued
    assert len(not_enqueued) <= 2
    assert (world.outcome(HISTORY)["unreadable"], world.outcome(HISTORY)["missing"]) == (1, len(world.enqueued))
    assert "Strange. This run goes on after it." in caplog.messages


async def test_a_graph_that_never_answers_with_a_list_ends_the_run(world: World) -> None:
    world.graph.failing = lambda _: Unreadable("value is a NoneType, expected a list of objects.")
    await world.run()
    assert len(world.graph.asked) < 100
    assert world.queues.poison_reasons == ["value is a NoneType, expected a list of objects."]


async def test_while_a_run_goes_on_no_other_like_it_is_begun(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.graph.failing = at_list(2, Unavailable("away"))
    await world.take()
    before = list(world.queues.main.sent)
    await world.reconciliation.over_recent()
    assert world.queues.main.sent == before
    assert caplog.messages[-1] == "The last run of reconcile_recent goes on, so that no other is begun."
    await world.reconciliation.over_history()
    await world.reconciliation.over_gap(None)
    assert len(world.queues.main.sent) == 3


async def test_a_run_that_went_on_and_ended_is_followed_by_another(world: World) -> None:
    world.graph.failing = at_list(2, Unavailable("away"))
    await world.run()
    await world.reconciliation.over_recent()
    assert world.waiting.window_end == NOW


async def test_a_run_that_was_not_heard_of_for_hours_is_not_waited_for(world: World) -> None:
    world.graph.failing = at_list(2, Unavailable("away"))
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
