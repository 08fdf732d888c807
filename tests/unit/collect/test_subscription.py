import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from callrecords.errors import CallRecordsError, Refused, Throttled, Unavailable
from callrecords.ports.subscriptions import Subscription
from callrecords.queues.messages import LifecycleEvent, SubscriptionMessage
from tests.invented import CLIENT_STATE, NOW, TENANT
from tests.unit.collect.subscription_world import AGEING, LIFECYCLE, LIVE, NOTIFICATIONS, World

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
LONGEST = timedelta(minutes=4_230)
MESSAGE = SubscriptionMessage(tenant_id=TENANT, notified_at=NOW, event="reauthorizationRequired", subscription_id="s-1")


async def test_a_subscription_is_created_where_there_is_none() -> None:
    world = World()
    await world.renewal.on_schedule()
    (created,) = world.graph.held
    assert (created.notification_url, created.lifecycle_url) == (NOTIFICATIONS, LIFECYCLE)
    assert world.graph.client_states == [CLIENT_STATE]
    assert LONGEST - timedelta(hours=1) < created.expires - NOW < LONGEST


async def test_a_young_subscription_is_kept_as_it_is() -> None:
    world = World(LIVE)
    await world.renewal.on_schedule()
    assert world.graph.held == [LIVE]
    assert world.graph.requests == ["list"]


async def test_a_subscription_with_two_days_left_is_renewed_for_the_longest_time() -> None:
    world = World(AGEING)
    await world.renewal.on_schedule()
    (renewed,) = world.graph.held
    assert world.graph.requests == ["list", "renew s-1"]
    assert LONGEST - timedelta(hours=1) < renewed.expires - NOW < LONGEST


async def test_a_subscription_that_is_gone_when_it_is_renewed_is_created_anew() -> None:
    world = World(AGEING)
    world.graph.lost = {"s-1"}
    await world.renewal.on_schedule()
    assert world.graph.requests[:3] == ["list", "renew s-1", "create"]
    assert world.recorded["action"] == "recreated"
    assert world.recorded["subscriptionId"] == "s-new-1"


@pytest.mark.parametrize(
    "foreign",
    [
        replace(LIVE, notification_url="https://other.fabrikam.example/api/graph/notifications"),
        replace(LIVE, notification_url=f"{NOTIFICATIONS}/staging"),
        replace(LIVE, notification_url=None),
    ],
)
async def test_a_subscription_for_another_url_is_left_alone(foreign: Subscription) -> None:
    world = World(foreign, known=False)
    await world.renewal.on_schedule()
    assert world.held_ids == [foreign.id, "s-new-1"]


async def test_a_subscription_that_is_not_remembered_may_have_another_secret_and_is_replaced() -> None:
    world = World(LIVE, known=False)
    await world.renewal.on_schedule()
    assert world.graph.requests == ["list", "create", "delete s-1"]
    await world.renewal.on_schedule()
    assert world.held_ids == ["s-new-1"]


@pytest.mark.parametrize(
    "unusable",
    [
        replace(LIVE, change_type="created"),
        replace(LIVE, lifecycle_url=None),
        replace(LIVE, lifecycle_url="https://calls.fabrikam.example/old"),
    ],
)
async def test_an_unusable_subscription_is_deleted_after_a_good_one_is_there(unusable: Subscription) -> None:
    world = World(unusable)
    await world.renewal.on_schedule()
    assert world.graph.requests == ["list", "create", "delete s-1"]
    assert world.held_ids == ["s-new-1"]


async def test_where_graph_wants_no_twin_the_unusable_subscription_goes_first() -> None:
    world = World(LIVE, known=False)
    world.graph.refuses_duplicates = True
    await world.renewal.on_schedule()
    assert world.graph.requests[:4] == ["list", "create", "delete s-1", "create"]
    assert world.held_ids == ["s-new-1"]
    assert world.recorded["action"] == "created"


async def test_where_nothing_can_be_remembered_no_subscription_is_created() -> None:
    world = World()
    world.state.failing_writes = Unavailable("Cosmos answered 503.")
    for _ in range(3):
        await world.renewal.on_schedule()
    assert world.held_ids == []


async def test_an_unusable_subscription_is_kept_while_no_good_one_can_be_made() -> None:
    world = World(replace(LIVE, change_type="created"))
    world.graph.failing = {"create": Refused("validation timed out")}
    await world.renewal.on_schedule()
    assert world.held_ids == ["s-1"]


async def test_a_duplicate_that_another_run_has_deleted_is_no_failure() -> None:
    world = World(LIVE, replace(LIVE, id="s-2"))
    world.graph.lost = {"s-2"}
    await world.renewal.on_schedule()
    assert world.recorded["action"] == "kept"


async def test_a_lifecycle_message_renews_a_subscription_of_whatever_age() -> None:
    world = World(LIVE)
    await world.renewal.on_message(str(MESSAGE), 1)
    assert world.graph.requests == ["list", "renew s-1"]
    assert world.recorded["action"] == "renewed"
    assert world.queues.main.sent == world.queues.poison.sent == []


async def test_a_lifecycle_message_creates_a_subscription_that_is_missing() -> None:
    world = World()
    await world.renewal.on_message(str(MESSAGE), 1)
    assert world.held_ids == ["s-new-1"]


@pytest.mark.parametrize(("failure", "seconds"), [(Unavailable("away"), 10), (Throttled("slow", 100), 100)])
async def test_a_lifecycle_message_comes_back_after_a_failure(failure: CallRecordsError, seconds: int) -> None:
    world = World(LIVE)
    world.graph.failing = {"renew": failure}
    await world.renewal.on_message(str(MESSAGE), 1)
    (sent,) = world.queues.main.sent
    assert SubscriptionMessage.parse(sent.text).subscription_id == "s-1"
    assert seconds <= (sent.delay or 0) <= seconds * 1.25
    assert world.recorded["action"] == "failed"


async def test_a_lifecycle_message_comes_back_when_the_outcome_cannot_be_recorded() -> None:
    world = World(LIVE)
    world.state.failing = {"": Unavailable("away")}
    await world.renewal.on_message(str(MESSAGE), 1)
    assert len(world.queues.main.sent) == 1


async def test_garbage_on_the_queue_is_poison_and_changes_nothing() -> None:
    world = World(LIVE)
    await world.renewal.on_message("no message of ours", 1)
    assert world.queues.poison_reasons == ["The message is not JSON."]
    assert world.graph.requests == []


def event(kind: LifecycleEvent, sent: timedelta, subscription_id: str | None = "s-1") -> str:
    """A message of a lifecycle event that was sent so long after the start."""
    message = SubscriptionMessage(tenant_id=TENANT, notified_at=NOW + sent, event=kind, subscription_id=subscription_id)
    return str(message)


@pytest.mark.parametrize("kind", get_args(LifecycleEvent))
async def test_a_thousand_lifecycle_events_at_once_cost_one_renewal(kind: LifecycleEvent) -> None:
    world = World(LIVE)
    world.clock.forward(SECOND)
    await asyncio.gather(*(world.renewal.on_message(event(kind, timedelta()), 1) for _ in range(1_000)))
    assert world.graph.requests == ["list", "renew s-1"]
    assert len(world.gaps.reconciled) == (kind == "missed")


@pytest.mark.parametrize(
    ("kind", "sent", "subscription_id", "is_renewed"),
    [
        ("reauthorizationRequired", 60, "s-1", False),
        ("reauthorizationRequired", 61, "s-1", True),
        ("unknown", 60, None, False),
        ("subscriptionRemoved", 0, "s-1", False),
        ("subscriptionRemoved", 1, "s-1", True),
        ("subscriptionRemoved", 1, None, True),
        ("subscriptionRemoved", 60, "s-former", False),
        ("missed", 0, "s-1", True),
    ],
)
async def test_an_event_is_about_what_was_done_if_it_was_sent_before_or_just_after(
    kind: LifecycleEvent, sent: int, subscription_id: str | None, is_renewed: bool
) -> None:
    world = World(LIVE)
    await world.renewal.on_message(event("reauthorizationRequired", timedelta()), 1)
    world.graph.requests.clear()
    world.clock.forward(2 * MINUTE)
    await world.renewal.on_message(event(kind, sent * SECOND, subscription_id), 1)
    assert bool(world.graph.requests) is is_renewed


async def test_what_graph_missed_is_looked_for_as_far_back_as_it_delivers() -> None:
    world = World(LIVE)
    await world.renewal.on_schedule()
    world.clock.forward(MINUTE)
    await world.renewal.on_message(event("missed", MINUTE), 1)
    assert world.gaps.reconciled == [NOW + MINUTE - timedelta(hours=4)]
    await world.renewal.on_message(event("missed", 2 * MINUTE), 1)
    assert len(world.gaps.reconciled) == 1


async def test_what_graph_missed_is_looked_for_as_far_back_as_the_subscription_was_not_seen_alive() -> None:
    world = World(LIVE)
    await world.renewal.on_schedule()
    world.clock.forward(timedelta(hours=9))
    await world.renewal.on_message(event("missed", timedelta(hours=9)), 1)
    assert world.gaps.reconciled == [NOW]


async def test_an_event_after_a_failure_is_tried() -> None:
    world = World(LIVE)
    await world.renewal.on_message(event("missed", timedelta()), 1)
    world.graph.failing = {"renew": Unavailable("away")}
    world.clock.forward(2 * MINUTE)
    await world.renewal.on_message(event("missed", 2 * MINUTE), 1)
    assert world.recorded["missedSince"] == (NOW + 2 * MINUTE - timedelta(hours=4)).isoformat()
    world.graph.failing = {}
    await world.renewal.on_message(event("missed", 2 * MINUTE), 1)
    assert len(world.gaps.reconciled) == 2
    assert "missedSince" not in world.recorded
