"""A time without a subscription, and the search for what was missed in it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from callrecords.errors import Refused, Unavailable
from callrecords.subscriptions import Subscription
from tests.unit.invented import NOW
from tests.unit.subscription_world import AGEING, ENDPOINT, LIVE, World, cared_for

DAY = timedelta(days=1)
NEW_SECRET = replace(ENDPOINT, client_state="the-secret-of-next-month")
NEW_URL = replace(ENDPOINT, notification_url="https://new.fabrikam.example/api/graph/notifications")


async def test_the_first_subscription_ever_begins_a_search_through_all_that_graph_has() -> None:
    world = World()
    await world.care.on_schedule()
    assert world.gap_finder.begun == [None]


@pytest.mark.parametrize("held", [[], [replace(LIVE, id="s-2")]], ids=["a new one", "one that another run made"])
async def test_another_subscription_begins_a_search_from_when_the_last_was_seen_alive(
    held: list[Subscription],
) -> None:
    world = await cared_for(LIVE)
    world.graph.held = held
    await world.care.on_schedule()
    assert world.gap_finder.begun == [NOW]


@pytest.mark.parametrize("held", [LIVE, AGEING], ids=["kept", "renewed"])
async def test_the_same_subscription_begins_no_search(held: Subscription) -> None:
    world = await cared_for(LIVE)
    world.graph.held = [held]
    await world.care.on_schedule()
    assert world.gap_finder.begun == []
    assert world.recorded["aliveAt"] == world.clock.now.isoformat()


async def test_failures_do_not_make_a_subscription_look_alive() -> None:
    world = await cared_for(LIVE)
    world.graph.held, world.graph.failing = [], {"create": Refused("validation timed out")}
    for _ in range(3):
        world.clock.forward(DAY)
        await world.care.on_schedule()
    world.graph.failing = {}
    await world.care.on_schedule()
    assert world.gap_finder.begun == [NOW]
    assert datetime.fromisoformat(world.recorded["aliveAt"]) == world.clock.now


async def test_the_state_is_written_after_the_search_has_begun_and_a_stop_in_between_begins_it_again() -> None:
    world = await cared_for(LIVE)
    before, world.graph.held = world.recorded, []
    world.gap_finder.failure = Unavailable("The queue could not be reached.")
    await world.care.on_schedule()
    assert world.recorded == before
    world.gap_finder.failure = None
    await world.care.on_schedule()
    assert world.graph.requests.count("create") == 1
    assert (world.gap_finder.begun, world.gap_finder.known) == ([NOW], [before])
    assert world.recorded["subscriptionId"] == "s-new-1"
