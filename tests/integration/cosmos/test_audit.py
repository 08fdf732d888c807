"""What was damaged in Cosmos is whole after an audit and the messages that it enqueues."""

from collections.abc import AsyncIterator

import pytest

from callrecords.callrecord import CallRecord, Progress
from callrecords.collect.arrivals import Arrivals
from callrecords.collect.audit import StoreAudit
from callrecords.collect.auditrun import AuditOutcome, ended
from callrecords.collect.factrows import FactRows
from callrecords.collect.givenup import GivenUpCalls
from callrecords.collect.ingest import Ingest
from callrecords.collect.repeats import Repeats
from callrecords.cosmos.account import Account
from callrecords.cosmos.callrecords import CallRecordsStore
from callrecords.cosmos.calls import CallsStore
from callrecords.cosmos.slices import DaySliceReader
from callrecords.cosmos.state import StateStore
from callrecords.facts.row import fact_row
from local.cosmos import CosmosServer
from tests.doubles import Clock, Queues
from tests.generated import store_record
from tests.integration.cosmos.cosmosaccount import CosmosAccount, running_account
from tests.integration.cosmos.invented import DAY, NEXT_DAY, TENANT, call_record, new_call_id
from tests.reading import PagedReading

pytestmark = pytest.mark.usefixtures("small_items")


class Graph:
    """Holds a version of each call."""

    def __init__(self, records: list[CallRecord]) -> None:
        self.records = {record.call_id: record for record in records}

    async def start(self, call_id: str) -> PagedReading:
        return PagedReading(self.records[call_id])

    async def resume(self, call_id: str, progress: Progress) -> PagedReading:
        return PagedReading(self.records[call_id], since=progress)


class World:
    """An account with calls that were collected, and what audits it."""

    def __init__(self, cosmos: CosmosAccount, account: Account) -> None:
        self.cosmos, self.account = cosmos, account
        self.records = [call_record(new_call_id(), version=2) for _ in range(8)]
        self.calls, self.queues = Queues(), Queues()
        self.state, clock = StateStore(account, TENANT), Clock()
        self.rows, store = CallsStore(account, TENANT), CallRecordsStore(account, TENANT)
        given_up = GivenUpCalls(self.state, clock)
        self.audit = StoreAudit(
            tenant_id=TENANT,
            slices=DaySliceReader(account, TENANT),
            records=store,
            rows=self.rows,
            given_up=given_up,
            state=self.state,
            calls=self.calls.work,
            queue=self.queues.work,
            clock=clock,
        )
        self.ingest = Ingest(
            records=Graph(self.records),
            store=store,
            rows=FactRows(tenant_id=TENANT, store=store, rows=self.rows),
            arrivals=Arrivals(self.state, clock),
            given_up=given_up,
            repeats=Repeats(clock),
            queue=self.calls.work,
        )

    async def store(self, record: CallRecord) -> None:
        await store_record(self.account, record)
        await self.rows.save(fact_row(record, TENANT))

    async def outcome(self, day: str) -> AuditOutcome:
        """That of an audit of the day."""
        assert await self.audit.start("command", day, day)
        while self.queues.main.sent:
            await self.audit.on_message(self.queues.main.sent.pop(0).text, 1)
        found = await self.state.read(ended("command"))
        assert found
        return found

    async def mend(self) -> None:
        """Handles the messages about calls."""
        while self.calls.main.sent:
            await self.ingest.on_message(self.calls.main.sent.pop(0).text, 1)
        assert self.calls.poison.sent == []

    async def delete(self, container: str, item_id: str, *key: str) -> None:
        await self.cosmos.database.get_container_client(container).delete_item(item_id, partition_key=[TENANT, *key])

    async def is_whole(self) -> bool:
        """Whether every call has its record and its row, and nothing else."""
        compared = [(await self.cosmos.compared_with(record)).complete for record in self.records]
        rows = [await self.cosmos.fact_versions(record.call_id) for record in self.records]
        return all(compared) and rows == [{DAY: 2}] * len(self.records)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running_account(CosmosServer()) as cosmos, cosmos.open() as account:
        world = World(cosmos, account)
        for record in world.records:
            await world.store(record)
        yield world


async def test_calls_that_are_whole_are_counted_and_nothing_is_written_but_the_outcome(world: World) -> None:
    before = world.cosmos.writes
    outcome = await world.outcome(DAY)
    assert (outcome.compared, outcome.whole, outcome.enqueued) == (8, 8, 0)
    assert outcome.request_units > 0
    # That it starts, that it goes on, and its outcome under two ids.
    assert world.cosmos.writes - before == 4
    assert await world.is_whole()


async def test_whatever_was_deleted_is_there_again(world: World) -> None:
    header, part, row, header_and_row, header_and_part, stale, *_ = world.records
    for record in (header, header_and_row, header_and_part):
        await world.delete("callRecords", record.call_id, record.call_id)
    for record in (part, header_and_part):
        names = [name for name in await world.cosmos.items(record.call_id) if name.startswith("sessions-")]
        await world.delete("callRecords", names[0], record.call_id)
    for record in (row, header_and_row, stale):
        await world.delete("calls", record.call_id, DAY, record.call_id)
    await world.rows.save(fact_row(call_record(stale.call_id, version=1), TENANT))
    outcome = await world.outcome(DAY)
    assert (outcome.compared, outcome.whole, outcome.damaged, outcome.without_header) == (8, 2, 1, 2)
    # Of the call that has lost header and row, there are parts that may be about to get a header.
    assert (outcome.without_row, outcome.other_row, outcome.under_way, outcome.enqueued) == (1, 1, 1, 5)
    await world.mend()
    await world.store(header_and_row)
    again = await world.outcome(DAY)
    assert (again.whole, again.enqueued) == (8, 0)
    assert await world.is_whole()


@pytest.mark.parametrize("version", [1, 2])
async def test_a_row_that_was_left_on_another_day_goes_and_its_day_is_announced(world: World, version: int) -> None:
    call_id = world.records[0].call_id
    left = fact_row(call_record(call_id, version, day=NEXT_DAY), TENANT)
    await world.rows.save(left)
    assert await world.cosmos.fact_versions(call_id) == {DAY: 2, NEXT_DAY: version}
    outcome = await world.outcome(NEXT_DAY)
    assert (outcome.compared, outcome.leftover_row, outcome.enqueued) == (1, 1, 1)
    await world.mend()
    (row,) = await world.cosmos.fact_rows(call_id)
    assert (row["day"], row["version"], row["formerDays"]) == (DAY, 2, [NEXT_DAY])
    assert await world.is_whole()
    assert (await world.outcome(NEXT_DAY)).compared == 0
    assert (await world.outcome(DAY)).whole == 8


async def test_a_former_day_that_the_row_does_not_tell_is_told(world: World) -> None:
    call_id = world.records[0].call_id
    await CallRecordsStore(world.account, TENANT).add_former_day(call_id, NEXT_DAY)
    assert (await world.outcome(DAY)).other_row == 1
    await world.mend()
    (row,) = await world.cosmos.fact_rows(call_id)
    assert row["formerDays"] == [NEXT_DAY]
    assert (await world.outcome(DAY)).whole == 8


async def test_parts_of_an_older_version_go(world: World) -> None:
    call_id = world.records[0].call_id
    items = await world.cosmos.items(call_id)
    name = next(name for name in items if name.startswith("sessions-"))
    container = world.cosmos.database.get_container_client("callRecords")
    await container.create_item({**items[name], "id": name.replace("-2-", "-1-"), "version": 1})
    outcome = await world.outcome(DAY)
    assert (outcome.orphaned_parts, outcome.enqueued) == (1, 0)
    assert await world.is_whole()
