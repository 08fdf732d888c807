"""What becomes of calls that a comparison found to be missing."""

from datetime import datetime
from itertools import pairwise

import pytest

from callrecords.collect.reconcile.counting import MOST_LACKING
from callrecords.errors import Unavailable
from callrecords.queues.messages import CallMessage
from tests.invented import CALL, NOW, TENANT, call_id
from tests.unit.collect.reconcile.world import DAY, HOUR, MINUTE, SECOND, Call, World, settled

START = datetime(2026, 3, 3, 9, tzinfo=NOW.tzinfo)
MISSING = Call(CALL, 2, START + MINUTE)


async def with_missing(*calls: Call) -> World:
    """A world in which a comparison has just found that these calls are missing."""
    world = await settled()
    world.graph.calls = list(calls)
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    await world.run()
    return world


def message(world: World, version: int | None = 2) -> CallMessage:
    return CallMessage(tenant_id=TENANT, notified_at=world.clock.now, call_id=CALL, reason="reconcile", version=version)


async def test_a_call_that_is_on_its_way_is_late_and_no_longer_when_it_is_here() -> None:
    world = await with_missing(MISSING)
    assert (world.hour(START).late, world.hour(START).newest) == (1, 0)
    world.fetch()
    await world.pass_time(10 * MINUTE)
    assert (world.hour(START).late, world.hour(START).newest, world.hour(START).lacking) == (0, 1, ())
    assert world.ladder.open_hours is None


async def test_graph_is_not_asked_again_for_a_call_that_is_on_its_way() -> None:
    world = await with_missing(MISSING)
    world.graph.asked.clear()
    await world.pass_time(30 * MINUTE)
    assert [span for span in world.graph.asked if span[0] <= MISSING.start < span[1]] == []


async def test_a_call_that_was_given_up_is_named_with_its_reason_until_it_is_here() -> None:
    world = await with_missing(MISSING)
    await world.given_up.note(message(world), f"never appeared: Call record {CALL}: Graph answered 404.")
    await world.pass_time(10 * MINUTE)
    hour = world.hour(START)
    assert (hour.late, hour.given_up, hour.newest) == (0, 1, 0)
    assert hour.given_up_reasons == {"never appeared: Call record <id>: Graph answered 404.": 1}
    assert [each.call_id for each in hour.lacking] == [CALL]
    world.rows.hold(MISSING)
    await world.given_up.forget(CALL, 2, world.clock.now)
    await world.pass_time(2 * HOUR)
    assert (world.hour(START).given_up, world.hour(START).newest) == (0, 1)


async def test_a_call_that_graph_has_forgotten_is_told_as_expired_for_good() -> None:
    world = await with_missing(MISSING)
    await world.given_up.note(message(world), "expired: Graph keeps a call record for 30 days")
    world.graph.calls.clear()
    await world.pass_time(3 * DAY, every=HOUR)
    assert (world.hour(START).expired, world.hour(START).late) == (1, 0)
    world.clock.forward(31 * DAY)
    await world.pass_time(2 * HOUR, every=HOUR)
    assert (world.hour(START).expired, world.day("2026-03-03").completeness) == (1, "incomplete")
    assert START.isoformat() not in (world.ladder.open_hours or {})


async def test_a_call_of_many_that_are_missing_is_found_though_only_some_can_be_named() -> None:
    calls = [Call(call_id(number), 1, START + number * SECOND) for number in range(250)]
    world = await with_missing(*calls)
    assert (world.hour(START).late, len(world.hour(START).lacking)) == (250, MOST_LACKING)
    world.fetch()
    await world.pass_time(20 * MINUTE)
    hour = world.hour(START)
    assert (hour.late, hour.newest, hour.lacking_more, hour.rung) == (0, 250, 0, "again")


async def test_cosmos_is_asked_for_so_many_calls_in_a_visit_and_for_the_others_in_the_next() -> None:
    hours = [START.replace(hour=hour) for hour in range(12)]
    calls = [Call(call_id(number), 1, hours[number % 12] + number * SECOND) for number in range(1_500)]
    world = await with_missing(*calls)
    world.fetch()
    await world.pass_time(10 * MINUTE)
    assert world.day("2026-03-03").late == 3 * 125
    await world.pass_time(10 * MINUTE)
    assert world.day("2026-03-03").late == 0


async def test_an_hour_of_which_nothing_is_known_any_more_is_not_looked_at() -> None:
    world = await with_missing(MISSING)
    world.completeness.held.clear()
    await world.pass_time(10 * MINUTE)
    assert world.ladder.open_hours is None


@pytest.mark.parametrize("away", ["rows", "completeness"])
async def test_while_cosmos_is_away_nothing_is_forgotten(away: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = await with_missing(MISSING)

    async def fail(*_: object) -> None:
        raise Unavailable("away")

    method = {"rows": (world.rows, "row"), "completeness": (world.completeness, "days")}[away]
    with monkeypatch.context() as patch:
        patch.setattr(*method, fail)
        world.clock.forward(10 * MINUTE)
        await world.reconciliation.on_schedule()
        await world.take()
    world.fetch()
    await world.run()
    assert world.hour(START).late == 0


async def test_a_call_that_was_found_before_is_no_news_to_a_later_comparison() -> None:
    world = await with_missing(MISSING)
    world.clock.forward(MINUTE)
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    await world.run()
    assert world.day("2026-03-03").corrections == ()
    assert (world.hour(START).missing, world.hour(START).late) == (0, 1)


async def hours_of_tries(world: World, hours: int) -> list[int]:
    """The hours after which the call was enqueued, and then given up again."""
    tried = []
    for number in range(hours):
        for sent in world.calls.main.sent:
            tried.append(number)
            await world.given_up.note(CallMessage.parse(sent.text), "no")
        world.calls.main.sent.clear()
        await world.pass_time(HOUR)
    return tried


async def test_a_call_that_was_given_up_is_brought_up_ever_less_often_and_daily_in_the_end() -> None:
    world = await with_missing(MISSING)
    tried = await hours_of_tries(world, 5 * 24)
    pauses = [after - before for before, after in pairwise(tried)]
    assert pauses[0] == 1
    assert all(after <= 2 * before + 2 for before, after in pairwise(pauses))
    assert all(20 <= pause <= 24 for pause in pauses[-2:])


async def test_a_newer_version_of_what_was_given_up_is_brought_up_at_once() -> None:
    world = await with_missing(MISSING)
    await hours_of_tries(world, 10)
    world.graph.calls = [Call(CALL, 3, MISSING.start)]
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    await world.run()
    assert [sent.document["version"] for sent in world.calls.main.sent] == [3]


async def test_a_call_about_which_there_can_be_no_message_any_more_is_brought_up_again() -> None:
    world = await with_missing(MISSING)
    await world.pass_time(3 * HOUR)
    assert world.hour(START).rung == "27 h"
    world.calls.main.sent.clear()
    await world.pass_time(13 * HOUR)
    assert world.enqueued == []
    await world.pass_time(3 * HOUR)
    assert CALL in world.enqueued


async def test_a_call_that_was_given_up_and_is_here_after_all_is_not_named_any_more() -> None:
    world = await settled(MISSING)
    await world.given_up.note(message(world), "no")
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    await world.run()
    assert await world.given_up.all() == []
    assert world.hour(START).newest == 1


async def test_a_notification_that_was_given_up_keeps_no_later_version_away_where_an_older_one_is_stored() -> None:
    world = await settled()
    world.graph.calls = [MISSING]
    world.rows.hold(MISSING, 1)
    for _ in range(2):
        await world.given_up.note(message(world, version=None), "no")
        world.clock.forward(HOUR)
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    await world.run()
    assert world.enqueued == [CALL]
