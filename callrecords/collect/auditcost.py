"""What an audit of days would cost, in request units of Cosmos DB."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from callrecords.collect.auditrun import AGES, ended
from callrecords.collect.slicedrun import ALL_IDS, bound
from callrecords.ports.slices import DaySlices
from callrecords.ports.state import State
from callrecords.ports.usage import DayRollUp, RollUpStore

# A day without calls takes two queries, and no query is charged less than about 3.
_LEAST_OF_A_DAY = 6.0
_MEASURED_CALLS = 100


@dataclass(frozen=True, kw_only=True)
class AuditCost:
    """How many calls the roll-ups of the days count, and about how many request units the audit would be charged for
    reading them: `request_units_per_call` as `measured` says. Both are None where nothing could be measured."""

    calls: int
    request_units: int | None
    request_units_per_call: float | None
    measured: str


class AuditCosts:
    """Tells what audits would cost."""

    def __init__(self, *, slices: DaySlices, usage: RollUpStore, state: State) -> None:
        self._slices = slices
        self._usage = usage
        self._state = state

    async def of(self, first_day: str, last_day: str) -> AuditCost:
        """What an audit of these days would cost. Raises what Cosmos does.

        What a call costs is known of earlier audits. Before there was one, a part of the day with the most calls is
        read.
        """
        days = await self._usage.between(first_day, last_day)
        calls = sum(map(_calls, days))
        charged, compared = await self._of_earlier_audits()
        measured = f"by earlier audits, of {compared:,} calls"
        if not compared:
            charged, compared = await self._of_a_slice(days)
            measured = f"now, of {compared:,} calls"
        if not compared:
            return AuditCost(calls=calls, request_units=None, request_units_per_call=None, measured="not yet")
        each = charged / compared
        number_of_days = (date.fromisoformat(last_day) - date.fromisoformat(first_day)).days + 1
        units = round(calls * each + number_of_days * _LEAST_OF_A_DAY)
        return AuditCost(calls=calls, request_units=units, request_units_per_call=round(each, 4), measured=measured)

    async def _of_earlier_audits(self) -> tuple[float, int]:
        """The request units that they were charged, and for how many calls."""
        outcomes = [await self._state.read(ended(audit)) for audit in (*AGES, "command")]
        known = [outcome for outcome in outcomes if outcome and outcome.compared]
        return sum(outcome.request_units for outcome in known), sum(outcome.compared for outcome in known)

    async def _of_a_slice(self, days: Sequence[DayRollUp]) -> tuple[float, int]:
        """The same of about a hundred calls."""
        if not days:
            return 0.0, 0
        busiest = max(days, key=_calls)
        width = min(ALL_IDS * _MEASURED_CALLS // max(_calls(busiest), 1) + 1, ALL_IDS)
        piece = await self._slices.read(busiest["day"], (bound(0), bound(width)), None)
        return piece.request_units, len(piece.calls or ())


def _calls(day: DayRollUp) -> int:
    return day["calls"] + day.get("testCalls", 0)  # which a roll-up of an earlier version lacks
