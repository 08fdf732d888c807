"""Has the app of a stack import rows of phone calls, and compares what is then in Cosmos with what Graph holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import cast

import aiohttp

from callrecords.collect.phone.run import imported
from callrecords.cosmos.phonecalls import CONTAINER
from callrecords.graphtypes import moment
from callrecords.operate.timers import PHONE_TIMERS
from callrecords.phone.amounts import charged, exact_sum, sums_by_currency
from callrecords.ports.phonerow import PhoneRow as StoredRow
from callrecords.ports.phonerow import PhoneSource
from local.operating import PATIENCE_SECONDS, remembered
from local.stack import Stack
from local.traffic import PhoneRow


@dataclass
class PhoneComparison:
    """How the rows in Cosmos compare with those of Graph.

    `joined` are at the call that they belong to; `not_joined` counts those at none, by the reason. `wrong` ones are at
    another call, or cost something else. `charges` are those stored and `told_charges` those that Graph told, by
    currency. `phoned` is a call with such rows.
    """

    held: int
    stored: int = 0
    joined: int = 0
    missing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    not_joined: dict[str, int] = field(default_factory=dict)
    charges: Mapping[str, Decimal] = field(default_factory=dict)
    told_charges: Mapping[str, Decimal] = field(default_factory=dict)
    phoned: str = ""

    @property
    def complete(self) -> bool:
        """Whether every row is there, at its own price and at no call but its own."""
        return not self.missing and not self.wrong and self.charges == self.told_charges


async def start_import(stack: Stack, source: PhoneSource) -> None:
    """Has the timer of the source run now."""
    async with (
        aiohttp.ClientSession(stack.app_url) as http,
        http.post(f"/admin/functions/{PHONE_TIMERS[source]}", json={}, raise_for_status=True),
    ):
        pass


async def import_phone_rows(stack: Stack) -> None:
    """Returns when the rows of both sources are imported."""
    began = datetime.now(UTC)
    for source in PHONE_TIMERS:
        await start_import(stack, source)

    async def is_done() -> bool:
        outcomes = [await remembered(stack, imported(source).id) for source in PHONE_TIMERS]
        finished = [moment(outcome.get("finished")) for outcome in outcomes]
        return all(each is not None and each >= began for each in finished)

    await stack.app.wait_until(is_done, "the end of the imports of rows of phone calls", PATIENCE_SECONDS)


async def stored_rows(stack: Stack) -> list[StoredRow]:
    """The rows in Cosmos."""
    return [
        cast("StoredRow", row)
        async for row in stack.database.get_container_client(CONTAINER).query_items("SELECT * FROM c ORDER BY c.id")
    ]


def compare_phone_rows(told: Sequence[PhoneRow], stored: Sequence[StoredRow]) -> PhoneComparison:
    """How the stored rows compare with those that Graph told at last."""
    found = {row["id"]: row for row in stored}
    result = PhoneComparison(held=len(told), stored=len(found))
    for each in told:
        row = found.get(f"{each.source}-{each.row_id.lower()}")
        if row is None:
            result.missing.append(each.row_id)
            continue
        join = row.get("joined", {})
        calls = [call["callId"] for call in join.get("calls", ())]
        if calls == [each.call_id]:
            result.joined += 1
            result.phoned = str(each.call_id)
        if "reason" in join:
            result.not_joined[join["reason"]] = result.not_joined.get(join["reason"], 0) + 1
        if not (calls in ([], [each.call_id]) and _charge(row) == _told_charge(each)):
            result.wrong.append(row["id"])
    result.charges = sums_by_currency(filter(None, map(charged, stored)))
    costs = ((each.contents[-1].get("currency", ""), _told_charge(each)) for each in told)
    result.told_charges = sums_by_currency((currency, cost) for currency, cost in costs if cost is not None)
    return result


def _charge(row: StoredRow) -> Decimal | None:
    return Decimal(row["totalCharge"]) if "totalCharge" in row else None


def _told_charge(row: PhoneRow) -> Decimal | None:
    content = row.contents[-1]
    return exact_sum(content["charge"], content["connectionCharge"]) if "charge" in content else None
