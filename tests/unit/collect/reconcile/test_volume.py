"""How much is read at once, and how often: of many calls and of few."""

from dataclasses import replace
from datetime import datetime

import pytest

from callrecords.collect.reconcile import plan
from callrecords.collect.reconcile.dropped import DROPPING
from callrecords.collect.reconcile.ladder import LADDER
from callrecords.errors import Unavailable
from tests.invented import NOW
from tests.unit.collect.reconcile.world import DAY, HOUR, MINUTE, SECOND, calls_every, settled

MIDNIGHT = datetime(2026, 3, 3, tzinfo=NOW.tzinfo)


async def test_a_page_is_filled_though_only_seconds_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "_COUNTED_EVERY", 100 * DAY)
    world = await settled(*calls_every(10 * SECOND, MIDNIGHT, MIDNIGHT + HOUR))
    world.state.hold(LADDER, replace(world.ladder, calls_a_day=1_000_000))
    world.rows.asked.clear()
    await world.reconciliation.over_days("2026-03-03", "2026-03-03")
    await world.run()
    assert world.graph.steps[:6] == [550 * SECOND] * 6
    assert world.rows.asked[0] == (MIDNIGHT, MIDNIGHT + 6 * SECOND)
    # Nothing is read twice.
    assert all(before[1] <= after[0] for before, after in zip(world.rows.asked, world.rows.asked[1:], strict=False))


async def test_the_days_of_all_rungs_are_read_together() -> None:
    world = await settled()
    world.clock.forward(HOUR)
    await world.reconciliation.on_schedule()
    world.completeness.asked.clear()
    await world.run()
    first, *others = world.completeness.asked
    assert {"2026-03-04", "2026-03-02", "2026-02-18", "2026-02-03"} <= {*first}
    assert others == []


async def test_whether_notifications_were_dropped_is_not_even_asked_more_than_once_an_hour() -> None:
    world = await settled()
    await world.pass_time(10 * MINUTE)
    world.state.failing[DROPPING.id] = Unavailable("away")
    await world.pass_time(50 * MINUTE)
    with pytest.raises(Unavailable):
        await world.pass_time(HOUR)
