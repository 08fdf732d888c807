"""The `usage` container: one roll-up a day."""

from typing import cast

from callrecords.cosmos.account import Account, cosmos_errors, delete_if_there, own_properties
from callrecords.ports.usage import DayRollUp

CONTAINER = "usage"


class UsageStore:
    """The roll-ups of `tenant_id`. Every method raises the errors of `cosmos_errors`."""

    def __init__(self, account: Account, tenant_id: str) -> None:
        self._account = account
        self._tenant_id = tenant_id

    async def save(self, item: DayRollUp) -> None:
        """Replaces the roll-up of its day."""
        with cosmos_errors(f"Usage of {item['day']}"):
            container = await self._account.container(CONTAINER)
            await container.upsert_item(dict(item))

    async def delete(self, day: str) -> None:
        """Removes the roll-up of a day without calls, if there is one."""
        with cosmos_errors(f"Usage of {day}"):
            container = await self._account.container(CONTAINER)
            await delete_if_there(container, day, [self._tenant_id, _month(day)])

    async def between(self, first_day: str, last_day: str) -> list[DayRollUp]:
        """The roll-ups from `first_day` to `last_day`, both included, in the order of days."""
        found: list[DayRollUp] = []
        with cosmos_errors(f"Usage from {first_day} to {last_day}"):
            container = await self._account.container(CONTAINER)
            query = "SELECT * FROM c WHERE c.day >= @first AND c.day <= @last"
            parameters: list[dict[str, object]] = [
                {"name": "@first", "value": first_day},
                {"name": "@last", "value": last_day},
            ]
            for month in _months(first_day, last_day):
                key = [self._tenant_id, month]
                items = container.query_items(query, parameters=parameters, partition_key=key)
                found += [cast("DayRollUp", own_properties(item)) async for item in items]
        return sorted(found, key=lambda item: item["day"])


def _month(day: str) -> str:
    return day[: len("2026-03")]


def _months(first_day: str, last_day: str) -> list[str]:
    first, last = (int(day[:4]) * 12 + int(day[5:7]) - 1 for day in (first_day, last_day))
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(first, last + 1)]
