"""What a reader gets while the record is replaced."""

import asyncio
from dataclasses import replace

import pytest

from callrecords.callrecord import CallRecord
from callrecords.cosmos.account import Account
from callrecords.cosmos.callrecords import CallRecordsStore
from callrecords.errors import Unavailable
from tests.integration.cosmos.collector import Collector
from tests.integration.cosmos.cosmosaccount import CosmosAccount
from tests.integration.cosmos.faultrules import ReplicaBehind
from tests.integration.cosmos.invented import TENANT, call_record, new_call_id
from tests.integration.cosmos.stepping import Worker

pytestmark = pytest.mark.usefixtures("small_items")

_TRIES = 5


def loading(account: Account, call_id: str) -> Worker[CallRecord | None]:
    """A worker that loads the call's record step by step: first the header, then a part at a time."""
    return Worker(account, lambda stepped: CallRecordsStore(stepped, TENANT).load(call_id))


def collecting(account: Account, record: CallRecord) -> Worker[object]:
    return Worker(account, lambda stepped: Collector(stepped, record).handle())


async def test_an_unknown_call_has_no_record(account: Account) -> None:
    assert await CallRecordsStore(account, TENANT).load(new_call_id()) is None


@pytest.mark.parametrize(("sessions", "participants"), [(0, 0), (1, 0), (0, 1), (9, 5)])
async def test_a_record_comes_back_as_it_was_saved(account: Account, sessions: int, participants: int) -> None:
    record = call_record(new_call_id(), 1, sessions, participants)
    await Collector(account, record).handle()
    assert await CallRecordsStore(account, TENANT).load(record.call_id) == record


async def test_whatever_graph_calls_a_property_the_record_comes_back_and_stays(account: Account) -> None:
    record = call_record(new_call_id(), 1)
    names = {"ttl": 1, "parts": [], "formerDays": "none", "callId": 5, "_etag": "x", "record": {}}
    named = replace(record, properties=record.properties | names)
    await Collector(account, named).handle()
    await asyncio.sleep(1.2)  # the seconds of `ttl`: nothing but time shows that the item stays
    assert await CallRecordsStore(account, TENANT).load(record.call_id) == named


async def test_a_reader_gets_one_version_whole_wherever_it_and_the_writer_are(account: Account) -> None:
    have_ended = [await meet(account, reads, writes) for reads in range(6) for writes in range(12)]
    assert have_ended[-1], "there are more places where they can meet"


async def meet(account: Account, reads: int, writes: int) -> bool:
    """Lets a reader make so many calls, then a writer, then each the rest; returns whether there was none left."""
    call_id = new_call_id()
    old, new = call_record(call_id, 1, sessions=5), call_record(call_id, 2, sessions=3)
    await Collector(account, old).handle()
    reader, writer = loading(account, call_id), collecting(account, new)
    await reader.steps(reads)
    await writer.steps(writes)
    have_ended = reader.ended and writer.ended
    assert await reader.run() in (old, new)
    assert await writer.run() is None
    return have_ended


@pytest.mark.parametrize("replacements", [_TRIES - 1, _TRIES])
async def test_a_record_that_keeps_being_replaced_is_given_up(
    cosmos: CosmosAccount, account: Account, replacements: int
) -> None:
    call_id = new_call_id()
    newer = call_record(call_id, 1, sessions=4, participants=0)
    await Collector(account, newer).handle()
    reader = loading(account, call_id)
    for version in range(2, 2 + replacements):
        await reader.step()  # the header; of the parts, none is there any more
        newer = call_record(call_id, version, sessions=4, participants=0)
        assert len(await cosmos.items(call_id)) == 2
        await Collector(account, newer).handle()
        await reader.step()
    if replacements < _TRIES:
        assert await reader.run() == newer
    else:
        with pytest.raises(Unavailable, match="was replaced 5 times while it was read"):
            await reader.run()


async def test_a_record_that_is_deleted_while_it_is_read_is_none(cosmos: CosmosAccount, account: Account) -> None:
    record = call_record(new_call_id(), 1)
    await Collector(account, record).handle()
    reader = loading(account, record.call_id)
    await reader.step()
    container = cosmos.database.get_container_client("callRecords")
    for item_id in await cosmos.items(record.call_id):
        await container.delete_item(item_id, [TENANT, record.call_id])
    assert await reader.run() is None


async def test_a_replica_that_is_behind_does_not_tell_that_there_is_no_record(
    cosmos: CosmosAccount, account: Account
) -> None:
    record = call_record(new_call_id(), 1)
    await Collector(account, record).handle()
    with cosmos.failing(ReplicaBehind("read", times=None)), pytest.raises(Unavailable):
        await CallRecordsStore(account, TENANT).load(record.call_id)
