"""What is told of each link of the chain."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from azure.storage.queue.aio import QueueServiceClient

from callrecords.collect import auditrun
from callrecords.collect.arrivals import LAST_ARRIVAL
from callrecords.collect.auditrun import Audit, AuditOutcome
from callrecords.collect.phone.run import PhoneOutcome, PhoneRefused, imported, refused
from callrecords.collect.reconcile.ladder import LADDER, RUNGS
from callrecords.collect.subscription import SUBSCRIPTION, SubscriptionState
from callrecords.errors import CallRecordsError, Forbidden, Throttled, Unavailable
from callrecords.operate import links
from callrecords.ports.phonerow import PhoneSource
from callrecords.ports.state import StateItems
from callrecords.usage.rollup import ROLL_UP, RollUpState
from tests.integration.operate.health_world import HOUR, World, give_up, ladder, subscription
from tests.invented import DAY, NOW, call_message

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
async def world(queue_service: QueueServiceClient) -> World:
    return await World.create(queue_service)


@pytest.mark.parametrize("error", [Forbidden("Graph answered 403."), Unavailable("Graph could not be reached.")])
async def test_what_graph_answers_is_told(world: World, error: CallRecordsError) -> None:
    world.graph.failure = error
    assert await world.why("graph") == str(error)


async def test_a_graph_that_throttles_knows_the_app_and_is_no_broken_link(world: World) -> None:
    world.graph.failure = Throttled("held back for 20 s", 20)
    assert await world.broken() is None
    assert await world.facts("graph") == {"note": "held back for 20 s"}


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (SubscriptionState(action="failed", error="Graph answered 400.", at=NOW), "Graph answered 400."),
        (
            SubscriptionState(action="kept", expires=NOW, alive_at=NOW, client_state_digest="0" * 16, at=NOW),
            "it expired at 2026-03-04T10:30:00+00:00",
        ),
    ],
)
async def test_what_is_wrong_with_the_subscription_is_told(world: World, state: SubscriptionState, why: str) -> None:
    world.state.hold(SUBSCRIPTION, state)
    assert await world.why("subscription") == why
    assert await world.facts("subscription") == replace(state, client_state_digest=None).as_json()


async def test_a_subscription_that_nobody_has_created_is_told(world: World) -> None:
    del world.state.items[SUBSCRIPTION.id]
    assert await world.why("subscription") == "there is none yet: renew_subscription_on_schedule creates it"
    assert await world.facts("subscription") == {}


@pytest.mark.parametrize(
    ("link", "item_id", "field"),
    [
        ("subscription", SUBSCRIPTION.id, "expires"),
        ("ingest", LAST_ARRIVAL.id, "at"),
        ("reconcile", LADDER.id, "at"),
        ("audit", "audit-early", "finished"),
    ],
)
async def test_what_is_remembered_and_is_damaged_is_a_broken_link(
    world: World, link: str, item_id: str, field: str
) -> None:
    world.state.hold(auditrun.ended("early"), audited(world.clock.now))
    world.state.items[item_id][field] = "tomorrow"
    expected = f"{field} is 'tomorrow': expected a time with its offset from UTC."
    assert await world.why(link) == f"State {item_id} is damaged: {expected}"
    assert await world.why("cosmos") is None


async def test_how_far_the_change_feed_is_read_is_not_told(world: World) -> None:
    world.state.hold(ROLL_UP, RollUpState(position="a token", at=world.clock.now))
    assert await world.facts("usage") == {"at": world.clock.now.isoformat(), "failedDays": []}


async def test_a_subscription_is_alive_until_it_expires(world: World) -> None:
    world.state.hold(SUBSCRIPTION, subscription(world.clock.now, expires=world.clock.now + 6 * SECOND))
    assert await world.why("subscription") is None
    world.clock.forward(6 * SECOND)
    assert (await world.why("subscription") or "").startswith("it expired at ")


async def test_a_subscription_that_nobody_renews_is_told_before_it_expires(world: World) -> None:
    world.clock.forward(24 * HOUR)
    assert await world.why("subscription") is None
    world.clock.forward(6 * SECOND)
    assert (await world.why("subscription") or "").startswith("it was last seen alive at ")


async def test_a_subscription_that_could_never_be_made_is_told(world: World) -> None:
    world.state.hold(SUBSCRIPTION, SubscriptionState(action="creating", at=world.clock.now))
    assert (await world.why("subscription") or "").startswith("there is none yet")


async def test_graph_is_asked_once_a_minute_while_it_answers(world: World) -> None:
    for _ in range(10):
        await world.health()
        world.clock.forward(6 * SECOND)
    assert len(world.graph.asked) == 1
    world.graph.failure = Forbidden("Graph answered 403.")
    for _ in range(3):
        assert await world.why("graph") == "Graph answered 403."
        world.clock.forward(6 * SECOND)
    assert len(world.graph.asked) == 4


async def test_the_depth_of_each_queue_and_the_age_of_its_oldest_message_are_told(world: World) -> None:
    await world.calls.main.send_message(str(call_message()))
    await world.calls.main.send_message(str(call_message()))
    world.clock.forward(20 * MINUTE)
    facts = await world.facts("queues")
    assert facts["call-records"]["depth"] == 2
    assert facts["call-records"]["oldestSeconds"] == pytest.approx(20 * 60, abs=5)  # Azurite's clock has seconds
    assert facts["subscriptions"] == {"depth": 0, "oldestSeconds": 0, "firstSeenSeconds": 0}
    assert await world.why("queues") is None


async def test_messages_that_have_waited_for_over_an_hour_and_a_half_are_told(world: World) -> None:
    await world.lifecycle.main.send_message(str(call_message()))
    world.clock.forward(91 * MINUTE)
    assert (await world.why("queues") or "").startswith("messages of subscriptions have waited for 1:3")
    await world.calls.main.send_message(str(call_message()))
    world.clock.forward(91 * MINUTE)
    assert (await world.why("queues") or "").startswith("messages of call-records have waited for ")


async def test_a_queue_that_cannot_be_reached_is_told(world: World) -> None:
    await world.lifecycle.main.delete_queue()
    assert await world.why("queues") == "subscriptions: The queue could not be reached (ResourceNotFoundError)."


async def test_what_was_given_up_is_told_with_the_reasons(world: World) -> None:
    for queues, reason in ((world.calls, "a"), (world.calls, "b"), (world.lifecycle, "a"), (world.calls, "a")):
        await give_up(queues, reason)
    assert await world.why("poison") == "4 messages were given up"
    assert await world.facts("poison") == {
        "call-records": {"count": 3, "reasons": {"a": 2, "b": 1}},
        "subscriptions": {"count": 1, "reasons": {"a": 1}},
    }


async def test_what_the_use_cases_remember_is_told(world: World) -> None:
    none = {"count": 0, "p50Seconds": None, "p95Seconds": None}
    assert await world.facts("ingest") == {**world.state.items[LAST_ARRIVAL.id], "lastHour": none}


async def test_how_far_the_comparison_is_and_what_is_lacking_is_told(world: World) -> None:
    known = ladder(world.clock.now, {"6 h": 2})
    lacking = {"2026-03-04T10:00:00+00:00": 3, "2026-03-04T11:00:00+00:00": 1}
    world.state.hold(LADDER, replace(known, calls_a_day=600_000, lacking=lacking))
    facts = await world.facts("reconcile")
    assert facts.pop("behindSeconds").keys() == {"6 h", "2 d", "29 d"}
    assert facts == {
        "lastCompleteDay": "2026-03-01",
        "comparedUntil": known.reached["6 h"].isoformat(),
        "lackingCalls": 4,
        "callsADay": 600_000,
        "minutesOfEachHour": 60,
        "at": known.at.isoformat(),
    }


@pytest.mark.parametrize(("rung", "hours"), [("1 h", 6), ("2 h", 18), ("29 d", 18)])
async def test_a_comparison_may_be_some_hours_behind(world: World, rung: str, hours: int) -> None:
    age = next(each.age for each in RUNGS if each.name == rung)
    world.clock.now = (world.clock.now + age).replace(minute=0, second=0, microsecond=0) - age
    world.state.hold(LADDER, ladder(world.clock.now, {rung: hours + 1}))
    assert await world.why("reconcile") is None
    world.clock.forward(6 * SECOND)
    assert await world.why("reconcile") == f"the comparison {rung} after each hour is {hours}:00:06 behind"


async def test_a_first_comparison_that_has_not_ended_is_no_broken_link(world: World) -> None:
    del world.state.items[LADDER.id]
    assert await world.why("reconcile") is None


@pytest.mark.parametrize("source", ["pstn", "directRouting"])
async def test_rows_of_phone_calls_that_graph_refuses_are_told_with_the_permission_for_an_hour(
    world: World, source: PhoneSource
) -> None:
    error = "Graph answered 403. The permission for it is CallRecord-PstnCalls.Read.All."
    world.state.hold(refused(source), PhoneRefused(at=world.clock.now, error=error))
    assert await world.why("phone") == error
    world.clock.forward(HOUR)
    assert await world.why("phone") is None


@pytest.mark.parametrize("timer", ["import_pstn_calls", "import_direct_routing_calls"])
async def test_an_import_of_phone_calls_that_never_ends_is_a_broken_link_in_time(world: World, timer: str) -> None:
    first_seen = world.clock.now
    other: PhoneSource = "directRouting" if timer == "import_pstn_calls" else "pstn"
    assert await world.why("phone") is None
    world.clock.forward(48 * HOUR)
    ended = PhoneOutcome(
        first_day=DAY, last_day=DAY, finished=world.clock.now, at=world.clock.now, imported_from=DAY, told=3
    )
    world.state.hold(imported(other), ended)
    assert await world.why("phone") is None
    world.clock.forward(6 * SECOND)
    assert await world.why("phone") == f"{timer} has never come to its end since {first_seen.isoformat()}"
    assert (await world.facts("phone"))[other] == ended.as_json()


def test_where_no_phone_calls_are_imported_the_link_says_so_and_holds() -> None:
    link = links.phone(StateItems({}), NOW, {})
    assert (link.why, link.facts) == (None, {"isOn": False})


def audited(finished: datetime) -> AuditOutcome:
    """The outcome of an audit that has ended."""
    return AuditOutcome(compared=5, whole=5, first_day=DAY, last_day=DAY, finished=finished, at=finished)


async def test_what_audits_found_is_told(world: World) -> None:
    assert await world.facts("audit") == {"early": {}, "late": {}, "command": {}}
    outcome = audited(world.clock.now)
    world.state.hold(auditrun.ended("late"), outcome)
    assert await world.why("audit") is None
    world.clock.forward(6 * SECOND)
    assert (await world.facts("audit"))["late"] == outcome.as_json()


@pytest.mark.parametrize("audit", ["early", "late"])
async def test_an_audit_of_every_day_may_have_ended_three_days_ago(world: World, audit: Audit) -> None:
    finished = world.clock.now - 72 * HOUR
    world.state.hold(auditrun.ended(audit), audited(finished))
    assert await world.why("audit") is None
    world.clock.forward(6 * SECOND)
    assert await world.why("audit") == f"the {audit} audit last came to its end at {finished.isoformat()}"


async def test_an_audit_on_command_may_be_of_any_age(world: World) -> None:
    world.state.hold(auditrun.ended("command"), audited(world.clock.now - 999 * HOUR))
    assert await world.why("audit") is None
