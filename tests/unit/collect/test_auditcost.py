"""What an audit would cost."""

from dataclasses import dataclass, field
from typing import cast

import pytest

from callrecords.collect.auditcost import AuditCost, AuditCosts
from callrecords.collect.auditrun import AuditOutcome, ended
from callrecords.ports.usage import DayRollUp
from tests.doubles import State
from tests.invented import DAY, NOW, call_id
from tests.unit.collect.audit_world import WHOLE, Cosmos, World

OTHER_DAY = "2026-03-03"


@dataclass
class Usage:
    """Holds roll-ups, as far as they tell the number of calls and of test calls of a day."""

    days: dict[str, tuple[int, int | None]] = field(default_factory=dict)

    async def save(self, item: DayRollUp) -> None:
        raise AssertionError

    async def delete(self, day: str) -> None:
        raise AssertionError

    async def between(self, first_day: str, last_day: str) -> list[DayRollUp]:
        return [
            cast("DayRollUp", {"day": day, "calls": calls} | ({} if tests is None else {"testCalls": tests}))
            for day, (calls, tests) in sorted(self.days.items())
            if first_day <= day <= last_day
        ]


@dataclass
class Asked:
    """Costs, and what they are told from."""

    usage: Usage = field(default_factory=Usage)
    state: State = field(default_factory=State)
    cosmos: Cosmos = field(default_factory=lambda: World().cosmos)

    async def cost(self, first_day: str = OTHER_DAY, last_day: str = DAY) -> AuditCost:
        return await AuditCosts(slices=self.cosmos, usage=self.usage, state=self.state).of(first_day, last_day)


def outcome(compared: int, request_units: float) -> AuditOutcome:
    return AuditOutcome(compared=compared, request_units=request_units, first_day=DAY, last_day=DAY, at=NOW)


async def test_what_earlier_audits_were_charged_tells_what_the_next_will_be() -> None:
    asked = Asked(Usage({OTHER_DAY: (900, 100), DAY: (1_000, None)}))
    asked.state.hold(ended("early"), outcome(100, 30))
    asked.state.hold(ended("late"), outcome(0, 6))
    asked.state.hold(ended("command"), outcome(300, 70))
    assert await asked.cost() == AuditCost(
        calls=2_000, request_units=512, request_units_per_call=0.25, measured="by earlier audits, of 400 calls"
    )
    assert asked.cosmos.read_slices == []


async def test_before_the_first_audit_a_part_of_the_busiest_day_is_read() -> None:
    asked = Asked(Usage({OTHER_DAY: (10, 0), DAY: (6_000, 400)}))
    asked.cosmos.days[DAY] = {call_id(number): WHOLE for number in range(90)}
    cost = await asked.cost()
    assert asked.cosmos.read_slices == [(DAY, "0000", "0401")]
    assert (cost.calls, cost.request_units_per_call, cost.measured) == (6_410, 0.1333, "now, of 90 calls")
    assert cost.request_units == 867


@pytest.mark.parametrize("days", [{}, {DAY: (1, 0)}])
async def test_where_nothing_can_be_measured_that_is_said(days: dict[str, tuple[int, int | None]]) -> None:
    cost = await Asked(Usage(days)).cost()
    assert (cost.request_units, cost.request_units_per_call, cost.measured) == (None, None, "not yet")


async def test_a_year_without_calls_is_charged_for_its_queries() -> None:
    asked = Asked()
    asked.state.hold(ended("early"), outcome(100, 30))
    assert (await asked.cost("2025-03-04", "2026-03-04")).request_units == 366 * 6
