"""The roll-ups follow the fact rows, by the change feed of the real Cosmos protocol."""

import itertools
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from callrecords.cosmos import Account
from callrecords.errors import Unavailable
from callrecords.factqueries import FactQueries
from callrecords.facts import fact_row
from callrecords.factstore import FactStore
from callrecords.jsontypes import JsonObject
from callrecords.rollup import STATE, RollUp
from callrecords.state import StateStore
from callrecords.usage import roll_up
from callrecords.usagestore import UsageStore
from local.cosmos import CosmosServer
from tests.api.generated import DAYS, rows, store_rows, versions
from tests.store.collector import Collector
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


async def test_only_days_of_a_change_are_rolled_up_again(world: World) -> None:
    await store_rows(world.account, FEW)
    await world.rolling.on_schedule()
    for day in DAYS:
        await world.usage.delete(day)
    await store_rows(world.account, [FEW[0]])
    await world.rolling.on_schedule()
    assert (await world.items()).keys() == {FEW[0]["day"]}


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


@pytest.mark.parametrize("after", ["2026-02-27", DAYS[1], "2026-03-05"])
async def test_a_call_that_moves_to_another_day_is_counted_there_alone(world: World, after: str) -> None:
    record = versions(DAYS[0], 40)[0][-1]
    version, start = record.version + 1, f"{after}T10:00:00Z"
    properties = {**record.properties, "version": version, "startDateTime": start}
    moved = replace(record, version=version, properties=properties)
    others = [row for row in FEW if row["id"] != record.call_id]
    await store_rows(world.account, others)
    await Collector(world.account, record).handle()
    await world.rolling.on_schedule()
    assert await world.items() == expected([fact_row(record, TENANT), *others])
    await Collector(world.account, moved).handle()
    await world.rolling.on_schedule()
    assert await world.items() == expected([fact_row(moved, TENANT), *others])


async def test_a_row_that_does_not_tell_of_former_days_has_none(world: World) -> None:
    await store_rows(world.account, [{name: FEW[0][name] for name in FEW[0] if name != "formerDays"}])
    await world.rolling.on_schedule()
    assert await world.items() == expected(FEW[:1])


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
