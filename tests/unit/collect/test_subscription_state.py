"""What the renewal of a subscription remembers: whose it is, its secret, and until when it was alive."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from callrecords.collect.subscription import SUBSCRIPTION
from callrecords.errors import Forbidden, Refused, Unavailable
from callrecords.ports.subscriptions import Subscription
from tests.invented import CLIENT_STATE, NOW
from tests.unit.collect.subscription_world import AGEING, HALF_A_MINUTE, LIVE, NOTIFICATIONS, TARGET, World, renewed

DAY = timedelta(days=1)
NEW_SECRET = replace(TARGET, client_state="the-secret-of-next-month")
NEW_URL = replace(TARGET, notification_url="https://new.fabrikam.example/api/graph/notifications")


@pytest.mark.parametrize(("subscription", "action"), [(LIVE, "kept"), (AGEING, "renewed"), (None, "created")])
async def test_what_was_done_is_recorded(subscription: Subscription | None, action: str) -> None:
    world = World(subscription) if subscription else World()
    await world.renewal.on_schedule()
    (held,) = world.graph.held
    reauthorized = {} if action == "kept" else {"reauthorizedAt": NOW.isoformat()}
    compared = {"comparedAt": NOW.isoformat()} if action == "created" else {}
    assert world.recorded == reauthorized | compared | {
        "action": action,
        "subscriptionId": held.id,
        "expires": held.expires.isoformat(),
        "notificationUrl": NOTIFICATIONS,
        "clientStateDigest": TARGET.digest,
        "formerIds": [],
        "aliveAt": NOW.isoformat(),
        "at": NOW.isoformat(),
    }


@pytest.mark.parametrize("request_name", ["list", "renew"])
async def test_a_failure_is_recorded_beside_what_is_known_and_logged(
    request_name: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = await renewed(LIVE)
    before = world.recorded
    world.graph.held = [AGEING, replace(AGEING, id="s-2")]
    world.graph.failing = {request_name: Forbidden("Subscriptions: Graph answered 403.")}
    caplog.clear()
    await world.renewal.on_schedule()
    at = (NOW + HALF_A_MINUTE).isoformat()
    assert world.recorded == {**before, "action": "failed", "error": "Subscriptions: Graph answered 403.", "at": at}
    assert [(each.levelno, each.getMessage()) for each in caplog.records] == [
        (logging.ERROR, "Subscriptions: Graph answered 403.")
    ]


async def test_a_defect_is_recorded_as_well_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    world = await renewed(LIVE)
    world.graph.failing = {"list": KeyError("of alex@fabrikam.example")}
    await world.renewal.on_schedule()
    assert world.recorded["action"] == "failed"
    assert world.recorded["error"].startswith("An unexpected KeyError in ")
    assert caplog.messages[-1] == world.recorded["error"]
    assert "alex" not in world.recorded["error"]


async def test_a_failure_is_forgotten_after_a_success() -> None:
    world = await renewed(LIVE)
    world.graph.failing = {"list": Forbidden("no")}
    await world.renewal.on_schedule()
    world.graph.failing = {}
    await world.renewal.on_schedule()
    assert world.recorded["action"] == "kept"
    assert "error" not in world.recorded


@pytest.mark.parametrize("failing", ["read", "write"])
async def test_the_schedule_goes_on_when_the_state_cannot_be_reached(
    failing: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = World(LIVE)
    world.state.failing = {
        SUBSCRIPTION.id if failing == "write" else "": Unavailable("State: Cosmos could not be reached.")
    }
    await world.renewal.on_schedule()
    assert caplog.messages[-1] == "State: Cosmos could not be reached."


async def test_after_a_rotation_a_subscription_with_the_new_secret_is_there_before_the_old_one_goes() -> None:
    world = await renewed(LIVE)
    await world.renewal_for(NEW_SECRET).on_schedule()
    assert world.graph.requests == ["list", "create", "delete s-1"]
    assert world.graph.client_states == [NEW_SECRET.client_state]
    assert world.recorded["clientStateDigest"] == NEW_SECRET.digest != TARGET.digest
    world.graph.requests.clear()
    await world.renewal_for(NEW_SECRET).on_schedule()
    assert world.graph.requests == ["list"]


async def test_while_no_subscription_with_the_new_secret_can_be_made_the_old_one_stays() -> None:
    world = await renewed(LIVE)
    world.graph.failing = {"create": Refused("validation timed out")}
    await world.renewal_for(NEW_SECRET).on_schedule()
    assert world.held_ids == ["s-1"]
    assert world.recorded["clientStateDigest"] == TARGET.digest
    world.graph.failing = {}
    await world.renewal_for(NEW_SECRET).on_schedule()
    assert world.held_ids == ["s-new-1"]


async def test_an_old_subscription_that_cannot_be_deleted_does_not_lead_to_ever_more_new_ones() -> None:
    world = await renewed(LIVE)
    world.graph.failing = {"delete": Unavailable("away")}
    for _ in range(3):
        await world.renewal_for(NEW_SECRET).on_schedule()
    assert world.held_ids == ["s-1", "s-new-1"]


async def test_of_duplicates_the_one_that_the_app_knows_is_kept() -> None:
    world = await renewed(LIVE)
    longer = replace(LIVE, id="s-0", expires=LIVE.expires + DAY)
    world.graph.held.append(longer)
    await world.renewal.on_schedule()
    assert world.held_ids == ["s-1"]
    assert world.gaps.reconciled == []


async def test_what_could_not_be_deleted_goes_with_the_next_run(caplog: pytest.LogCaptureFixture) -> None:
    world = await renewed(LIVE)
    world.graph.held.append(replace(LIVE, id="s-2"))
    world.graph.failing = {"delete": Unavailable("Subscription s-2: Graph answered 503.")}
    await world.renewal.on_schedule()
    assert world.recorded["action"] == "kept"
    assert caplog.messages[-1] == "Subscription s-2: Graph answered 503."
    world.graph.failing = {}
    await world.renewal.on_schedule()
    assert world.held_ids == ["s-1"]


async def test_after_a_move_the_apps_own_old_subscription_is_removed_and_foreign_ones_are_left() -> None:
    world = await renewed(LIVE)
    foreign = replace(LIVE, id="s-foreign", notification_url="https://other.fabrikam.example/notifications")
    world.graph.held.append(foreign)
    await world.renewal_for(NEW_URL).on_schedule()
    assert world.graph.requests == ["list", "create", "delete s-1"]
    assert world.held_ids == ["s-foreign", "s-new-1"]
    assert world.recorded["notificationUrl"] == NEW_URL.notification_url


async def test_after_a_move_an_old_subscription_that_could_not_be_removed_goes_with_the_next_run() -> None:
    world = await renewed(LIVE)
    world.graph.failing = {"delete": Unavailable("away")}
    await world.renewal_for(NEW_URL).on_schedule()
    world.graph.failing = {}
    await world.renewal_for(NEW_URL).on_schedule()
    assert world.held_ids == ["s-new-1"]


async def test_the_secret_is_in_no_log_and_no_record(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    world = World()
    await world.renewal.on_schedule()
    assert CLIENT_STATE not in caplog.text + repr(world.state.items)
