"""What the app remembers between its runs."""

import asyncio

import pytest

from callrecords.cosmos.account import Account
from callrecords.cosmos.state import StateStore


@pytest.fixture
def state(account: Account) -> StateStore:
    return StateStore(account)


async def test_what_was_never_written_is_empty(state: StateStore) -> None:
    assert await state.read("never") == {}


async def test_what_was_written_is_read_and_nothing_of_cosmos(state: StateStore) -> None:
    values = {"at": "2026-03-04T10:30:00+00:00", "nested": {"counts": [1, 2]}, "none": None}
    await state.write("written", values)
    assert await state.read("written") == values


async def test_a_write_replaces_the_whole_item(state: StateStore) -> None:
    await state.write("replaced", {"old": 1})
    await state.write("replaced", {"new": 2})
    assert await state.read("replaced") == {"new": 2}


async def test_items_are_apart(state: StateStore) -> None:
    await asyncio.gather(*(state.write(f"item {number}", {"number": number}) for number in range(4)))
    assert [await state.read(f"item {number}") for number in range(4)] == [{"number": number} for number in range(4)]


async def test_of_writes_at_once_one_is_there_whole(state: StateStore) -> None:
    writes = [{"first": number, "last": number} for number in range(8)]
    await asyncio.gather(*(state.write("contested", values) for values in writes))
    assert await state.read("contested") in writes


async def test_items_are_read_at_once_by_their_ids(state: StateStore) -> None:
    for name in ("one", "two", "three"):
        await state.write(name, {"name": name})
    assert await state.read_all(["one", "three", "none"]) == {"one": {"name": "one"}, "three": {"name": "three"}}


async def test_items_are_read_at_once_by_the_beginning_of_their_ids(state: StateStore) -> None:
    for name in ("calls-1", "calls-2", "other-calls-"):
        await state.write(name, {"name": name})
    assert await state.beginning_with("calls-") == {name: {"name": name} for name in ("calls-1", "calls-2")}


async def test_an_item_is_gone_after_the_seconds_that_it_asked_for(state: StateStore) -> None:
    await state.write("short-lived", {"ttl": 1})
    async with asyncio.timeout(10):
        while await state.read("short-lived"):
            await asyncio.sleep(0.05)


async def test_an_item_that_is_deleted_is_gone_and_may_be_deleted_again(state: StateStore) -> None:
    await state.write("deleted", {"at": "once"})
    for _ in range(2):
        await state.delete("deleted")
        assert await state.read("deleted") == {}
