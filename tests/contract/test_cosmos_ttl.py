"""Time to live."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from azure.cosmos import PartitionKey
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from tests.contract.cosmos_sdk import CreateContainer, done, listed, query, refused, until

# One sort of client is enough to wait with.
pytestmark = pytest.mark.parametrize("cosmos_client", ["aio"], indirect=True)


def _gone(container: Any, item_id: str) -> Callable[[], Awaitable[bool]]:
    async def gone() -> bool:
        try:
            await done(container.read_item(item_id, "a"))
        except CosmosResourceNotFoundError:
            return True
        return False

    return gone


async def test_items_expire_by_the_default_of_their_container(create_container: CreateContainer) -> None:
    container = await create_container(default_ttl=1)
    await done(container.create_item({"id": "1", "pk": "a"}))
    await done(container.create_item({"id": "2", "pk": "a", "ttl": -1}))
    await done(container.create_item({"id": "3", "pk": "a", "ttl": 1000}))

    await until(_gone(container, "1"), "the item expires")

    assert sorted(await listed(query(container, "SELECT VALUE c.id FROM c"))) == ["2", "3"]


async def test_items_expire_by_their_own_time_to_live(create_container: CreateContainer) -> None:
    container = await create_container(default_ttl=-1)
    await done(container.create_item({"id": "1", "pk": "a", "ttl": 1}))
    await done(container.create_item({"id": "2", "pk": "a"}))

    await until(_gone(container, "1"), "the item expires")

    assert [item["id"] for item in await listed(container.read_all_items())] == ["2"]
    assert [item["id"] for item in await listed(container.query_items_change_feed(start_time="Beginning"))] == ["2"]


async def test_an_expired_item_can_be_created_again(create_container: CreateContainer) -> None:
    container = await create_container(default_ttl=-1)
    await done(container.create_item({"id": "1", "pk": "a", "ttl": 1}))
    await until(_gone(container, "1"), "the item expires")

    await done(container.create_item({"id": "1", "pk": "a", "v": 2}))

    assert (await done(container.read_item("1", "a")))["v"] == 2


async def test_a_write_starts_the_time_to_live_anew(create_container: CreateContainer) -> None:
    container = await create_container(default_ttl=-1)
    await done(container.create_item({"id": "1", "pk": "a", "ttl": 1}))
    await done(container.create_item({"id": "2", "pk": "a", "ttl": 1}))
    await done(container.upsert_item({"id": "1", "pk": "a"}))

    await until(_gone(container, "2"), "the other item expires")

    assert (await done(container.read_item("1", "a")))["id"] == "1"


async def test_a_new_default_holds_for_items_that_are_there(create_container: CreateContainer, database: Any) -> None:
    container = await create_container()
    await done(container.create_item({"id": "1", "pk": "a"}))

    await done(database.replace_container(container, PartitionKey("/pk"), default_ttl=1))

    await until(_gone(container, "1"), "the item expires")


async def test_a_time_to_live_is_seconds_or_minus_one(create_container: CreateContainer) -> None:
    container = await create_container(default_ttl=-1)

    for ttl in (0, -2, 1.5, "1"):
        with refused(400):
            await done(container.create_item({"id": "1", "pk": "a", "ttl": ttl}))
