"""Records as large as Cosmos' own limits."""

from dataclasses import replace
from random import Random

import pytest

from callrecords.callrecord import CallRecord
from callrecords.cosmos.account import Account
from tests.integration.cosmos.collector import Collector
from tests.integration.cosmos.cosmosaccount import CosmosAccount
from tests.integration.cosmos.invented import call_record, new_call_id

_MEGABYTE = 1_000_000


def large_record(call_id: str, version: int) -> CallRecord:
    """A record with more sessions than an item takes."""
    record = call_record(call_id, version)
    large = [{"id": f"large {number}", "text": Random(number).randbytes(_MEGABYTE // 2).hex()} for number in range(4)]
    return replace(record, sessions=[*record.sessions, *large])


async def test_a_record_over_the_limits_of_item_and_batch_comes_and_goes(
    cosmos: CosmosAccount, account: Account
) -> None:
    call_id = new_call_id()
    for record in (
        call_record(call_id, 1),
        large_record(call_id, 2),
        large_record(call_id, 3),
        call_record(call_id, 4),
    ):
        assert await Collector(account, record).handle() is None
        assert (await cosmos.compared_with(record)).complete


@pytest.mark.usefixtures("small_items")
async def test_a_record_of_many_parts_is_stored_whole(cosmos: CosmosAccount, account: Account) -> None:
    record = call_record(new_call_id(), 1, sessions=500)
    assert await Collector(account, record).handle() is None
    assert len(await cosmos.items(record.call_id)) > 100
    assert (await cosmos.compared_with(record)).complete
