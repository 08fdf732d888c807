"""When a timer counts as overdue."""

from datetime import UTC, datetime, timedelta

import pytest

from callrecords.operate.heartbeats import Heartbeat, heartbeat
from callrecords.operate.timers import GRACE, timers
from callrecords.ports.state import StateItems

NIGHT = datetime(2026, 3, 4, 3, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("ended", [-0.02, 0.5, 600])
@pytest.mark.parametrize(("after", "is_overdue"), [(timedelta(hours=23), False), (timedelta(days=1) + GRACE, True)])
def test_a_run_that_began_a_moment_early_was_the_one_that_was_due(
    ended: float, after: timedelta, is_overdue: bool
) -> None:
    beat = Heartbeat(first_seen=NIGHT - timedelta(days=9), at=NIGHT + ended * SECOND)
    items = StateItems({heartbeat("audit").id: beat.as_json()})
    link = timers({"audit": "0 0 3 * * *"}, items, NIGHT + after + SECOND)
    assert bool(link.why) is is_overdue
