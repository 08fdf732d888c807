"""The rows of phone calls in Cosmos, whose partitions are days."""

import functools
from typing import cast

import pytest

from callrecords.cosmos import phonecalls
from callrecords.cosmos.account import Account
from callrecords.cosmos.phonecalls import PhoneCallsStore
from callrecords.errors import Unavailable
from callrecords.graphtypes import JsonObject
from callrecords.ports.phonerow import KnownPhoneRow, PhoneRow
from local.cosmos.faults import FaultRule
from tests.generated import phone_call_rows, store_phone_rows
from tests.integration.cosmos.cosmosaccount import DATABASE, CosmosAccount
from tests.invented import OTHER_TENANT, TENANT

ROWS = phone_call_rows()
IDS = [row["id"] for row in ROWS]


@pytest.fixture(scope="module")
async def store(account: Account) -> PhoneCallsStore:
    """A store of ROWS."""
    await store_phone_rows(account, ROWS)
    return PhoneCallsStore(account, TENANT)


def stored(cosmos: CosmosAccount, row_id: str) -> list[JsonObject]:
    """The rows with the id, whatever their day, without the properties of Cosmos."""
    found = cosmos.server.of_id(DATABASE, "phoneCalls", row_id)
    return [{name: value for name, value in row.items() if not name.startswith("_")} for row in found]


def changed(row: PhoneRow, row_id: str, **changes: object) -> PhoneRow:
    """Another row like that one."""
    return cast("PhoneRow", {**row, "id": row_id, **changes})


@pytest.mark.usefixtures("store")
async def test_a_row_is_stored_whole(cosmos: CosmosAccount) -> None:
    for row in ROWS[:5]:
        assert stored(cosmos, row["id"]) == [row]


async def test_what_is_stored_is_known_by_id_whatever_the_day(store: PhoneCallsStore) -> None:
    known = await store.known([*IDS, "pstn-other", IDS[0]])
    assert known == {row["id"]: (KnownPhoneRow(row["day"], row["digest"], row["joined"]),) for row in ROWS}
    assert len({each.day for (each,) in known.values()}) > 1


async def test_nothing_is_asked_about_no_row(store: PhoneCallsStore, cosmos: CosmosAccount) -> None:
    before = cosmos.server.requests["query"]
    assert await store.known([]) == {}
    assert cosmos.server.requests["query"] == before


async def test_many_rows_are_asked_for_some_at_a_time(
    store: PhoneCallsStore, cosmos: CosmosAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phonecalls, "_IDS_A_QUERY", 40)
    before = cosmos.server.requests["query"]
    assert (await store.known([*IDS, *IDS])).keys() == {*IDS}
    assert cosmos.server.requests["query"] == before + -(-len(IDS) // 40)


@pytest.mark.usefixtures("store")
async def test_the_rows_of_another_tenant_are_not_known(account: Account) -> None:
    assert await PhoneCallsStore(account, OTHER_TENANT).known(IDS) == {}


async def test_a_row_takes_the_place_of_what_is_there(store: PhoneCallsStore, cosmos: CosmosAccount) -> None:
    await store.save(changed(ROWS[0], "pstn-again", digest="1" * 32))
    newer = changed(ROWS[0], "pstn-again", digest="2" * 32)
    await store.save(newer)
    assert stored(cosmos, "pstn-again") == [newer]
    known = await store.known(["pstn-again"])
    assert known == {"pstn-again": (KnownPhoneRow(newer["day"], "2" * 32, newer["joined"]),)}


async def test_of_a_row_under_two_days_both_are_known(store: PhoneCallsStore) -> None:
    for number, day in enumerate(("2026-05-02", "2026-05-01")):
        await store.save(changed(ROWS[0], "pstn-moved", day=day, digest=str(number) * 32))
    known = (await store.known(["pstn-moved"]))["pstn-moved"]
    assert sorted(known, key=lambda each: each.day, reverse=True) == [
        KnownPhoneRow("2026-05-02", "0" * 32, ROWS[0]["joined"]),
        KnownPhoneRow("2026-05-01", "1" * 32, ROWS[0]["joined"]),
    ]


async def test_a_row_is_removed_from_one_day_and_once(store: PhoneCallsStore, cosmos: CosmosAccount) -> None:
    first, second = (changed(ROWS[0], "pstn-gone", day=day) for day in ("2026-06-01", "2026-06-02"))
    await store.save(first)
    await store.save(second)
    await store.delete("pstn-gone", "2026-06-01")
    await store.delete("pstn-gone", "2026-06-01")
    assert stored(cosmos, "pstn-gone") == [second]


@pytest.mark.usefixtures("no_waits")
async def test_a_failure_tells_what_was_to_be_done_and_nothing_of_the_row(
    store: PhoneCallsStore, cosmos: CosmosAccount
) -> None:
    row = changed(next(row for row in ROWS if "userPrincipalName" in row), "pstn-failing")
    for operation, work in (
        ("upsert", functools.partial(store.save, row)),
        ("delete", functools.partial(store.delete, row["id"], row["day"])),
        ("query", functools.partial(store.known, [row["id"]])),
    ):
        with cosmos.failing(FaultRule(operation, status=503, times=None)), pytest.raises(Unavailable) as failed:
            await work()
        assert "hone call" in str(failed.value)
        assert row["userPrincipalName"] not in str(failed.value)
