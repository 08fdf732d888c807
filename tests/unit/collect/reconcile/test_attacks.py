"""What once made a day complete that was not, or stopped all comparisons."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from callrecords.collect.reconcile.counting import MOST_LACKING
from callrecords.collect.reconcile.ladder import ASKED, LADDER
from callrecords.collect.reconcile.run import RUNNING, ReconcileMessage, Task
from callrecords.errors import Throttled, Unavailable
from callrecords.ports.completeness import HourCompared, LackingCall
from tests.invented import CALL, NOW, TENANT, call_id
from tests.unit.collect.reconcile.world import DAY, HOUR, MINUTE, SECOND, Call, World, at_list, calls_every, settled

START = datetime(2026, 3, 3, tzinfo=NOW.tzinfo)
OF_THE_DAY = calls_every(30 * MINUTE, START, START + DAY)


async def forgetting(world: World, calls: list[Call], time: timedelta, every: timedelta = HOUR) -> None:
    """Lets time pass with a Graph that forgets what started 30 days ago."""
    end = world.clock.now + time
    while world.clock.now < end:
        world.graph.calls = [call for call in calls if call.start > world.clock.now + every - 30 * DAY]
        await world.pass_time(every, every=every)


async def test_a_second_that_graph_never_listed_and_then_forgets_stays_left_aside() -> None:
    world = await settled(*OF_THE_DAY)
    del world.rows.held["2026-03-03"][OF_THE_DAY[20].call_id]
    world.graph.fail_over(OF_THE_DAY[20].start, Unavailable("504"))
    await forgetting(world, OF_THE_DAY, 31 * DAY, every=2 * HOUR)
    world.graph.failing = lambda _: None
    await forgetting(world, OF_THE_DAY, 2 * DAY)
    day = world.day("2026-03-03")
    assert (day.completeness, day.left_aside) == ("incomplete", 1)


async def test_hours_that_graph_has_forgotten_before_their_turn_are_not_compared() -> None:
    world = await settled(*OF_THE_DAY)
    await world.reconciliation.over_gap(NOW - 30 * DAY)
    world.clock.forward(31 * DAY)
    world.graph.calls.clear()
    await world.run()
    assert "2026-03-03" not in world.completeness.held
    assert not [key for key in world.state.items if key.startswith(ASKED.id)]


async def test_an_hour_that_nobody_went_on_with_for_long_is_begun_anew_or_passed_over() -> None:
    calls = calls_every(SECOND, START + 9 * HOUR, START + 10 * HOUR)
    for pause in (DAY, 30 * DAY):
        world = await settled()
        world.graph.calls = calls
        world.graph.takes = 5 * SECOND
        await world.reconciliation.over_days("2026-03-03", "2026-03-03")
        while not (world.waiting.hour and world.waiting.hour.listed):
            await world.take()
        (half,) = world.queues.main.sent
        world.queues.main.sent.clear()
        world.graph.takes = timedelta()
        world.clock.forward(pause)
        world.graph.calls = [call for call in calls if call.start > world.clock.now - 30 * DAY]
        await world.reconciliation.on_message(half.text, 1)
        await world.run()
        hours = [each for day in world.completeness.held.values() for each in day.hours if each.start.hour == 9]
        assert [each.listed for each in hours if each.start == START + 9 * HOUR] == [3_600] * (pause == DAY)
        assert all(each.compared_at >= world.clock.now - HOUR for each in hours if each.start == START + 9 * HOUR)


async def test_a_stretch_that_graph_does_not_list_stops_no_rung() -> None:
    world = await settled()
    bad = NOW.replace(minute=0) + 10 * MINUTE
    world.graph.failing = lambda _: (
        Unavailable("504") if world.graph.asked[-1][0] < bad + 12 * SECOND and world.graph.asked[-1][1] > bad else None
    )
    await world.pass_time(DAY)
    world.graph.calls = [Call(CALL, 1, NOW + 23 * HOUR)]
    await world.pass_time(3 * HOUR)
    assert {*world.enqueued} == {CALL}


async def test_a_second_of_more_calls_than_graph_pages_out_stops_no_rung() -> None:
    at = NOW.replace(minute=0) + 10 * MINUTE
    world = await settled()
    world.graph.calls = [Call(call_id(number), 1, at) for number in range(5_000)]
    world.graph.most = 3_360
    await world.pass_time(4 * HOUR)
    assert world.hour(NOW.replace(minute=0)).left_aside == 1
    assert world.ladder.reached["1 h"] > NOW


@pytest.mark.parametrize(
    "damage",
    [
        {"openHours": {"yesterday": NOW.isoformat()}},
        {"reached": {"1 h": "soon"}},
        {"lacking": {"x": -1}},
    ],
)
async def test_a_ladder_that_is_damaged_stops_nothing(damage: dict[str, object]) -> None:
    world = await settled()
    world.state.items[LADDER.id] |= damage
    world.graph.calls = [Call(CALL, 1, NOW)]
    await world.pass_time(3 * HOUR)
    assert world.enqueued[:1] == [CALL]


async def test_what_was_asked_for_and_is_remembered_under_another_id_is_done_once() -> None:
    world = await settled()
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    (key,) = [key for key in world.state.items if key.startswith(ASKED.id)]
    world.state.items[f"{ASKED.id}other"] = world.state.items.pop(key)
    assert await world.run(most=3) <= 3


async def test_what_was_asked_for_and_is_damaged_is_not_done() -> None:
    world = await settled()
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    (key,) = [key for key in world.state.items if key.startswith(ASKED.id)]
    world.state.items[key]["until"] = "0001-01-01T00:00:00+00:00"
    await world.run(most=3)
    assert world.queues.poison.sent == []


async def test_a_call_that_moves_to_another_day_while_it_is_lacking_is_not_lacking_when_it_is_there() -> None:
    world = await settled()
    world.graph.calls = [Call(CALL, 1, START + DAY - MINUTE)]
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    await world.run()
    assert world.day("2026-03-03").late == 1
    moved = Call(CALL, 2, START + DAY + MINUTE)
    world.graph.calls = [moved]
    world.rows.hold(moved)
    await world.pass_time(10 * MINUTE)
    assert (world.day("2026-03-03").late, world.day("2026-03-03").newest) == (0, 1)


async def test_while_graph_throttles_lists_calls_are_not_enqueued_again_and_again() -> None:
    world = await settled()
    world.graph.calls = calls_every(MINUTE, START, START + 50 * MINUTE)
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    await world.run()
    world.calls.main.sent.clear()
    world.clock.forward(20 * HOUR)
    world.graph.failing = lambda _: Throttled("held back", 10)
    await world.reconciliation.on_schedule()
    for _ in range(30):
        world.clock.forward(timedelta(seconds=world.queues.main.sent[0].delay or 0))
        await world.take()
    assert len(world.enqueued) == 50


async def test_an_entry_that_nobody_can_read_is_told_of_the_hour_in_which_graph_lists_it() -> None:
    world = await settled(*OF_THE_DAY)
    at = START + 5 * HOUR
    world.graph.calls = [replace(call, version=None) if call.start == at else call for call in OF_THE_DAY]
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    await world.run()
    assert world.hour(at).unreadable == 1
    assert world.day("2026-03-03").unreadable == 1


async def test_a_list_of_a_replica_that_is_behind_does_not_make_a_call_newest() -> None:
    world = await settled()
    world.graph.calls = [Call(CALL, 3, START)]
    world.rows.hold(world.graph.calls[0], 1)
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    await world.run()
    world.graph.calls = [Call(CALL, 1, START)]
    world.clock.forward(MINUTE)
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    await world.run()
    day = world.day("2026-03-03")
    assert (day.listed, day.newest, day.late) == (1, 0, 1)


async def test_calls_that_were_lacking_and_are_listed_again_count_once_however_many_they_are() -> None:
    world = await settled()
    world.graph.calls = [Call(call_id(number), 1, START + number * SECOND) for number in range(400)]
    for _ in range(3):
        world.clock.forward(MINUTE)
        await world.reconciliation.over_days("2026-03-03", "2026-03-03")
        await world.run()
        assert world.day("2026-03-03").listed == 400


async def test_calls_that_graph_lists_no_longer_do_not_pile_up_without_bound() -> None:
    world = await settled()
    for number in range(6):
        world.graph.calls = [Call(call_id(1_000 * number + each), 1, START + each * SECOND) for each in range(100)]
        world.clock.forward(MINUTE)
        await world.reconciliation.over_days("2026-03-03", "2026-03-03")
        await world.run()
    hour = world.hour(START)
    assert len(hour.lacking) == MOST_LACKING
    assert hour.late == hour.listed >= 300


async def test_a_clock_that_jumps_in_the_middle_makes_nothing_complete_for_ever() -> None:
    world = await settled(*OF_THE_DAY)
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    world.graph.takes = 40 * DAY
    await world.take()
    world.graph.takes = timedelta()
    world.clock.now = NOW + 10 * MINUTE
    world.queues.main.sent.clear()
    world.graph.calls.append(Call(CALL, 1, START + HOUR))
    await world.pass_time(3 * DAY, every=30 * MINUTE)
    assert CALL in world.enqueued


async def test_a_worker_whose_clock_is_fast_does_not_make_others_begin_beside_it() -> None:
    world = await settled(*OF_THE_DAY)
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    world.state.items[RUNNING.id]["at"] = (world.clock.now + MINUTE).isoformat()
    for _ in range(3):
        await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    assert len(world.queues.main.sent) == 1


async def test_a_visit_that_hangs_on_seconds_that_graph_does_not_list_still_compares() -> None:
    world = await settled(*OF_THE_DAY)
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    hidden = {call.start for call in OF_THE_DAY[:20]}
    world.graph.failing = lambda _: (
        Unavailable("504") if any(world.graph.asked[-1][0] <= at < world.graph.asked[-1][1] for at in hidden) else None
    )
    await world.run()
    assert world.day("2026-03-03").left_aside == 20
    world.graph.asked.clear()
    world.graph.takes = 16 * SECOND
    world.clock.forward(10 * MINUTE)
    await world.reconciliation.on_schedule()
    await world.take()
    assert len([span for span in world.graph.asked if span[1] - span[0] == SECOND]) <= 3


def test_a_message_is_small_enough_for_the_queue_whatever_it_carries() -> None:
    hour = HourCompared(
        start=START,
        compared_at=NOW,
        rung="again",
        lacking=tuple(LackingCall(call_id=CALL, version=2**53, stored=2**53) for _ in range(MOST_LACKING)),
        left_aside_seconds=("09:41:07",) * 200,
        given_up_reasons={f"{number}" + "x" * 199: 1 for number in range(11)},
    )
    task = Task(rung="again", start=START, until=NOW, asked="reconcile-asked-20260304T103000000000-20260303T00")
    message = ReconcileMessage(
        tenant_id=TENANT, notified_at=NOW, task=task, hour=hour, seen=(CALL,) * 2 * MOST_LACKING, failure="Unavailable"
    )
    assert len(str(message).encode()) < 48_000


async def test_a_list_that_fails_once_costs_nothing() -> None:
    world = await settled(*OF_THE_DAY)
    world.graph.failing = at_list(1, Unavailable("504"))
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    await world.run()
    assert world.day("2026-03-03").completeness == "soFar"
    assert world.day("2026-03-03").listed == len(OF_THE_DAY)
