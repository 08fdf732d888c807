"""What an audit on command would cost."""

import pytest

from callrecords.collect.auditcost import AuditCosts
from callrecords.collect.auditrun import AuditOutcome, ended
from callrecords.errors import Unavailable
from callrecords.http.audits import Audits
from tests.asking import told
from tests.invented import DAY, NOW
from tests.unit.collect.audit_world import DAYS, World
from tests.unit.collect.test_auditcost import Usage

CHOSEN = {"from": "2026-03-03", "to": DAY}


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def audits(world: World) -> Audits:
    costs = AuditCosts(slices=world.cosmos, usage=Usage({DAY: (1_000, 0)}), state=world.state)
    return Audits(audit=world.audit, costs=costs, clock=world.clock)


async def test_what_an_audit_would_cost_is_told_and_none_is_started(world: World, audits: Audits) -> None:
    known = AuditOutcome(compared=400, request_units=100, first_day=DAY, last_day=DAY, at=NOW)
    world.state.hold(ended("early"), known)
    assert told(await audits.cost({**CHOSEN, "code": "key"})) == (
        200,
        {
            **CHOSEN,
            "calls": 1_000,
            "requestUnits": 262,
            "requestUnitsPerCall": 0.25,
            "measured": "by earlier audits, of 400 calls",
        },
    )
    assert world.queues.main.sent == []


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"to": DAY}, "from is '': expected a day from 2000 on such as 2026-03-04."),
        ({"from": DAY}, "to is '': expected a day from 2000 on such as 2026-03-04."),
        ({"from": "1999-01-01", "to": DAY}, "from is '1999-01-01': expected a day from 2000 on such as 2026-03-04."),
        ({"from": "2026-02-30", "to": DAY}, "from is '2026-02-30': expected a day from 2000 on such as 2026-03-04."),
        (
            {"from": "2026-03-04T10:00:00Z", "to": DAY},
            "from is '2026-03-04T10:00:00Z': expected a day from 2000 on such as 2026-03-04.",
        ),
        ({"from": DAY, "to": "2026-03-05"}, "to is 2026-03-05: expected today, 2026-03-04 in UTC, or an earlier day."),
        ({"from": DAY, "to": "2026-03-03"}, "from is 2026-03-04: expected to, 2026-03-03, or an earlier day."),
        (
            {"from": "2025-03-03", "to": DAY},
            "from is 2025-03-03: expected at most 366 days from then to 2026-03-04.",
        ),
        ({**CHOSEN, "day": DAY}, "day is not a parameter: expected from, to."),
    ],
)
async def test_days_that_cannot_be_audited_are_refused_in_words(
    audits: Audits, parameters: dict[str, str], error: str
) -> None:
    assert told(await audits.cost(parameters)) == (400, {"error": error})


async def test_a_whole_year_can_be_audited(audits: Audits) -> None:
    assert told(await audits.cost({"from": "2025-03-04", "to": DAY}))[0] == 200


async def test_days_whose_items_may_have_expired_are_refused(world: World, audits: Audits) -> None:
    world.cosmos.keeps = 30 * DAYS
    assert told(await audits.cost({"from": "2026-02-03", "to": DAY}))[0] == 200
    assert told(await audits.cost({"from": "2026-02-02", "to": DAY})) == (
        400,
        {"error": "from is 2026-02-02: expected a day from 2026-02-03 on, for items of older ones may expire."},
    )


async def test_a_cosmos_that_is_away_is_told(world: World, audits: Audits) -> None:
    world.state.failing = {"": Unavailable("Cosmos could not be reached.")}
    expected = 503, {"error": "Cosmos could not be reached."}
    assert told(await audits.cost(CHOSEN)) == expected
