"""Records as large as Cosmos' own limits."""

import functools

import pytest

from callrecords.callrecord import CallRecord
from callrecords.cosmos import callrecords, items
from callrecords.cosmos.account import Account
from tests.integration.cosmos.collector import Collector
from tests.integration.cosmos.cosmosaccount import CosmosAccount
from tests.integration.cosmos.invented import call_record, new_call_id

_MEGABYTE = 1_000_000


def large_record(call_id: str, version: int) -> CallRecord:
    """A record with more than a part's and a batch's worth of sessions, in letters that are escaped on the wire."""
    record = call_record(call_id, version)
    escaped = "é" * (_MEGABYTE // len(r"\u00e9"))
    record.sessions.extend({"id": f"large {number}", "text": escaped} for number in range(4))
    return record


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


async def test_a_record_of_more_parts_than_a_batch_has_operations_is_stored_whole(
    cosmos: CosmosAccount, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("split", "split_piece"):
        monkeypatch.setattr(callrecords, name, functools.partial(getattr(items, name), part_bytes=4_500))
    record = call_record(new_call_id(), 1, sessions=1_500)
    assert await Collector(account, record).handle() is None
    assert len(await cosmos.items(record.call_id)) > items.BATCH_OPERATIONS
    assert (await cosmos.compared_with(record)).complete
