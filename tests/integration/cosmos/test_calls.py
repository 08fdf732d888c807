"""Fact rows: an older one never takes the place of a newer one."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from callrecords.cosmos.account import Account
from callrecords.cosmos.calls import CallsStore
from callrecords.errors import Unavailable
from callrecords.graphtypes import utc
from callrecords.ports.callrow import CallRow
from callrecords.ports.rows import Row, TimedRow
from tests.integration.cosmos.cosmosaccount import CosmosAccount
from tests.integration.cosmos.faultrules import ReplicaBehind
from tests.integration.cosmos.invented import DAY, NEXT_DAY, TENANT, new_call_id
from tests.integration.cosmos.stepping import Worker

_TRIES = 5
START = datetime.fromisoformat(DAY).replace(hour=10, tzinfo=UTC)
OF_DAY = (START - timedelta(hours=10), START + timedelta(hours=14))


@pytest.fixture
def facts(account: Account) -> CallsStore:
    return CallsStore(account, TENANT)


def row(call_id: str, version: int, day: str = DAY, **others: object) -> CallRow:
    found = {
        "id": call_id,
        "callId": call_id,
        "tenantId": TENANT,
        "day": day,
        "version": version,
        "caveats": [],
        "startDateTime": utc(START),
        **others,
    }
    return cast("CallRow", found)


def saving(account: Account, row: CallRow) -> Worker[bool]:
    """A worker that saves `row` step by step: it reads the stored one, then writes."""
    return Worker(account, lambda stepped: CallsStore(stepped, TENANT).save(row))


def deleting(account: Account, call_id: str, older_than: int) -> Worker[None]:
    """A worker that deletes the call's row of `DAY` step by step: it reads it, then deletes it."""
    return Worker(account, lambda stepped: CallsStore(stepped, TENANT).delete(call_id, DAY, older_than))


async def test_a_call_without_a_row_has_none(facts: CallsStore) -> None:
    assert await facts.row(new_call_id(), DAY) is None


async def test_a_row_of_the_same_version_or_a_newer_one_takes_the_place_of_the_stored_one(
    cosmos: CosmosAccount, facts: CallsStore
) -> None:
    call_id = new_call_id()
    for saved in (row(call_id, 1), row(call_id, 1, type="groupCall"), row(call_id, 2)):
        await facts.save(saved)
        assert await cosmos.fact_rows(call_id) == [saved]
        assert await facts.row(call_id, DAY) == Row(saved["version"])


async def test_an_older_row_does_not(cosmos: CosmosAccount, facts: CallsStore) -> None:
    call_id = new_call_id()
    await facts.save(row(call_id, 2))
    await facts.save(row(call_id, 1))
    assert await cosmos.fact_rows(call_id) == [row(call_id, 2)]


async def test_a_row_of_a_record_without_sessions_takes_the_place_of_none_with_some(
    cosmos: CosmosAccount, facts: CallsStore
) -> None:
    call_id = new_call_id()
    without, whole, newer = row(call_id, 1), row(call_id, 1), row(call_id, 2)
    without["caveats"] = newer["caveats"] = ["noSessions"]
    for saved, expected in ((without, without), (whole, whole), (without, whole), (newer, whole)):
        await facts.save(saved)
        assert await cosmos.fact_rows(call_id) == [expected]


@pytest.mark.parametrize("stored", [None, 0])
@pytest.mark.parametrize(("slow", "fast"), [(1, 2), (2, 1)])
async def test_the_newer_row_stays_whoever_is_slow(
    cosmos: CosmosAccount, account: Account, facts: CallsStore, stored: int | None, slow: int, fast: int
) -> None:
    for steps in itertools.count():
        call_id = new_call_id()
        if stored is not None:
            await facts.save(row(call_id, stored))
        worker = saving(account, row(call_id, slow))
        await worker.steps(steps)
        has_ended = worker.ended
        await facts.save(row(call_id, fast))
        await worker.run()
        assert await cosmos.fact_rows(call_id) == [row(call_id, 2)]
        if has_ended:
            break


async def test_a_404_that_does_not_mean_the_row_is_no_lost_race(cosmos: CosmosAccount, facts: CallsStore) -> None:
    behind = ReplicaBehind("create", times=None)
    with cosmos.failing(behind), pytest.raises(Unavailable, match="Cosmos answered 404"):
        await facts.save(row(new_call_id(), 1))


async def test_a_row_that_is_deleted_before_it_is_replaced_is_made_anew(
    cosmos: CosmosAccount, account: Account, facts: CallsStore
) -> None:
    call_id = new_call_id()
    await facts.save(row(call_id, 1))
    worker = saving(account, row(call_id, 2))
    await worker.step()
    await facts.delete(call_id, DAY, older_than=2)
    await worker.run()
    assert await cosmos.fact_rows(call_id) == [row(call_id, 2)]


@pytest.mark.parametrize("losses", [_TRIES - 1, _TRIES])
async def test_a_writer_that_loses_again_and_again_comes_back_later(
    cosmos: CosmosAccount, account: Account, facts: CallsStore, losses: int
) -> None:
    call_id = new_call_id()
    worker = saving(account, row(call_id, 100))
    for version in range(losses):
        await worker.step()
        await facts.save(row(call_id, version))
        await worker.step()
    if losses < _TRIES:
        await worker.run()
        assert await cosmos.fact_rows(call_id) == [row(call_id, 100)]
    else:
        with pytest.raises(Unavailable, match="lost 5 races against other writers"):
            await worker.run()


async def test_an_older_row_is_deleted_from_the_day_that_is_named_and_doing_it_again_is_no_error(
    cosmos: CosmosAccount, facts: CallsStore
) -> None:
    call_id = new_call_id()
    for day in (DAY, NEXT_DAY):
        await facts.save(row(call_id, 1, day))
    for _ in range(2):
        await facts.delete(call_id, DAY, older_than=2)
        assert await cosmos.fact_rows(call_id) == [row(call_id, 1, NEXT_DAY)]


@pytest.mark.parametrize("version", [2, 3])
async def test_a_row_that_is_not_older_is_not_deleted(cosmos: CosmosAccount, facts: CallsStore, version: int) -> None:
    call_id = new_call_id()
    await facts.save(row(call_id, version))
    await facts.delete(call_id, DAY, older_than=2)
    assert await cosmos.fact_versions(call_id) == {DAY: version}


@pytest.mark.parametrize(("version", "left"), [(2, {}), (3, {DAY: 3})])
async def test_a_row_that_was_replaced_before_it_is_deleted_is_looked_at_again(
    cosmos: CosmosAccount, account: Account, facts: CallsStore, version: int, left: dict[str, int]
) -> None:
    call_id = new_call_id()
    await facts.save(row(call_id, 1))
    worker = deleting(account, call_id, older_than=3)
    await worker.step()
    await facts.save(row(call_id, version))
    await worker.run()
    assert await cosmos.fact_versions(call_id) == left


async def test_two_workers_may_delete_a_row_at_once(cosmos: CosmosAccount, account: Account, facts: CallsStore) -> None:
    call_id = new_call_id()
    await facts.save(row(call_id, 1))
    worker = deleting(account, call_id, older_than=2)
    await worker.step()
    await facts.delete(call_id, DAY, older_than=2)
    await worker.run()
    assert await cosmos.fact_versions(call_id) == {}


async def test_a_row_that_keeps_being_replaced_is_deleted_later(account: Account, facts: CallsStore) -> None:
    call_id = new_call_id()
    await facts.save(row(call_id, 0))
    worker = deleting(account, call_id, older_than=100)
    for version in range(1, 1 + _TRIES):
        await worker.step()
        await facts.save(row(call_id, version))
        await worker.step()
    with pytest.raises(Unavailable, match="lost 5 races against other writers"):
        await worker.run()


async def test_the_versions_of_a_day_are_those_of_its_calls_and_of_this_tenant(account: Account) -> None:
    tenant = "0f2e3d4c-5b6a-4788-99aa-bbccddeeff00"
    facts, others = CallsStore(account, tenant), CallsStore(account, TENANT)
    first, second, other = new_call_id(), new_call_id(), new_call_id()
    for saved in (row(first, 3), row(second, 1) | {"caveats": ["noSessions"]}, row(other, 1, NEXT_DAY)):
        await facts.save({**saved, "tenantId": tenant})
    await others.save(row(other, 1))
    assert {call_id: each.row for call_id, each in (await facts.versions(DAY, *OF_DAY)).items()} == {
        first: Row(3),
        second: Row(1, frozenset({"noSessions"})),
    }
    assert await facts.versions("2026-03-01", *OF_DAY) == {}


async def test_the_versions_of_a_time_are_those_of_the_calls_that_started_in_it(facts: CallsStore) -> None:
    call_id = new_call_id()
    await facts.save(row(call_id, 3))
    second = timedelta(seconds=1)
    assert (await facts.versions(DAY, START, START + second))[call_id] == TimedRow(Row(3), START)
    assert call_id not in await facts.versions(DAY, START + second, START + 2 * second)
    assert call_id not in await facts.versions(DAY, START - second, START)


@pytest.mark.parametrize("damage", [{"version": "2"}, {"version": -1}, {"version": 2.5}, {"caveats": None}], ids=str)
async def test_a_row_that_this_app_has_not_written_counts_as_older_than_any(
    cosmos: CosmosAccount, facts: CallsStore, damage: dict[str, object]
) -> None:
    call_id = new_call_id()
    await cosmos.database.get_container_client("calls").upsert_item({**row(call_id, 2), **damage})
    assert await facts.row(call_id, DAY) == Row(0)
    assert (await facts.versions(DAY, *OF_DAY))[call_id].row == Row(0)
    await facts.save(row(call_id, 1))
    assert await cosmos.fact_rows(call_id) == [row(call_id, 1)]
