"""What the app remembers between its runs."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from callrecords.cosmos.account import Account
from callrecords.cosmos.state import StateStore
from callrecords.documents import Document
from callrecords.errors import Unreadable
from callrecords.ports.state import StateKey
from tests.integration.cosmos.cosmosaccount import CosmosAccount
from tests.invented import OTHER_TENANT, TENANT


@dataclass(frozen=True, kw_only=True)
class Note(Document):
    """Something to remember."""

    first: int
    last: int | None = None
    names: tuple[str, ...] = ()
    ttl: int | None = None


def key(item_id: str) -> StateKey[Note]:
    return StateKey(item_id, Note)


@pytest.fixture
def state(account: Account) -> StateStore:
    return StateStore(account, TENANT)


async def put(cosmos: CosmosAccount, item: Mapping[str, object]) -> None:
    """Puts an item there that this app did not write."""
    await cosmos.database.get_container_client("state").upsert_item({**item, "id": f"{TENANT}:{item['id']}"})


async def test_what_was_never_written_is_absent(state: StateStore) -> None:
    assert await state.read(key("never")) is None


async def test_what_was_written_is_read(state: StateStore) -> None:
    note = Note(first=1, names=("a", "b"))
    await state.write(key("written"), note)
    assert await state.read(key("written")) == note


async def test_a_write_tells_when_it_was_by_the_clock_of_cosmos(state: StateStore, cosmos: CosmosAccount) -> None:
    written = await state.write(key("timed"), Note(first=1))
    item = await cosmos.database.get_container_client("state").read_item(f"{TENANT}:timed", f"{TENANT}:timed")
    assert written == datetime.fromtimestamp(item["_ts"], UTC)


async def test_an_item_has_the_document_and_its_id_and_nothing_else(state: StateStore, cosmos: CosmosAccount) -> None:
    await state.write(key("plain"), Note(first=1))
    item = await cosmos.database.get_container_client("state").read_item(f"{TENANT}:plain", f"{TENANT}:plain")
    assert {name: value for name, value in item.items() if not name.startswith("_")} == {
        "id": f"{TENANT}:plain",
        "first": 1,
        "names": [],
    }


async def test_a_write_replaces_the_whole_item(state: StateStore) -> None:
    await state.write(key("replaced"), Note(first=1, last=1))
    await state.write(key("replaced"), Note(first=2))
    assert await state.read(key("replaced")) == Note(first=2)


async def test_items_are_apart(state: StateStore) -> None:
    await asyncio.gather(*(state.write(key(f"item {number}"), Note(first=number)) for number in range(4)))
    assert [await state.read(key(f"item {number}")) for number in range(4)] == [Note(first=each) for each in range(4)]


async def test_of_writes_at_once_one_is_there_whole(state: StateStore) -> None:
    writes = [Note(first=number, last=number) for number in range(8)]
    await asyncio.gather(*(state.write(key("contested"), note) for note in writes))
    assert await state.read(key("contested")) in writes


async def test_items_are_read_at_once_by_their_ids(state: StateStore) -> None:
    for number, name in enumerate(("one", "two", "three")):
        await state.write(key(name), Note(first=number))
    found = await state.read_all(["one", "three", "none"])
    assert [found.get(key(name)) for name in ("one", "two", "three", "none")] == [
        Note(first=0),
        None,
        Note(first=2),
        None,
    ]


async def test_items_are_read_at_once_by_the_start_of_their_ids(state: StateStore) -> None:
    for number, name in enumerate(("calls-1", "calls-2", "other-calls-")):
        await state.write(key(name), Note(first=number))
    found = await state.starting_with(key("calls-"))
    assert sorted(note.first for note in found) == [0, 1]


async def test_what_another_tenant_remembers_is_not_seen(state: StateStore, account: Account) -> None:
    other = StateStore(account, OTHER_TENANT)
    await other.write(key("apart-1"), Note(first=1))
    assert await state.read(key("apart-1")) is None
    assert (await state.read_all(["apart-1"])).get(key("apart-1")) is None
    assert await state.starting_with(key("apart-")) == []
    await state.delete("apart-1")
    assert await other.starting_with(key("apart-")) == [Note(first=1)]


async def test_an_item_is_gone_after_the_seconds_that_it_asked_for(state: StateStore) -> None:
    await state.write(key("short-lived"), Note(first=1, ttl=1))
    async with asyncio.timeout(10):
        while await state.read(key("short-lived")):
            await asyncio.sleep(0.05)


async def test_an_item_that_is_deleted_is_gone_and_may_be_deleted_again(state: StateStore) -> None:
    await state.write(key("deleted"), Note(first=1))
    for _ in range(2):
        await state.delete("deleted")
        assert await state.read(key("deleted")) is None


async def test_a_damaged_item_is_named_in_the_log_and_counts_as_absent(
    state: StateStore, cosmos: CosmosAccount, caplog: pytest.LogCaptureFixture
) -> None:
    await put(cosmos, {"id": "damaged-1", "first": "many"})
    await state.write(key("damaged-2"), Note(first=2))
    assert await state.read(key("damaged-1")) is None
    assert await state.starting_with(key("damaged-")) == [Note(first=2)]
    errors = [record.message for record in caplog.records if record.name == "callrecords.ports.state"]
    assert errors == ["State damaged-1 is damaged: first is 'many': expected a number from 0."] * 2


async def test_of_a_damaged_item_what_is_needed_and_can_be_read_is_kept(
    state: StateStore, cosmos: CosmosAccount
) -> None:
    await put(cosmos, {"id": "half", "first": 1, "last": "many", "names": [""], "ttl": 60})
    assert await state.read(key("half")) == Note(first=1, ttl=60)


async def test_who_reads_several_items_is_told_of_a_damaged_one(state: StateStore, cosmos: CosmosAccount) -> None:
    await put(cosmos, {"id": "wrong", "first": 1, "last": "many"})
    items = await state.read_all(["wrong"])
    with pytest.raises(Unreadable, match=r"^State wrong is damaged: last is 'many': expected a number from 0\.$"):
        items.get(key("wrong"))


async def test_a_damaged_item_is_written_anew(state: StateStore, cosmos: CosmosAccount) -> None:
    await put(cosmos, {"id": "mended", "first": "many"})
    await state.write(key("mended"), Note(first=1))
    assert await state.read(key("mended")) == Note(first=1)
