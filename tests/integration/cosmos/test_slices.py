"""A day in Cosmos slice by slice."""

from datetime import UTC, datetime, timedelta

import pytest

from callrecords.collect.slicedrun import ALL_IDS, bound
from callrecords.collect.verdicts import at_first_sight, at_second_sight
from callrecords.cosmos.account import Account
from callrecords.cosmos.callrecords import CallRecordsStore
from callrecords.cosmos.calls import CallsStore
from callrecords.cosmos.slices import DaySliceReader
from callrecords.errors import Throttled, Unavailable
from callrecords.facts.row import FACTS_VERSION, Rules, fact_row
from callrecords.ports.records import Stored
from callrecords.ports.slices import DayRow, Held
from local.cosmos import CosmosServer
from local.cosmos.faults import FaultRule
from tests.generated import store_record
from tests.integration.cosmos.cosmosaccount import CosmosAccount, running_account
from tests.integration.cosmos.invented import DAY, NEXT_DAY, TENANT, call_record, new_call_id
from tests.integration.cosmos.stepping import Worker
from tests.invented import OTHER_TENANT

pytestmark = pytest.mark.usefixtures("small_items")

EVERYTHING = bound(0), bound(ALL_IDS)


@pytest.fixture
def slices(account: Account) -> DaySliceReader:
    return DaySliceReader(account, TENANT)


async def held(slices: DaySliceReader, day: str, call_id: str) -> Held | None:
    found = (await slices.read(day, EVERYTHING, None)).calls
    assert found is not None
    return found.get(call_id)


async def test_a_slice_has_header_parts_and_row_of_a_call(
    account: Account, cosmos: CosmosAccount, slices: DaySliceReader
) -> None:
    record = call_record(new_call_id(), version=2)
    began = datetime.now(UTC) - timedelta(seconds=1)
    await store_record(account, record)
    await CallsStore(account, TENANT).save(fact_row(record, TENANT, {NEXT_DAY}))
    found = await held(slices, DAY, record.call_id)
    assert found
    assert found.header
    assert found.header.version == 2
    names = cosmos_parts(await cosmos.items(record.call_id), record.call_id)
    assert found.header.parts == {part.part_id for part in found.parts} == names
    assert all(began <= part.written <= datetime.now(UTC) for part in found.parts)
    assert found.row == row_of(2, NEXT_DAY)
    assert await held(slices, NEXT_DAY, record.call_id) is None


def row_of(version: int, *former_days: str) -> DayRow:
    """A row that was derived by the rules of now."""
    profile = Rules().profile.value
    return DayRow(version, former_days=frozenset(former_days), facts_version=FACTS_VERSION, quality_profile=profile)


def cosmos_parts(items: dict[str, dict[str, object]], call_id: str) -> set[str]:
    return items.keys() - {call_id}


async def test_parts_without_a_header_and_a_row_without_a_record_are_there(
    account: Account, cosmos: CosmosAccount, slices: DaySliceReader
) -> None:
    record, other = call_record(new_call_id(), version=1), call_record(new_call_id(), version=1)
    await store_record(account, record)
    await cosmos.database.get_container_client("callRecords").delete_item(
        record.call_id, partition_key=[TENANT, record.call_id]
    )
    await CallsStore(account, TENANT).save(fact_row(other, TENANT))
    found = await held(slices, DAY, record.call_id)
    assert found
    assert (found.header, found.row, len(found.parts)) == (None, None, 2)
    assert await held(slices, DAY, other.call_id) == Held(row=row_of(1))


async def test_a_slice_has_the_calls_between_its_bounds_and_those_of_its_tenant_alone(
    account: Account, slices: DaySliceReader
) -> None:
    record = call_record("7b1c" + new_call_id()[4:], version=1)
    await store_record(account, record)
    await store_record(account, call_record("7b1d" + new_call_id()[4:], version=1), OTHER_TENANT)
    piece = await slices.read(DAY, (bound(0x7B1C), bound(0x7B1D)), None)
    assert piece.calls is not None
    assert [*piece.calls] == [record.call_id]
    assert (await slices.read(DAY, (bound(0x7B1E), bound(ALL_IDS)), None)).calls == {}


@pytest.mark.parametrize(("most", "is_whole"), [(3, False), (4, False), (5, True)])
async def test_a_slice_of_too_many_items_is_left_off(account: Account, most: int, is_whole: bool) -> None:
    reader, day = DaySliceReader(account, TENANT), f"2026-05-0{most}"
    record = call_record(new_call_id(), version=1, day=day)
    await store_record(account, record)
    await CallsStore(account, TENANT).save(fact_row(record, TENANT))
    piece = await reader.read(day, EVERYTHING, most)
    assert (piece.calls is not None) is is_whole
    assert piece.request_units > 0


async def test_what_cosmos_charges_is_added_up_page_by_page(
    account: Account, slices: DaySliceReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = "2026-06-01"
    for _ in range(4):
        await store_record(account, call_record(new_call_id(), version=1, day=day))
    whole = await slices.read(day, EVERYTHING, None)
    monkeypatch.setattr("callrecords.cosmos.slices._PAGE", 3)
    in_pages = await slices.read(day, EVERYTHING, None)
    assert whole.calls == in_pages.calls
    # The local server charges 2 request units a page and 0.03 an item.
    assert (whole.request_units, in_pages.request_units) == pytest.approx((2 * 2 + 12 * 0.03, 5 * 2 + 12 * 0.03))


@pytest.mark.usefixtures("no_waits")
async def test_a_slice_that_cosmos_throttles_says_so(cosmos: CosmosAccount, slices: DaySliceReader) -> None:
    await slices.read(DAY, EVERYTHING, None)
    with cosmos.failing(FaultRule("query", times=None, status=429)), pytest.raises(Throttled, match=f"Slice of {DAY}"):
        await slices.read(DAY, EVERYTHING, None)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [({"callRecords": -1, "calls": -1}, None), ({"callRecords": 900, "calls": -1}, 900), ({"calls": 60}, 60)],
)
async def test_the_retention_is_the_shorter_one_of_both_containers(
    seconds: dict[str, int], expected: int | None
) -> None:
    async with running_account(CosmosServer()) as cosmos, cosmos.open() as account:
        reader = DaySliceReader(account, TENANT)
        assert await reader.retention() is None
        for name, ttl in seconds.items():
            container = cosmos.database.get_container_client(name)
            key, policy = (await container.read())["partitionKey"], (await container.read())["indexingPolicy"]
            await cosmos.database.replace_container(name, key, indexing_policy=policy, default_ttl=ttl)
        retention = await reader.retention()
        assert retention == (expected and timedelta(seconds=expected))


async def header_of(store: CallRecordsStore, call_id: str) -> Stored:
    found = await store.look(call_id)
    assert isinstance(found, Stored)
    return found


async def test_a_header_is_told_a_former_day_once(account: Account, cosmos: CosmosAccount) -> None:
    store, record = CallRecordsStore(account, TENANT), call_record(new_call_id(), version=1)
    await store.add_former_day(record.call_id, NEXT_DAY)  # without a header there is nothing to do
    await store_record(account, record)
    for day in (DAY, NEXT_DAY):
        await store.add_former_day(record.call_id, day)
    await store.add_former_day(record.call_id, "2026-03-06")
    etag = (await header_of(store, record.call_id)).etag
    await store.add_former_day(record.call_id, NEXT_DAY)
    found = await header_of(store, record.call_id)
    assert (found.former_days, found.etag) == (frozenset({NEXT_DAY, "2026-03-06"}), etag)
    assert (await cosmos.compared_with(record)).complete


def adding(account: Account, call_id: str) -> Worker[None]:
    """A worker that tells the header a former day step by step: it reads it, then changes it."""
    return Worker(account, lambda stepped: CallRecordsStore(stepped, TENANT).add_former_day(call_id, NEXT_DAY))


async def test_a_header_that_is_replaced_meanwhile_is_told_a_former_day_all_the_same(account: Account) -> None:
    store, call_id = CallRecordsStore(account, TENANT), new_call_id()
    await store_record(account, call_record(call_id, version=1))
    worker = adding(account, call_id)
    await worker.step()
    await store_record(account, call_record(call_id, version=2))
    await worker.run()
    found = await store.look(call_id)
    assert isinstance(found, Stored)
    assert (found.version, found.former_days) == (2, frozenset({NEXT_DAY}))


async def test_a_header_that_keeps_being_replaced_is_told_no_former_day_and_that_is_said(account: Account) -> None:
    call_id = new_call_id()
    await store_record(account, call_record(call_id, version=1))
    worker = adding(account, call_id)
    await worker.step()
    for version in range(2, 7):
        await store_record(account, call_record(call_id, version))
        await worker.steps(2)
    with pytest.raises(Unavailable, match="lost 5 races"):
        await worker.run()


@pytest.mark.parametrize("damage", [{"version": "2"}, {"parts": None}, {"caveats": None}, {"formerDays": 5}], ids=str)
async def test_a_header_that_this_app_has_not_written_is_damaged_and_nobody_else_is_disturbed(
    account: Account, cosmos: CosmosAccount, slices: DaySliceReader, damage: dict[str, object]
) -> None:
    record, other = call_record(new_call_id(), version=2), call_record(new_call_id(), version=2)
    for each in (record, other):
        await store_record(account, each)
    container = cosmos.database.get_container_client("callRecords")
    header = (await cosmos.items(record.call_id))[record.call_id]
    await container.upsert_item({**header, **damage})
    await container.upsert_item({"id": "foreign", "tenantId": TENANT, "callId": other.call_id, "day": DAY})
    calls = cosmos.database.get_container_client("calls")
    await calls.upsert_item(
        {
            "id": record.call_id,
            "callId": record.call_id,
            "tenantId": TENANT,
            "day": DAY,
            "version": 2.5,
            "factsVersion": "1",
        }
    )
    found = await held(slices, DAY, record.call_id)
    assert found
    assert found.row == DayRow(0)
    assert at_first_sight(found) is None
    assert (
        at_second_sight(
            found, await CallRecordsStore(account, TENANT).look(record.call_id), DAY, datetime.now(UTC)
        ).verdict
        == "damaged"
    )
    whole = await held(slices, DAY, other.call_id)
    assert whole
    assert whole.header
    assert whole.header.parts == {part.part_id for part in whole.parts}
