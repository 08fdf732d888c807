"""A time without a subscription, and the search for what was missed in it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from callrecords.callrecord import GRAPH_KEEPS
from callrecords.errors import Refused, Unavailable
from callrecords.ports.subscriptions import Subscription
from tests.invented import NOW
from tests.unit.collect.subscription_world import AGEING, LIVE, World, renewed

DAY = timedelta(days=1)


async def test_the_first_subscription_ever_has_all_that_graph_keeps_reconciled() -> None:
    world = World()
    await world.renewal.on_schedule()
    assert world.gaps.reconciled == [NOW - GRAPH_KEEPS]


@pytest.mark.parametrize("held", [[], [replace(LIVE, id="s-2")]], ids=["a new one", "one that another run made"])
async def test_another_subscription_begins_a_search_from_when_the_last_was_seen_alive(
    held: list[Subscription],
) -> None:
    world = await renewed(LIVE)
    world.graph.held = held
    await world.renewal.on_schedule()
    assert world.gaps.reconciled == [NOW]


@pytest.mark.parametrize("held", [LIVE, AGEING], ids=["kept", "renewed"])
async def test_the_same_subscription_begins_no_search(held: Subscription) -> None:
    world = await renewed(LIVE)
    world.graph.held = [held]
    await world.renewal.on_schedule()
    assert world.gaps.reconciled == []
    assert world.recorded["aliveAt"] == world.clock.now.isoformat()


async def test_failures_do_not_make_a_subscription_look_alive() -> None:
    world = await renewed(LIVE)
    world.graph.held, world.graph.failing = [], {"create": Refused("validation timed out")}
    for _ in range(3):
        world.clock.forward(DAY)
        await world.renewal.on_schedule()
    world.graph.failing = {}
    await world.renewal.on_schedule()
    assert world.gaps.reconciled == [NOW]
    assert datetime.fromisoformat(world.recorded["aliveAt"]) == world.clock.now


async def test_a_search_that_could_not_be_begun_is_begun_by_the_next_run() -> None:
    world = await renewed(LIVE)
    world.graph.held = []
    world.gaps.failure = Unavailable("The queue could not be reached.")
    for _ in range(2):
        await world.renewal.on_schedule()
        world.clock.forward(DAY)
    assert (world.recorded["subscriptionId"], world.recorded["missedSince"]) == ("s-new-1", NOW.isoformat())
    world.gaps.failure = None
    for _ in range(2):
        await world.renewal.on_schedule()
    assert world.graph.requests.count("create") == 1
    assert world.gaps.reconciled == [NOW]
    assert "missedSince" not in world.recorded


async def test_a_search_that_could_not_be_begun_is_not_forgotten_over_the_loss_of_another_subscription() -> None:
    world = await renewed(LIVE)
    world.gaps.failure = Unavailable("The queue could not be reached.")
    for _ in range(2):
        world.graph.held = []
        await world.renewal.on_schedule()
        world.clock.forward(DAY)
    world.gaps.failure = None
    await world.renewal.on_schedule()
    assert world.gaps.reconciled == [NOW]
