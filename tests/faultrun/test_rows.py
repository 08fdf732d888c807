"""Which fact rows the fault run finds wrong, and what it deletes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, CosmosClient

from callrecords.cosmos.items import Items, join, split
from callrecords.errors import Unreadable
from callrecords.facts.row import fact_row
from callrecords.graphtypes import JsonObject
from local.cosmos import KEY, CosmosServer
from local.faultrun.damage import Damage, Kind
from local.faultrun.rows import wrong_rows
from local.serve import serve
from local.stack import DATABASE, TENANT_ID
from local.traffic import Call, generate
from tests.generated import call_record

DAY = date(2026, 3, 4)
CALLS = generate(3, 4, DAY, TENANT_ID)
HELD = {call.call_id: call.versions[-1].record for call in CALLS}
LATER = datetime(2026, 3, 6, tzinfo=UTC)


@dataclass
class Store:
    """A Cosmos account with the calls, as the app stores them."""

    server: CosmosServer
    records: ContainerProxy
    rows: ContainerProxy

    async def change_row(self, call: Call, **properties: object) -> None:
        row = await self.rows.read_item(call.call_id, [TENANT_ID, DAY.isoformat(), call.call_id])
        await self.rows.upsert_item(row | properties)

    async def wrong(self, repaired: str = "") -> list[str]:
        return await wrong_rows(HELD, self.rows, [repaired])

    async def items(self) -> tuple[set[str], set[str]]:
        """The ids of what is stored of the records, and of the rows."""
        records = {item["id"] async for item in self.records.query_items("SELECT c.id FROM c")}
        return records, {item["id"] async for item in self.rows.query_items("SELECT c.id FROM c")}


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    server = CosmosServer()
    async with serve(server.app()) as served, CosmosClient(served.url, KEY) as client:
        database = await client.create_database(DATABASE)
        records = await database.create_container("callRecords", _key("/tenantId", "/callId"))
        rows = await database.create_container("calls", _key("/tenantId", "/day", "/callId"))
        for record in HELD.values():
            await _store(record, records, rows)
        yield Store(server, records, rows)


def _key(*paths: str) -> PartitionKey:
    return PartitionKey(path=[*paths], kind="MultiHash")


async def _store(record: JsonObject, records: ContainerProxy, rows: ContainerProxy) -> None:
    items = split(call_record(record), TENANT_ID)
    for item in (items.header, *items.parts):
        await records.create_item(item)
    await rows.create_item(dict(fact_row(call_record(record), TENANT_ID)))


async def test_the_rows_that_the_records_in_graph_come_to_are_right(store: Store) -> None:
    assert await store.wrong() == []


@pytest.mark.parametrize(
    "change", [{"version": 99}, {"participantCount": 99}, {"endpoints": []}, {"caveats": ["repaired"]}, {"novelty": 1}]
)
async def test_a_row_with_anything_else_in_it_is_wrong(store: Store, change: dict[str, Any]) -> None:
    await store.change_row(CALLS[1], **change)
    assert await store.wrong() == [CALLS[1].call_id]


async def test_which_days_the_call_had_before_is_the_runs_own_affair(store: Store) -> None:
    await store.change_row(CALLS[1], formerDays=["2026-03-03"])
    assert await store.wrong() == []


async def test_a_call_that_is_stored_as_repaired_says_so_in_its_row(store: Store) -> None:
    assert await store.wrong(repaired=CALLS[1].call_id) == [CALLS[1].call_id]
    await store.change_row(CALLS[1], caveats=["repaired"])
    assert await store.wrong(repaired=CALLS[1].call_id) == []


async def test_a_second_row_a_missing_one_and_one_of_no_call_are_wrong(store: Store) -> None:
    twice, gone = CALLS[0].call_id, CALLS[1].call_id
    row = await store.rows.read_item(twice, [TENANT_ID, DAY.isoformat(), twice])
    await store.rows.create_item(row | {"day": "2026-03-03"})
    await store.rows.create_item(row | {"id": "of no call"})
    await store.rows.delete_item(gone, [TENANT_ID, DAY.isoformat(), gone])
    assert await store.wrong() == [twice, gone, "of no call"]


@pytest.mark.parametrize("kind", ["header", "lists", "row"])
async def test_damage_is_done_to_as_many_calls_as_wanted_and_to_what_is_named_alone(store: Store, kind: Kind) -> None:
    records, rows = await store.items()
    damage = Damage(store.server, HELD, CALLS)
    assert damage.do(kind, 2, LATER) == 2
    records_left, rows_left = await store.items()
    lost = records - records_left
    assert len(rows - rows_left) == (2 if kind == "row" else 0)
    assert len(lost & HELD.keys()) == (2 if kind == "header" else 0)
    assert len(lost) == (2 if kind == "header" else 0)
    assert len(damage.spoiled) == (2 if kind == "lists" else 0)
    for call_id in damage.spoiled:
        header = await store.records.read_item(call_id, [TENANT_ID, call_id])
        with pytest.raises(Unreadable):
            join(Items(header, []))
    assert damage.do(kind, 4, LATER) == 2  # the others: no call twice


async def test_a_call_of_which_graph_has_told_lately_or_that_is_not_stored_at_its_newest_version_is_left_alone(
    store: Store,
) -> None:
    before = await store.items()
    latest = min(version.notified_at[-1] for call in CALLS for version in call.versions)
    assert Damage(store.server, HELD, CALLS).do("row", 4, latest + timedelta(hours=1)) == 0
    newer = {call_id: record | {"version": 99} for call_id, record in HELD.items()}
    assert Damage(store.server, newer, CALLS).do("row", 4, LATER) == 0
    assert await store.items() == before
