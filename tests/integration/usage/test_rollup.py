"""The roll-ups follow the fact rows, by the change feed of the real Cosmos protocol."""

import itertools
import logging
import weakref
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from callrecords.cosmos.account import Account
from callrecords.cosmos.calls import CallsStore
from callrecords.cosmos.state import StateStore
from callrecords.cosmos.usage import UsageStore
from callrecords.errors import Refused, Unavailable
from callrecords.facts.row import fact_row
from callrecords.graphtypes import JsonObject
from callrecords.ports.callrow import CallRow
from callrecords.ports.usage import DayRollUp
from callrecords.usage.rollup import ROLL_UP, RollUp, RollUpState
from local.cosmos import CosmosServer
from tests.doubles import Clock
from tests.generated import DAYS, day_roll_up, rows, store_rows, versions
from tests.integration.cosmos.collector import Collector
from tests.integration.cosmos.cosmosaccount import running_account
from tests.invented import TENANT

OTHER_TENANT_DAY = "2026-01-01"
# More rows than one answer of the change feed or of a query has would make this slow: paging is tested elsewhere.
FEW = [row for day in DAYS for row in itertools.islice((each for each in rows() if each["day"] == day), 4)]


class World:
    """The roll-up of an account that had nothing before."""

    def __init__(self, account: Account) -> None:
        self.account, self.clock = account, Clock()
        self.state = StateStore(account, TENANT)
        self.usage = UsageStore(account, TENANT)
        self.calls = CallsStore(account, TENANT)
        self.rolling = RollUp(tenant_id=TENANT, calls=self.calls, usage=self.usage, state=self.state, clock=self.clock)

    async def remembered(self) -> RollUpState:
        """How far the roll-ups are."""
        state = await self.state.read(ROLL_UP)
        assert state
        return state

    async def items(self) -> dict[str, DayRollUp]:
        """The roll-ups by day."""
        return {item["day"]: item for item in await self.usage.between("2026-01-01", "2026-12-31")}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running_account(CosmosServer()) as cosmos, cosmos.open() as account:
        yield World(account)


def expected(rows: list[CallRow]) -> dict[str, DayRollUp]:
    days = {row["day"] for row in rows}
    return {day: day_roll_up(TENANT, day, [row for row in rows if row["day"] == day]) for day in days}


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
    first = await world.remembered()
    world.clock.forward(timedelta(minutes=5))
    await store_rows(world.account, [{**FEW[0], "version": FEW[0]["version"] + 1}])
    await world.rolling.on_schedule()
    second = await world.remembered()
    assert first.position != second.position
    assert (second.failed_days, second.error, second.at) == ((), None, world.clock())


async def test_a_run_without_changes_keeps_the_position(world: World) -> None:
    await store_rows(world.account, FEW)
    await world.rolling.on_schedule()
    first = await world.remembered()
    await world.rolling.on_schedule()
    assert await world.remembered() == first


async def test_a_revised_call_moves_the_numbers(world: World) -> None:
    await store_rows(world.account, FEW)
    await world.rolling.on_schedule()
    row = FEW[0]
    revised: CallRow = {
        **row,
        "version": row["version"] + 1,
        "durationSeconds": row["durationSeconds"] + 600,
        "type": "unknown",
    }
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


async def test_rows_of_another_organisation_are_left_alone(world: World) -> None:
    other: CallRow = {**FEW[0], "tenantId": "another", "day": OTHER_TENANT_DAY}
    await CallsStore(world.account, "another").save(other)
    await world.rolling.on_schedule()
    assert await world.items() == {}


async def test_where_the_changes_cannot_be_read_the_next_run_begins_where_this_one_did(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def failing(_position: str | None) -> tuple[set[str], str | None]:
        raise Unavailable("Changes of facts: Cosmos answered 503.")

    await store_rows(world.account, FEW)
    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr(world.calls, "changed_days", failing)
        await world.rolling.on_schedule()
    assert "Changes of facts: Cosmos answered 503." in caplog.text
    assert await world.state.read(ROLL_UP) is None
    await world.rolling.on_schedule()
    assert await world.items() == expected(FEW)


async def position_of_another_container() -> str:
    """One that is as good as any, in an account of its own."""
    async with running_account(CosmosServer()) as cosmos, cosmos.open() as account:
        other = World(account)
        await store_rows(account, FEW)
        await other.rolling.on_schedule()
        return (await other.remembered()).position or ""


async def test_a_position_of_another_container_is_given_up_and_all_changes_are_read_again(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await store_rows(world.account, FEW)
    await world.state.write(ROLL_UP, RollUpState(position=await position_of_another_container(), at=world.clock()))
    await world.rolling.on_schedule()
    assert await world.items() == expected(FEW)
    known = await world.remembered()
    assert known.begun_anew == world.clock()
    assert "the position is damaged, or of another container" in caplog.text
    world.clock.forward(timedelta(minutes=30))
    await world.rolling.on_schedule()
    assert await world.remembered() == replace(known, at=world.clock())


@pytest.mark.parametrize("position", ["damaged", "e30=", "W10=", "bnVsbA==", "eyJ2IjogInYyIn0="])
async def test_a_damaged_position_is_given_up(world: World, position: str) -> None:
    await store_rows(world.account, FEW[:1])
    await world.state.write(ROLL_UP, RollUpState(position=position, at=world.clock()))
    await world.rolling.on_schedule()
    assert await world.items() == expected(FEW[:1])


async def test_where_no_changes_can_be_read_at_all_nothing_is_begun_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refusing(_position: str | None) -> tuple[set[str], str | None]:
        raise Refused("Changes of facts: Cosmos answered 400.")

    monkeypatch.setattr(world.calls, "changed_days", refusing)
    await world.rolling.on_schedule()
    assert await world.state.read(ROLL_UP) is None


@contextmanager
def refusing(world: World, day: str) -> Iterator[None]:
    """Cosmos refuses the roll-up of the day, and takes all others."""
    save = world.usage.save

    async def save_others(item: DayRollUp) -> None:
        if item["day"] == day:
            raise Refused(f"Usage of {day}: Cosmos answered 413.")
        await save(item)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.usage, "save", save_others)
        yield


@pytest.mark.parametrize("day", DAYS)
async def test_a_day_that_fails_does_not_stop_others_and_is_tried_again(
    world: World, caplog: pytest.LogCaptureFixture, day: str
) -> None:
    await store_rows(world.account, FEW)
    with refusing(world, day):
        await world.rolling.on_schedule()
        await world.rolling.on_schedule()
    state = await world.remembered()
    reason = f"Roll-up of {day}: Usage of {day}: Cosmos answered 413."
    assert state.position
    assert (state.failed_days, state.error) == ((day,), reason)
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == [reason] * 2
    assert await world.items() == {of: item for of, item in expected(FEW).items() if of != day}

    await world.rolling.on_schedule()

    state = await world.remembered()
    assert (state.failed_days, state.error) == ((), None)
    assert await world.items() == expected(FEW)


async def test_a_failure_that_nobody_foresaw_is_one_of_its_day_alone(world: World) -> None:
    broken, *others = FEW
    without_subnets = {name: value for name, value in broken.items() if name != "audioBySubnet"}
    await store_rows(world.account, [cast("CallRow", without_subnets), *others])
    await world.rolling.on_schedule()
    state = await world.remembered()
    assert state.failed_days == (broken["day"],)
    assert (state.error or "").startswith(f"Roll-up of {broken['day']}: An unexpected KeyError in usage/day.py, line ")
    assert (await world.items()).keys() == {*DAYS} - {broken["day"]}


class Row(dict[str, object]):
    """A row of which can be told whether somebody still has it."""


async def test_no_more_rows_of_a_day_are_held_than_one_after_the_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[weakref.ref[Row]] = []
    held: list[int] = []

    async def rows(_day: str, _fields: Sequence[str]) -> AsyncIterator[JsonObject]:
        for each in FEW:
            row = Row(each)
            given.append(weakref.ref(row))
            yield row
            del row
            held.append(sum(each() is not None for each in given))

    await store_rows(world.account, FEW[:1])
    monkeypatch.setattr(world.calls, "rows", rows)
    await world.rolling.on_schedule()
    assert held == [1] * len(FEW)
