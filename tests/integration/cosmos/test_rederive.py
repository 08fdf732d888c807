"""Rows in Cosmos are those of the new rules after they were derived again."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from callrecords.callrecord import CallRecord
from callrecords.collect import rederive
from callrecords.cosmos.account import Account
from callrecords.cosmos.callrecords import CallRecordsStore
from callrecords.cosmos.calls import CallsStore
from callrecords.facts import row as row_module
from callrecords.facts.row import FACTS_VERSION, Rules, fact_row
from callrecords.facts.streamquality import Profile
from local.cosmos import CosmosServer
from local.cosmos.faults import FaultRule
from tests.generated import store_record
from tests.integration.cosmos.collector import Collector
from tests.integration.cosmos.cosmosaccount import CosmosAccount, running_account
from tests.integration.cosmos.deriver import Deriver
from tests.integration.cosmos.invented import DAY, NEXT_DAY, TENANT, call_record, new_call_id
from tests.integration.cosmos.stepping import Worker

pytestmark = pytest.mark.usefixtures("small_items")

BEFORE_2022 = Rules(Profile.BEFORE_2022)


class World:
    """An account with calls that were collected by the rules of now."""

    def __init__(self, cosmos: CosmosAccount, account: Account) -> None:
        self.cosmos, self.account = cosmos, account
        # Spread over the slices of their days, as the ids of Graph are.
        ids = [f"{number}{new_call_id()[1:]}" for number in range(6)]
        self.records = [call_record(each, 2, day=day) for each, day in zip(ids, [DAY, NEXT_DAY] * 3, strict=True)]
        self.rows, self.store = CallsStore(account, TENANT), CallRecordsStore(account, TENANT)

    async def hold(self, record: CallRecord) -> None:
        await store_record(self.account, record)
        await self.rows.save(fact_row(record, TENANT))

    def deriver(self, rules: Rules = BEFORE_2022) -> Deriver:
        return Deriver(self.account, rules)

    async def profiles(self) -> list[str]:
        """Those of the rows of the calls, each of which has one."""
        rows = [await self.cosmos.fact_rows(record.call_id) for record in self.records]
        assert [len(each) for each in rows] == [1] * len(self.records)
        return [row["qualityProfile"] for (row,) in rows]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running_account(CosmosServer()) as cosmos, cosmos.open() as account:
        world = World(cosmos, account)
        for record in world.records:
            await world.hold(record)
        yield world


async def test_rows_of_another_profile_are_those_of_the_new_one_afterwards(world: World) -> None:
    outcome = await world.deriver().run()
    assert (outcome.calls, outcome.rewritten, outcome.kept, outcome.errors) == (6, 6, 0, 0)
    for record in world.records:
        assert await world.cosmos.fact_rows(record.call_id) == [fact_row(record, TENANT, rules=BEFORE_2022)]
        assert (await world.cosmos.compared_with(record)).complete


async def test_rows_of_an_older_version_of_the_rules_are_those_of_the_new_one_afterwards(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (row_module, rederive):
        monkeypatch.setattr(module, "FACTS_VERSION", FACTS_VERSION + 1)
    outcome = await world.deriver(Rules()).run()
    assert (outcome.rewritten, outcome.facts_version) == (6, FACTS_VERSION + 1)
    for record in world.records:
        (row,) = await world.cosmos.fact_rows(record.call_id)
        assert (row["factsVersion"], row["version"]) == (FACTS_VERSION + 1, 2)


async def test_rows_that_are_right_are_neither_written_nor_are_their_records_read(world: World) -> None:
    await world.deriver().run()
    requests = world.cosmos.server.requests.copy()
    outcome = await world.deriver().run()
    assert (outcome.rewritten, outcome.kept) == (0, 6)
    assert {name for name, count in world.cosmos.server.requests.items() if count != requests[name]} == {"query"}


async def test_rows_that_are_right_are_written_where_every_row_is_wanted(world: World) -> None:
    for record in world.records:
        row = fact_row(record, TENANT)
        row["platforms"] = ["of a rule that no version tells"]
        await world.rows.save(row)
    assert (await world.deriver(Rules()).run(all_rows=True)).rewritten == 6
    for record in world.records:
        assert await world.cosmos.fact_rows(record.call_id) == [fact_row(record, TENANT)]


async def test_every_call_has_a_row_again_after_all_rows_were_lost(world: World) -> None:
    for record in world.records:
        await world.rows.delete(record.call_id, record.day, older_than=3)
    assert (await world.deriver().run()).rewritten == 6
    assert set(await world.profiles()) == {"before2022"}


async def test_former_days_are_told_by_the_new_row_too(world: World) -> None:
    record = world.records[0]
    await Collector(world.account, replace(record, version=3, properties=moved(record))).handle()
    await world.deriver().run()
    (row,) = await world.cosmos.fact_rows(record.call_id)
    assert (row["day"], row["formerDays"], row["qualityProfile"]) == (NEXT_DAY, [DAY], "before2022")


def moved(record: CallRecord) -> dict[str, object]:
    """The properties of a record that starts a day later."""
    return {**record.properties, "version": 3, "startDateTime": f"{NEXT_DAY}T10:00:00Z"}


@pytest.mark.parametrize("damage", ["part", "header", "lists"])
async def test_a_damaged_record_is_counted_and_named_and_its_row_stays(world: World, damage: str) -> None:
    damaged = world.records[1]
    container = world.cosmos.database.get_container_client("callRecords")
    items = await world.cosmos.items(damaged.call_id)
    part = next(name for name in items if name.startswith("sessions-"))
    if damage == "lists":
        await container.upsert_item({**items[part], "sessions": "bm8gZ3ppcA=="})
    else:
        name = part if damage == "part" else damaged.call_id
        await container.delete_item(name, partition_key=[TENANT, damaged.call_id])
    outcome = await world.deriver().run()
    assert (outcome.calls, outcome.rewritten, outcome.errors) == (6, 5, 1)
    assert outcome.last_error
    assert outcome.last_error.startswith(f"Call record {damaged.call_id}: ")
    profiles = await world.profiles()
    assert (profiles.count("before2022"), profiles[1]) == (5, "current")


async def test_a_worker_that_is_killed_anywhere_leaves_the_rest_to_the_next(world: World) -> None:
    deriver = world.deriver()
    killed = Worker(world.account, lambda stepped: Deriver(stepped, BEFORE_2022).handle())
    while "before2022" not in (profiles := await world.profiles()):
        await killed.step()
    await killed.kill()
    assert "current" in profiles
    before = world.cosmos.server.requests["replace"]
    await deriver.run()
    assert set(await world.profiles()) == {"before2022"}
    # What is done is not done again.
    assert world.cosmos.server.requests["replace"] - before == 5


@pytest.mark.usefixtures("no_waits")
async def test_it_goes_on_at_its_position_after_cosmos_was_away(world: World) -> None:
    deriver = world.deriver()
    # Two records are read whole, and the next one is not.
    with world.cosmos.failing(FaultRule("replace", times=None, skip=2, status=503)):
        await deriver.handle()
        assert len(deriver.queues.main.sent) == 1
    outcome = await deriver.run_on()
    assert (outcome.calls, outcome.rewritten, outcome.errors) == (6, 6, 0)
    assert set(await world.profiles()) == {"before2022"}
