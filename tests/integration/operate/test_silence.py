"""What goes wrong without a failure anywhere is told: it once was not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from azure.storage.queue.aio import QueueServiceClient

from callrecords.collect.reconcile.ladder import LADDER
from callrecords.errors import Unavailable
from callrecords.operate.flow import Flow, flow, slot_of
from callrecords.operate.heartbeats import Heartbeat, heartbeat
from callrecords.usage.rollup import ROLL_UP, RollUpState
from tests.integration.operate.health_world import HOUR, OWN_SUBSCRIPTION, World
from tests.invented import CALL, OTHER_CALL, call_message

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
CACHED = 6 * SECOND


@pytest.fixture
async def world(queue_service: QueueServiceClient) -> World:
    return await World.create(queue_service)


async def test_dropped_notifications_of_the_own_subscription_are_a_broken_link(world: World) -> None:
    world.drop({"wrong clientState": 3}, OWN_SUBSCRIPTION)
    world.drop({"wrong clientState": 2, "malformed": 1}, worker="b")
    expected = "notifications were dropped, some of the app's own subscription: 1 malformed, 5 wrong clientState"
    assert await world.why("notifications") == expected
    assert await world.facts("notifications") == {"droppedInLastHour": {"wrong clientState": 5, "malformed": 1}}
    world.clock.forward(71 * MINUTE)
    assert await world.why("notifications") is None


async def test_what_anybody_can_post_is_counted_and_no_broken_link(world: World) -> None:
    world.drop({"wrong clientState": 1_000}, "00000000-0000-4000-8000-000000000000")
    assert await world.broken() is None
    assert await world.facts("notifications") == {"droppedInLastHour": {"wrong clientState": 1_000}}


async def test_a_queue_that_takes_no_message_is_told_by_the_probe(world: World) -> None:
    world.beat("probe_queue", world.clock.now, error="The queue took no message within 20 s.")
    assert await world.why("timers") == "probe_queue failed: The queue took no message within 20 s."


@pytest.mark.parametrize(("seconds", "is_broken"), [(0.0, False), (60.0, False), (600.0, True)])
async def test_requests_that_are_held_back_are_told_and_a_broken_link_where_that_is_long(
    world: World, seconds: float, is_broken: bool
) -> None:
    world.held_seconds = seconds
    assert (await world.broken() == "graph") == is_broken
    assert (await world.facts("graph")).get("heldBackSeconds") == (round(seconds) or None)


async def test_requests_that_another_worker_holds_back_are_told(world: World) -> None:
    now = world.clock.now
    slot = slot_of(now)
    world.state.hold(flow(slot, "a"), Flow(at=slot, held_until=now + 10 * MINUTE))
    assert await world.why("graph") == "requests are held back for 0:10:00"
    world.clock.forward(10 * MINUTE)
    assert await world.why("graph") is None


async def test_calls_that_were_given_up_by_name_are_a_broken_link_for_a_day(world: World) -> None:
    await world.name_missing(f"Call record {CALL}: Graph answered 400.")
    await world.name_missing(f"Call record {OTHER_CALL}: Graph answered 400.", OTHER_CALL)
    assert await world.why("missing") == "calls given up: 2"
    facts = {"calls": 2, "late": 0, "reasons": {"Call record <id>: Graph answered 400.": 2}}
    assert await world.facts("missing") == facts
    world.clock.forward(DAY)
    assert await world.why("missing") is None
    assert await world.facts("missing") == facts


async def test_calls_that_are_late_are_a_broken_link_as_long_as_they_are(world: World) -> None:
    message = replace(call_message(), notified_at=world.clock.now - 13 * HOUR)
    for _ in range(30):
        await world.given_up.note_if_late(message, Unavailable("Graph answered 503."))
        world.clock.forward(HOUR)
        assert await world.why("missing") == "calls late: 1"
    world.clock.forward(3 * HOUR)
    assert await world.why("missing") is None


async def test_a_comparison_that_was_never_made_is_a_broken_link_in_time(world: World) -> None:
    world.state.items.pop(LADDER.id)
    assert await world.why("reconcile") is None
    first_seen = world.clock.now
    world.clock.forward(6 * HOUR)
    assert await world.why("reconcile") is None
    world.clock.forward(CACHED)
    expected = f"the first comparison has never come to its end since {first_seen.isoformat()}"
    assert await world.why("reconcile") == expected


async def test_a_comparison_that_stands_still_is_a_broken_link_in_time(world: World) -> None:
    assert await world.why("reconcile") is None
    world.clock.forward(8 * HOUR)
    assert (await world.why("reconcile") or "").startswith("the comparison 1 h after each hour is ")


async def test_an_audit_that_has_never_ended_is_a_broken_link_in_time(world: World) -> None:
    await world.health()
    world.clock.forward(72 * HOUR)
    assert await world.why("audit") is None
    world.clock.forward(CACHED)
    assert (await world.why("audit") or "").startswith("the early audit has never come to its end since ")


async def test_a_roll_up_that_was_not_made_when_it_was_due_twice_is_a_broken_link(world: World) -> None:
    await world.health()
    world.clock.now = world.clock.now.replace(minute=7, second=0, microsecond=0)
    world.state.hold(ROLL_UP, RollUpState(at=world.clock.now))
    world.clock.forward(88 * MINUTE)  # due after 28 and 58 minutes
    assert await world.why("usage") is None
    world.clock.forward(MINUTE)
    assert (await world.why("usage") or "").startswith("nothing was rolled up since ")


async def test_a_roll_up_that_was_never_made_is_a_broken_link(world: World) -> None:
    await world.health()
    world.clock.forward(DAY)
    assert (await world.why("usage") or "").startswith("nothing was rolled up since ")


async def test_a_timer_that_does_not_run_is_named_when_it_was_due_by_its_schedule(world: World) -> None:
    world.clock.now = world.clock.now.replace(minute=21, second=0, microsecond=0)
    world.beat("reconcile_on_schedule", world.clock.now)
    due = world.clock.now + 9 * MINUTE
    world.clock.now = due + 30 * MINUTE
    assert await world.why("timers") is None
    world.clock.forward(CACHED)
    assert await world.why("timers") == f"reconcile_on_schedule was due at {due.isoformat()} and has not run"


async def test_a_timer_that_never_runs_is_named(world: World) -> None:
    assert await world.why("timers") is None
    world.clock.forward(2 * HOUR)
    assert (await world.why("timers") or "").startswith("reconcile_on_schedule was due at ")


async def test_a_function_that_ends_nothing_though_messages_wait_is_named(world: World) -> None:
    await world.calls.main.send_message(str(replace(call_message(), notified_at=world.clock.now)))
    world.clock.forward(20 * MINUTE)
    world.beat("ingest_call_record", world.clock.now - MINUTE)
    assert await world.why("queues") is None
    world.clock.forward(15 * MINUTE)
    assert (await world.why("queues") or "").startswith("ingest_call_record has come to no end since ")


async def test_a_message_that_comes_back_is_no_sign_of_a_function_that_stands(world: World) -> None:
    await world.calls.main.send_message(str(call_message()))
    world.clock.forward(80 * MINUTE)
    world.beat("ingest_call_record", world.clock.now - 79 * MINUTE)
    assert await world.why("queues") is None
    facts = (await world.facts("queues"))["call-records"]
    assert facts["firstSeenSeconds"] > facts["oldestSeconds"]


async def test_the_times_of_several_workers_from_notification_to_record_add_up(world: World) -> None:
    slot = slot_of(world.clock.now)
    for worker, arrivals in {"a": {"1.0": 9, "24.0": 1}, "b": {"3.0": 10}}.items():
        world.state.hold(flow(slot, worker), Flow(at=slot, arrivals=arrivals))
    assert (await world.facts("ingest"))["lastHour"] == {"count": 20, "p50Seconds": 3.0, "p95Seconds": 3.0}


async def test_a_function_is_known_from_the_first_look_on(world: World) -> None:
    await world.health()
    first_seen = world.clock.now
    world.clock.forward(HOUR)
    await world.health()
    assert await world.state.read(heartbeat("audit")) == Heartbeat(first_seen=first_seen)
