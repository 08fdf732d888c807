import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from azure.storage.queue.aio import QueueServiceClient

from callrecords.collect.auditrun import AuditOutcome, ended
from callrecords.collect.phone.run import PhoneRefused, refused
from callrecords.collect.reconcile.ladder import LADDER
from callrecords.collect.subscription import SUBSCRIPTION, SubscriptionState
from callrecords.errors import Forbidden, Unavailable
from callrecords.operate import health, links
from callrecords.operate.report import Link
from callrecords.usage.rollup import ROLL_UP, RollUpState
from tests.integration.operate.health_world import HOUR, OWN_SUBSCRIPTION, World, give_up, ladder
from tests.invented import NOW

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
async def world(queue_service: QueueServiceClient) -> World:
    return await World.create(queue_service)


async def without_cosmos(world: World) -> None:
    world.state.failing[""] = Unavailable("Cosmos answered 503.")


async def without_permission(world: World) -> None:
    world.graph.failure = Forbidden("Graph answered 403.")


async def without_subscription(world: World) -> None:
    world.state.hold(SUBSCRIPTION, SubscriptionState(action="creating", former_ids=(OWN_SUBSCRIPTION,), at=NOW))


async def without_queue(world: World) -> None:
    await world.calls.main.delete_queue()


async def with_poison(world: World) -> None:
    await give_up(world.lifecycle, "no")


async def with_drops(world: World) -> None:
    world.drop({"wrong clientState": 3}, OWN_SUBSCRIPTION)


async def with_a_missing_call(world: World) -> None:
    await world.name_missing("Graph's answer is not JSON.")


async def without_a_timer(world: World) -> None:
    world.beat("reconcile_on_schedule", world.clock.now - 3 * HOUR)


async def without_reconciliation(world: World) -> None:
    world.state.hold(LADDER, ladder(world.clock.now, {"1 h": 8}))


async def with_refused_phone_calls(world: World) -> None:
    world.state.hold(refused("pstn"), PhoneRefused(at=world.clock.now, error="Graph answered 403."))


async def without_audit(world: World) -> None:
    finished = world.clock.now - 73 * HOUR
    outcome = AuditOutcome(first_day="2026-03-04", last_day="2026-03-04", finished=finished, at=finished)
    world.state.hold(ended("late"), outcome)


async def without_roll_up(world: World) -> None:
    error = "Roll-up of 2026-03-04: Cosmos answered 413."
    world.state.hold(ROLL_UP, RollUpState(at=world.clock.now, failed_days=("2026-03-04",), error=error))


CHAIN: dict[str, Callable[[World], Awaitable[None]]] = {
    "cosmos": without_cosmos,
    "graph": without_permission,
    "subscription": without_subscription,
    "notifications": with_drops,
    "queues": without_queue,
    "poison": with_poison,
    "missing": with_a_missing_call,
    "timers": without_a_timer,
    "reconcile": without_reconciliation,
    "phone": with_refused_phone_calls,
    "audit": without_audit,
    "usage": without_roll_up,
}


async def test_where_all_is_well_every_link_holds(world: World) -> None:
    report = await world.health()
    assert report.healthy
    assert [link for link in report.links if link not in ("settings", "ingest")] == list(CHAIN)
    assert report.as_json()["broken"] is None


@pytest.mark.parametrize("link", CHAIN)
async def test_a_link_that_is_broken_is_named(world: World, link: str) -> None:
    await CHAIN[link](world)
    assert await world.broken() == link
    assert not (await world.health()).healthy


@pytest.mark.parametrize("number", range(len(CHAIN)))
async def test_of_many_broken_links_the_first_of_the_way_is_named(world: World, number: int) -> None:
    for break_link in [*CHAIN.values()][number:]:
        await break_link(world)
    assert await world.broken() == [*CHAIN][number]


async def test_an_answer_is_good_for_some_seconds(world: World) -> None:
    first = await world.health()
    await with_poison(world)
    world.clock.forward(5 * SECOND)
    assert (await world.health()).links is first.links
    world.clock.forward(SECOND)
    assert await world.broken() == "poison"


async def test_a_bad_answer_is_good_for_as_long(world: World) -> None:
    await without_permission(world)
    await world.health()
    world.graph.failure = None
    assert await world.broken() == "graph"
    world.clock.forward(6 * SECOND)
    assert await world.broken() is None


async def test_many_who_ask_at_once_are_one_question_to_graph_and_one_to_cosmos(world: World) -> None:
    reports = await asyncio.gather(*(world.health() for _ in range(20)))
    assert all(report.links is reports[0].links for report in reports)
    assert world.graph.asked == [(world.clock.now, world.clock.now + MINUTE)]
    assert world.graph.listed == 1
    assert world.state.asked == 3  # single items, flows and calls that are missing


async def test_while_cosmos_is_frozen_all_who_ask_are_told_so_in_time(world: World) -> None:
    world.state.frozen = asyncio.Event()
    async with asyncio.timeout(3):
        reports = await asyncio.gather(*(world.health() for _ in range(100)))
    world.state.frozen.set()
    assert {report.links["cosmos"].why for report in reports} == {"Cosmos DB did not answer within 2 s"}
    assert all(report.links["queues"].why is None for report in reports)


async def test_while_a_queue_is_frozen_the_others_are_told_of(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    frozen = asyncio.Event()

    async def peek(**_: object) -> None:
        await frozen.wait()

    monkeypatch.setattr(world.lifecycle.main, "peek_messages", peek)
    async with asyncio.timeout(3):
        assert await world.why("queues") == "subscriptions: the queue did not answer within 2 s"
    assert (await world.facts("queues")).keys() == {"call-records"}


async def test_where_a_check_is_late_the_report_before_is_told_with_its_age(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await world.health()
    monkeypatch.setattr(health, "_ANSWERED_WITHIN_SECONDS", 0)
    world.clock.forward(30 * SECOND)
    late = await world.health()
    assert late.links is before.links
    assert late.as_json()["ageSeconds"] == 30


async def test_a_report_that_is_too_old_says_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.health()
    monkeypatch.setattr(health, "_ANSWERED_WITHIN_SECONDS", 0)
    world.clock.forward(31 * SECOND)
    assert await world.broken() == "check"


async def test_before_the_first_check_has_ended_nothing_is_known(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_ANSWERED_WITHIN_SECONDS", 0)
    report = await world.health()
    assert not report.healthy
    assert report.as_json()["broken"] == {"link": "check", "why": "it is not known yet: the check has not ended"}


async def test_a_graph_that_is_slow_is_no_broken_link_while_it_was_well_lately(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0)
    world.graph.frozen = asyncio.Event()
    assert await world.why("graph") == "Graph did not answer within 0 s"
    world.graph.frozen.set()
    monkeypatch.undo()
    world.clock.forward(6 * SECOND)
    assert await world.why("graph") is None
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0)
    world.graph.frozen.clear()
    world.clock.forward(4 * MINUTE)
    assert await world.facts("graph") == {"note": "Graph did not answer within 0 s"}
    world.clock.forward(MINUTE)
    assert await world.why("graph") == "Graph did not answer within 0 s"
    world.graph.frozen.set()


async def test_without_cosmos_every_link_that_it_tells_of_is_as_broken(world: World) -> None:
    await without_cosmos(world)
    for link in ("cosmos", "subscription", "ingest", "reconcile", "usage"):
        assert await world.why(link) == "Cosmos answered 503."
    assert await world.why("graph") is None


async def test_what_is_remembered_of_the_secret_is_not_told(world: World) -> None:
    world.state.items[SUBSCRIPTION.id] |= {"clientStateDigest": "0123456789abcdef"}
    assert "0123456789abcdef" not in str((await world.health()).as_json())


async def test_a_subscription_that_nobody_knows_to_be_alive_is_a_broken_link(world: World) -> None:
    world.state.hold(SUBSCRIPTION, SubscriptionState(action="kept", at=world.clock.now))
    assert await world.broken() == "subscription"


async def test_a_defect_in_one_check_is_a_broken_link(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def usage(*_: object) -> Link:
        raise KeyError("private")

    monkeypatch.setattr(links, "usage", usage)
    assert await world.broken() == "usage"
    assert (await world.why("usage") or "").startswith("An unexpected KeyError in ")


async def test_a_message_that_is_not_base64_is_a_message_like_any_other(world: World) -> None:
    await world.calls.raw_main.send_message("not base64!")
    assert await world.broken() is None
    await world.calls.raw_poison.send_message("not base64!")
    world.clock.forward(6 * SECOND)
    assert await world.broken() == "poison"
