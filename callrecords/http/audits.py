"""What an audit on command would cost (`GET audit`)."""

from collections.abc import Callable, Mapping
from datetime import datetime

from callrecords.collect.audit import StoreAudit
from callrecords.collect.auditcost import AuditCosts
from callrecords.errors import CallRecordsError
from callrecords.http.answers import Answer, json_answer, refusal
from callrecords.http.parameters import check_kept, check_names, days

PARAMETERS = ("from", "to")


class Audits:
    """Answers for audits on command."""

    def __init__(self, *, audit: StoreAudit, costs: AuditCosts, clock: Callable[[], datetime]) -> None:
        self._audit = audit
        self._costs = costs
        self._clock = clock

    async def cost(self, parameters: Mapping[str, str]) -> Answer:
        """How many calls the days from `from` to `to` have, and about how many request units their audit would be
        charged. A wrong parameter is a 400 whose sentence names it."""
        try:
            first, last = await self._days(parameters)
            cost = await self._costs.of(first, last)
        except CallRecordsError as error:
            return refusal(error)
        return json_answer(
            {
                "from": first,
                "to": last,
                "calls": cost.calls,
                "requestUnits": cost.request_units,
                "requestUnitsPerCall": cost.request_units_per_call,
                "measured": cost.measured,
            }
        )

    async def _days(self, parameters: Mapping[str, str]) -> tuple[str, str]:
        check_names(parameters, PARAMETERS)
        first, last = days(parameters, self._clock().date())
        check_kept(first, await self._audit.oldest_day())
        return first, last
