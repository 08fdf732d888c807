"""What is remembered of a run."""

import pytest

from callrecords.errors import Throttled, Unavailable
from tests.invented import NOW
from tests.unit.collect.reconcile_world import (
    HOUR,
    MINUTE,
    SECOND,
    World,
    at_list,
    calls_every,
    run_over_recent,
)


@pytest.fixture
async def world() -> World:
    return await run_over_recent()


@pytest.mark.parametrize("run", ["recent", "history", "gap"])
async def test_the_outcome_is_recorded_by_run(run: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    calls = calls_every(MINUTE, NOW - HOUR)
    world = World(*calls)
    for call in calls[:50]:
        world.rows.hold(call, 1 if call in calls[:40] else 0)
    reconciliation = world.reconciliation
    begin = {"recent": reconciliation.over_recent, "history": reconciliation.over_history}
    await (reconciliation.over_gap(NOW) if run == "gap" else begin[run]())
    window_start = world.waiting.window_start
    world.graph.takes = SECOND
    await world.run()
    assert world.outcome(run) == {
        "windowStart": window_start.isoformat(),
        "windowEnd": NOW.isoformat(),
        "position": NOW.isoformat(),
        "listed": 60,
        "present": 40,
        "missing": 10,
        "stale": 10,
        "noSessions": 0,
        "givenUp": 0,
        "unreadable": 0,
        "withCaveats": 0,
        "passedOver": 0,
        "enqueued": 20,
        "finished": world.clock.now.isoformat(),
        "at": world.clock.now.isoformat(),
    }
    assert caplog.messages == [f"Reconciled {run}: 60 listed, 10 missing, 10 stale, 0 given up."]


async def test_records_with_caveats_are_counted_and_those_without_sessions_read_again() -> None:
    calls = calls_every(MINUTE, NOW - 3 * MINUTE)
    world = World(*calls)
    for call, caveats in zip(calls, (["noSessions"], ["participantsRefused", "repaired"], []), strict=True):
        world.rows.hold(call, None, *caveats)
    for _ in range(2):
        await world.reconciliation.over_recent()
        await world.run()
        outcome = world.outcome("recent")
        assert (outcome["present"], outcome["noSessions"], outcome["withCaveats"], outcome["enqueued"]) == (2, 1, 2, 1)
    assert world.enqueued == [calls[0].call_id] * 2


async def test_the_outcome_tells_how_far_a_run_is(world: World) -> None:
    assert world.outcome("recent-running")["listed"] == 0
    world.graph.failing = lambda number: Throttled("slow", 9) if number > 1 else None
    await world.take()
    await world.take()
    outcome = world.outcome("recent-running")
    assert (outcome["position"], outcome["listed"], outcome["missing"]) == ((NOW - 5 * HOUR).isoformat(), 1, 1)
    assert "finished" not in outcome


async def test_a_run_whose_outcome_cannot_be_recorded_is_put_back(world: World) -> None:
    world.state.failing = {"": Unavailable("away")}
    await world.take()
    assert world.waiting.failure == "Unavailable"
    world.state.failing = {}
    await world.run()
    assert world.outcome("recent")["finished"]


async def test_a_run_on_its_way_leaves_the_outcome_of_the_last_one(world: World) -> None:
    await world.run()
    before = world.outcome("recent")
    world.graph.asked.clear()
    world.graph.failing = at_list(2, Throttled("slow", 9))
    await world.reconciliation.over_recent()
    await world.take()
    assert world.outcome("recent") == before
