"""The fact row of one call, with what is packed in it."""

import pytest

from callrecords.cosmos.account import Account
from callrecords.cosmos.callrecords import CallRecordsStore
from callrecords.cosmos.calls import CallsStore
from callrecords.facts.details import unpack
from callrecords.http.callfacts import CallFacts
from callrecords.ports.callrow import Packing
from local.cosmos import CosmosServer
from tests.asking import body
from tests.generated import DAYS, rows, store_record, store_rows, versions
from tests.integration.cosmos.cosmosaccount import running_account
from tests.integration.http.searching import packed_rows
from tests.invented import CALL, TENANT

RECORD = versions(DAYS[0], 40)[1][-1]
ROW = next(row for row in rows() if row["id"] == RECORD.call_id)


def call_facts(account: Account) -> CallFacts:
    return CallFacts(CallRecordsStore(account, TENANT), CallsStore(account, TENANT))


async def test_a_row_is_given_with_its_details_unpacked(account: Account) -> None:
    await store_record(account, RECORD)
    await store_rows(account, [ROW])
    answer = await call_facts(account)(RECORD.call_id.upper())
    assert answer.status == 200
    assert body(answer) == {**ROW, "details": unpack(ROW["details"])}


async def test_a_row_that_is_at_hand_is_not_sent_again_until_it_is_another(account: Account) -> None:
    await store_record(account, RECORD)
    await store_rows(account, [ROW])
    etag = (await call_facts(account)(RECORD.call_id)).headers["ETag"]
    assert (await call_facts(account)(RECORD.call_id)).encoded({"If-None-Match": etag}).status == 304
    await store_rows(account, [{**ROW, "factsVersion": 99}])
    answer = (await call_facts(account)(RECORD.call_id)).encoded({"If-None-Match": etag})
    assert (answer.status, body(answer)["factsVersion"]) == (200, 99)


@pytest.mark.parametrize("packing", ["endpointsAndDetails", "endpoints", "nothing"])
async def test_participants_and_endpoints_are_in_their_fields_even_if_they_are_packed(packing: Packing) -> None:
    row = next(row for row in packed_rows(packing) if row["id"] == RECORD.call_id)
    async with running_account(CosmosServer()) as cosmos, cosmos.open() as account:
        await store_record(account, RECORD)
        await store_rows(account, [row])
        found = body(await call_facts(account)(RECORD.call_id))
    lists = {"participants", "endpoints"} if packing != "nothing" else set[str]()
    assert {name: found[name] for name in lists} == {name: value for name, value in ROW.items() if name in lists}
    assert found["packing"] == packing
    assert found.keys() == ROW.keys() - {"details", "participants", "endpoints"} | lists | (
        {"details"} if packing == "endpointsAndDetails" else set()
    )


async def test_of_a_call_that_is_not_stored_404_says_how_to_get_it(account: Account) -> None:
    answer = await call_facts(account)(CALL)
    assert answer.status == 404
    assert body(answer)["error"] == (
        f"Facts of call {CALL}: its record is not stored. GET calls/{CALL} gets it from Graph and stores it, if Graph"
        " has it; the facts are here soon after."
    )


async def test_of_a_call_without_a_row_404_says_that_its_record_is_there(account: Account) -> None:
    record = versions(DAYS[2], 40)[3][-1]
    await store_record(account, record)
    answer = await call_facts(account)(record.call_id)
    assert answer.status == 404
    assert "its record is stored" in body(answer)["error"]


async def test_details_that_are_damaged_are_told(account: Account) -> None:
    await store_record(account, RECORD)
    await store_rows(account, [{**ROW, "details": "AAAA"}])
    answer = await call_facts(account)(RECORD.call_id)
    assert answer.status == 502
    assert "details" in body(answer)["error"]


@pytest.mark.parametrize("call_id", ["", "x", CALL[:-1], f"{CALL} ", ".."])
async def test_a_malformed_call_id_is_refused_by_name(account: Account, call_id: str) -> None:
    answer = await call_facts(account)(call_id)
    assert answer.status == 400
    assert body(answer)["error"].startswith("callId is ")
