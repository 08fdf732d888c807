"""The roll-ups follow the fact rows, by the change feed of the real Cosmos protocol."""

import itertools
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from callrecords.cosmos import Account
from callrecords.errors import Unavailable
from callrecords.factqueries import FactQueries
from callrecords.factstore import FactStore
from callrecords.jsontypes import JsonObject
from callrecords.rollup import STATE, RollUp
from callrecords.state import StateStore
from callrecords.usage import roll_up
from callrecords.usagestore import UsageStore
from local.cosmos import CosmosServer
from tests.api.generated import DAYS, rows, store_rows
from tests.store.cosmosaccount import running_account
from tests.unit.doubles import Clock
from tests.unit.invented import TENANT

OTHER_TENANT_DAY = "2026-01-01"
# More rows than one answer of the change feed or of a query has would make this slow: paging is tested elsewhere.
FEW = [row for day in DAYS for row in itertools.islice((each for each in rows() if each["day"] == day), 4)]


class World:
    """The roll-up of an account that had nothing before."""

    def __init__(self, account: Account) -> None:
        self.account, self.clock = account, Clock()
        self.state = StateStore(account)
        self.usage = UsageStore(account, TENANT)
        self.rolling = RollUp(TENANT, FactQueries(account, TENANT), self.usage, self.state, self.clock)

    async def items(self) -> dict[str, JsonObject]:
        """The roll-ups by day."""
        return {item["day"]: item for item in await self.usage.between("2026-01-01", "2026-12-31")}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running_account(CosmosServer()) as cosmos, cosmos.open() as account:
        yield World(account)


def expected(rows: list[JsonObject]) -> dict[str, JsonObject]:
    days = {row["day"] for row in rows}
    return {day: roll_up(TENANT, day, [row for row in rows if row["day"] == day]) for day in days}


async def test_the_first_run_rolls_up_every_day(world: World) -> None:
    await store_rows(world.account, FEW)
    await world.rolling.on_schedule()
    assert await world.items() == expected(FEW)


async def test_another_run_changes_nothing(world: World) -> None:
    await store_rows(world.account, FEW)
    await world.rolling.on_schedule()
    first = await world.items()
    await world.rolling.on_schedule()
    assert await world.items() == first


async def test_only_days_near_a_change_are_rolled_up_again(world: World) -> None:
    await store_rows(world.account, FEW)
    await world.rolling.on_schedule()
    for day in DAYS:
        await world.usage.delete(day)
    await store_rows(world.account, [FEW[0]])
    await world.rolling.on_schedule()
    assert (await world.items()).keys() == {DAYS[0], DAYS[1]}


async def test_the_position_is_kept_with_the_time(world: World) -> None:
    await store_rows(world.account, FEW)
    await world.rolling.on_schedule()
    first = await world.state.read(STATE)
    world.clock.forward(timedelta(minutes=5))
    await store_rows(world.account, [{**FEW[0], "version": FEW[0]["version"] + 1}])
    await world.rolling.on_schedule()
    second = await world.state.read(STATE)
    assert first.keys() == second.keys() == {"position", "at"}
    assert first["position"] != second["position"]
    assert second["at"] == world.clock().isoformat()


async def test_a_run_without_changes_keeps_the_position(world: World) -> None:
    await store_rows(world.account, FEW)
    await world.rolling.on_schedule()
    first = await world.state.read(STATE)
    await world.rolling.on_schedule()
    assert await world.state.read(STATE) == first


async def test_a_revised_call_moves_the_numbers(world: World) -> None:
    await store_rows(world.account, FEW)
    await world.rolling.on_schedule()
    row = FEW[0]
    revised = {**row, "version": row["version"] + 1, "durationSeconds": row["durationSeconds"] + 600, "type": "unknown"}
    await store_rows(world.account, [revised])
    await world.rolling.on_schedule()
    assert await world.items() == expected([revised, *FEW[1:]])


@pytest.mark.parametrize(("before", "after"), [(DAYS[0], DAYS[1]), (DAYS[1], DAYS[0])])
async def test_a_call_that_moves_to_another_day_is_counted_there_alone(world: World, before: str, after: str) -> None:
    row = next(row for row in FEW if row["day"] == before)
    others = [each for each in FEW if each["day"] == after]
    await store_rows(world.account, [row, *others])
    await world.rolling.on_schedule()
    await (await world.account.container("calls")).delete_item(row["id"], partition_key=[TENANT, before])
    moved = {**row, "day": after, "version": row["version"] + 1}
    await store_rows(world.account, [moved])
    await world.rolling.on_schedule()
    assert await world.items() == expected([moved, *others])


async def test_days_at_both_ends_of_time_are_rolled_up_as_well(world: World) -> None:
    ends = [FEW[0] | {"day": "0001-01-01"}, FEW[1] | {"day": "9999-12-31"}]
    await store_rows(world.account, [*ends, FEW[2]])
    await world.rolling.on_schedule()
    assert await world.items() == expected([FEW[2]])
    assert [item["calls"] for item in await world.usage.between("0001-01-01", "0001-01-01")] == [1]


async def test_rows_of_another_organisation_are_left_alone(world: World) -> None:
    other = {**FEW[0], "tenantId": "another", "day": OTHER_TENANT_DAY}
    await FactStore(world.account, "another").save(other)
    await world.rolling.on_schedule()
    assert await world.items() == {}


async def test_after_a_failure_the_next_run_begins_where_this_one_did(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def failing(item: JsonObject) -> None:
        raise Unavailable("Usage: Cosmos answered 503.")

    await store_rows(world.account, FEW)
    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr(world.usage, "save", failing)
        await world.rolling.on_schedule()
    assert "Usage: Cosmos answered 503." in caplog.text
    assert await world.state.read(STATE) == {}
    await world.rolling.on_schedule()
    assert await world.items() == expected(FEW)
