"""The roll-ups in Cosmos, whose partitions are months."""

import pytest

from callrecords.cosmos.account import Account
from callrecords.cosmos.usage import UsageStore
from tests.generated import day_roll_up, rows
from tests.invented import OTHER_TENANT, TENANT

DAYS = ("2025-12-31", "2026-02-27", "2026-03-01", "2026-03-03")
ITEMS = {day: day_roll_up(TENANT, day, rows()[:4]) for day in DAYS}


@pytest.fixture(scope="module")
async def usage(account: Account) -> UsageStore:
    """A store of ITEMS, which were not saved in the order of days."""
    usage = UsageStore(account, TENANT)
    for item in reversed(ITEMS.values()):
        await usage.save(item)
    return usage


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2026-03-01", "2026-03-03", DAYS[2:]),
        ("2026-02-27", "2026-02-27", DAYS[1:2]),
        ("2026-02-27", "2026-03-02", DAYS[1:3]),
        ("2025-05-01", "2026-04-30", DAYS),
        ("2026-03-02", "2026-03-02", ()),
        ("2026-02-28", "2026-02-28", ()),
    ],
)
async def test_roll_ups_are_read_by_days_whatever_their_month(
    usage: UsageStore, first: str, last: str, days: tuple[str, ...]
) -> None:
    assert await usage.between(first, last) == [ITEMS[day] for day in days]


@pytest.mark.usefixtures("usage")
async def test_the_roll_ups_of_another_tenant_are_not_read(account: Account) -> None:
    assert await UsageStore(account, OTHER_TENANT).between("2025-01-01", "2026-12-31") == []
