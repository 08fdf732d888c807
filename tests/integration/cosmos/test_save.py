"""What a save makes of what is there, and of what others do meanwhile."""

from dataclasses import replace

import pytest

from callrecords.callrecord import CallRecord
from callrecords.cosmos.account import Account
from callrecords.cosmos.callrecords import CallRecordsStore
from callrecords.errors import Unavailable
from callrecords.ports.records import Absent, Saved, Stored
from callrecords.queues.messages import CallMessage
from tests.integration.cosmos.collector import Collector
from tests.integration.cosmos.cosmosaccount import CosmosAccount
from tests.integration.cosmos.invented import DAY, TENANT, call_message, call_record, in_another_order, new_call_id
from tests.integration.cosmos.stepping import Worker

pytestmark = pytest.mark.usefixtures("small_items")

_TRIES = 5


@pytest.fixture
def store(account: Account) -> CallRecordsStore:
    return CallRecordsStore(account, TENANT)


async def save(store: CallRecordsStore, record: CallRecord) -> Saved:
    return (await store.save(record, await store.look(record.call_id)))[0]


def saving(account: Account, record: CallRecord) -> Worker[Saved]:
    """A worker that saves `record` step by step."""
    return Worker(account, lambda stepped: save(CallRecordsStore(stepped, TENANT), record))


async def ready_to_commit(worker: Worker[Saved], cosmos: CosmosAccount, record: CallRecord) -> list[str]:
    """Lets the worker write what goes ahead of the batch, two parts; these."""
    await worker.steps(3)
    ahead = [name for name in await cosmos.items(record.call_id) if f"-{record.version}-" in name]
    assert len(ahead) == 2
    return ahead


async def look(store: CallRecordsStore, call_id: str) -> Stored:
    """What there is of a call that has a header."""
    found = await store.look(call_id)
    assert isinstance(found, Stored)
    return found


async def test_of_an_unknown_call_there_is_nothing(store: CallRecordsStore) -> None:
    call_id = new_call_id()
    assert await store.look(call_id) == Absent(call_id=call_id)


async def test_what_is_saved_is_what_there_is(cosmos: CosmosAccount, store: CallRecordsStore) -> None:
    record = call_record(new_call_id(), 3, sessions=7)
    saved, stored = await store.save(record, await store.look(record.call_id))
    assert saved is Saved.STORED
    assert (await cosmos.compared_with(record)).complete
    found = await look(store, record.call_id)
    for each in (stored, found):
        assert (each.version, each.day, each.former_days) == (3, DAY, frozenset())
    assert stored.named_parts == found.named_parts == found.part_ids


@pytest.mark.parametrize(("version", "outcome"), [(1, Saved.OUTDATED), (2, Saved.REPEATED), (3, Saved.STORED)], ids=str)
@pytest.mark.parametrize("has_looked_before", [False, True])
async def test_only_a_newer_version_takes_the_place_of_the_stored_one(
    cosmos: CosmosAccount, store: CallRecordsStore, version: int, outcome: Saved, has_looked_before: bool
) -> None:
    call_id = new_call_id()
    before = await store.look(call_id)
    stored = call_record(call_id, 2, sessions=5)
    await save(store, stored)
    record = call_record(call_id, version, sessions=7)

    saved, there = await store.save(record, before if has_looked_before else await store.look(call_id))

    assert saved is outcome
    assert there.version == max(version, 2)
    assert (await cosmos.compared_with(record if outcome is Saved.STORED else stored)).complete


async def test_of_two_answers_with_one_version_the_first_one_stays_whole(
    cosmos: CosmosAccount, account: Account, store: CallRecordsStore
) -> None:
    record = call_record(new_call_id(), 1, sessions=7)
    other = saving(account, in_another_order(record))
    await ready_to_commit(other, cosmos, record)
    assert await save(store, record) is Saved.STORED
    assert await other.run() is Saved.REPEATED
    assert (await cosmos.compared_with(record)).complete


async def test_what_a_newer_writer_has_not_committed_yet_is_left_alone(
    cosmos: CosmosAccount, account: Account, store: CallRecordsStore
) -> None:
    call_id = new_call_id()
    newer = call_record(call_id, 2, sessions=7)
    writer = saving(account, newer)
    ahead = await ready_to_commit(writer, cosmos, newer)

    await save(store, call_record(call_id, 1))
    await save(store, call_record(call_id, 1))
    await store.tidy(await look(store, call_id))

    assert ahead == [name for name in await cosmos.items(call_id) if name in ahead]
    assert await writer.run() is Saved.STORED
    assert (await cosmos.compared_with(newer)).complete


async def test_a_writer_goes_on_where_a_killed_one_stopped(
    cosmos: CosmosAccount, account: Account, store: CallRecordsStore
) -> None:
    record = call_record(new_call_id(), 1, sessions=7)
    killed = saving(account, record)
    await ready_to_commit(killed, cosmos, record)
    await killed.kill()
    assert await save(store, record) is Saved.STORED
    assert (await cosmos.compared_with(record)).complete


async def test_what_killed_writers_left_is_tidied_away(
    cosmos: CosmosAccount, account: Account, store: CallRecordsStore
) -> None:
    call_id = new_call_id()
    newest = call_record(call_id, 2, sessions=7)
    killed = [saving(account, record) for record in (call_record(call_id, 1, sessions=7), in_another_order(newest))]
    for writer in killed:
        await writer.step()
    await save(store, newest)
    for writer in killed:
        await writer.steps(2)
        await writer.kill()
    assert len((await cosmos.compared_with(newest)).orphans) == 4

    await store.tidy(await look(store, call_id))

    assert (await cosmos.compared_with(newest)).complete


async def test_two_workers_may_tidy_up_at_once(
    cosmos: CosmosAccount, account: Account, store: CallRecordsStore
) -> None:
    call_id = new_call_id()
    await save(store, call_record(call_id, 1, sessions=7))
    newest = call_record(call_id, 2, sessions=0)
    writer = saving(account, newest)
    await writer.steps(2)
    assert (await cosmos.items(call_id))[call_id]["version"] == 2

    assert await save(store, newest) is Saved.REPEATED

    assert await writer.run() is Saved.STORED
    assert (await cosmos.compared_with(newest)).complete


@pytest.mark.parametrize("losses", [_TRIES - 1, _TRIES])
async def test_a_writer_that_loses_again_and_again_comes_back_later(
    cosmos: CosmosAccount, account: Account, store: CallRecordsStore, losses: int
) -> None:
    call_id = new_call_id()
    newest = call_record(call_id, 100, sessions=0)
    writer = saving(account, newest)
    for version in range(losses):
        await writer.step()  # looks; its next step is the commit
        await save(store, call_record(call_id, version, sessions=0))
        await writer.step()
    if losses < _TRIES:
        assert await writer.run() is Saved.STORED
        assert (await cosmos.compared_with(newest)).complete
    else:
        with pytest.raises(Unavailable, match="lost 5 races against other writers"):
            await writer.run()
        assert (await cosmos.compared_with(call_record(call_id, losses - 1, sessions=0))).complete


async def test_a_record_without_sessions_is_replaced_by_the_same_version_with_some(
    cosmos: CosmosAccount, store: CallRecordsStore
) -> None:
    whole = call_record(new_call_id(), 2, sessions=3)
    empty = replace(whole, sessions=[], caveats=("noSessions",))
    assert [await save(store, each) for each in (empty, empty, whole, empty, whole)] == [
        Saved.STORED,
        Saved.REPEATED,
        Saved.STORED,
        Saved.REPEATED,
        Saved.REPEATED,
    ]
    assert (await cosmos.compared_with(whole)).complete
    assert await store.load(whole.call_id) == whole


async def test_what_the_writer_of_a_version_with_sessions_has_not_committed_yet_is_left_alone(
    cosmos: CosmosAccount, account: Account, store: CallRecordsStore
) -> None:
    whole = call_record(new_call_id(), 2, sessions=7)
    empty = replace(whole, sessions=[], caveats=("noSessions",))
    await save(store, empty)
    before = await cosmos.items(whole.call_id)
    writer = saving(account, whole)
    await writer.steps(3)
    assert len(await cosmos.items(whole.call_id)) == len(before) + 2

    await save(store, empty)
    await store.tidy(await look(store, whole.call_id))

    assert await writer.run() is Saved.STORED
    assert (await cosmos.compared_with(whole)).complete


@pytest.mark.parametrize("is_known", [False, True], ids=["created", "replaced"])
async def test_a_save_tells_what_there_is_now(store: CallRecordsStore, is_known: bool) -> None:
    call_id = new_call_id()
    if is_known:
        await save(store, call_record(call_id, 1))
    _, stored = await store.save(call_record(call_id, 2), await store.look(call_id))
    assert replace(stored, part_ids=stored.named_parts) == await look(store, call_id)
    _, latest = await store.save(call_record(call_id, 3), stored)
    assert replace(latest, part_ids=latest.named_parts) == await look(store, call_id)


@pytest.mark.parametrize("sessions", [1, 14], ids=["in the header", "in a part"])
@pytest.mark.parametrize("text", ["?", "AAAA", 5])
async def test_a_record_that_is_damaged_is_no_record_and_is_made_whole_when_somebody_has_looked_it_up(
    cosmos: CosmosAccount, account: Account, store: CallRecordsStore, sessions: int, text: object
) -> None:
    record = call_record(new_call_id(), 2, sessions=sessions, participants=0)
    await Collector(account, record).handle()
    items = await cosmos.items(record.call_id)
    item = next(item for item in items.values() if "sessions" in item)
    await cosmos.database.get_container_client("callRecords").upsert_item({**item, "sessions": text})
    assert await store.load(record.call_id) is None

    message = CallMessage.parse(call_message(record.call_id))
    await Collector(account, record).handle(str(replace(message, reason="lookup")))

    assert (await cosmos.compared_with(record)).complete
    assert await store.load(record.call_id) == record


async def test_what_was_put_aside_and_is_gone_is_told_of(store: CallRecordsStore) -> None:
    record = call_record(new_call_id(), 2)
    with pytest.raises(Unavailable, match=f"^Call record {record.call_id}: what was put aside of it is gone"):
        await store.whole(record, ("sessions-2-0-00000000",))


@pytest.mark.parametrize("gone", [1, 8])
async def test_a_record_whose_parts_were_deleted_is_no_record_and_is_made_whole(
    cosmos: CosmosAccount, account: Account, store: CallRecordsStore, gone: int
) -> None:
    record = call_record(new_call_id(), 2, sessions=14)
    await save(store, record)
    container = cosmos.database.get_container_client("callRecords")
    for part in sorted((await look(store, record.call_id)).named_parts)[:gone]:
        await container.delete_item(part, partition_key=[TENANT, record.call_id])
    assert (await look(store, record.call_id)).is_damaged
    assert await store.load(record.call_id) is None

    await Collector(account, record).handle()

    assert (await cosmos.compared_with(record)).complete
    assert await store.load(record.call_id) == record
    assert await save(store, record) is Saved.REPEATED


@pytest.mark.parametrize(
    "damage",
    [{"version": "2"}, {"version": -1}, {"day": None}, {"parts": None}, {"caveats": 5}, {"formerDays": None}],
    ids=str,
)
async def test_a_header_that_this_app_has_not_written_gives_way_to_any_record(
    cosmos: CosmosAccount, account: Account, store: CallRecordsStore, damage: dict[str, object]
) -> None:
    record = call_record(new_call_id(), 2)
    await Collector(account, record).handle()
    header = (await cosmos.items(record.call_id))[record.call_id]
    await cosmos.database.get_container_client("callRecords").upsert_item({**header, **damage})
    assert (await look(store, record.call_id)).is_damaged
    assert await store.load(record.call_id) is None

    await Collector(account, record).handle()

    assert (await cosmos.compared_with(record)).complete
    assert await cosmos.fact_versions(record.call_id) == {DAY: 2}


async def test_of_two_workers_at_once_the_one_without_sessions_does_not_win(
    cosmos: CosmosAccount, account: Account, store: CallRecordsStore
) -> None:
    record = call_record(new_call_id(), 2)
    newer = replace(record, version=3, sessions=[], caveats=("noSessions",))
    writer = saving(account, newer)
    await writer.step()
    await save(store, record)
    assert await writer.run() is Saved.OUTDATED
    assert (await cosmos.compared_with(record)).complete
