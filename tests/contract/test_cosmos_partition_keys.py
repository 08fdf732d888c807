"""Logical partitions, by one path and by a hierarchy of them."""

from typing import Any

import pytest
from azure.cosmos.partition_key import NonePartitionKeyValue, NullPartitionKeyValue

from tests.contract.cosmos_sdk import CreateContainer, done, listed, query, refused

_IDS = "SELECT VALUE c.id FROM c"


@pytest.fixture
async def calls(create_container: CreateContainer) -> Any:
    """A container of three levels: two tenants that have a user of the same name, who has two calls."""
    container = await create_container("/tenant", "/user", "/call")
    for tenant, user, call in (("t", "u", "1"), ("t", "u", "2"), ("t", "v", "3"), ("z", "u", "1")):
        await done(container.create_item({"id": "i", "tenant": tenant, "user": user, "call": call}))
    return container


async def test_an_item_is_read_by_its_whole_hierarchical_key(calls: Any) -> None:
    assert (await done(calls.read_item("i", ["t", "u", "2"])))["call"] == "2"
    with refused(404):
        await done(calls.read_item("i", ["t", "v", "2"]))


async def test_a_prefix_is_not_enough_to_read_an_item(calls: Any) -> None:
    with refused(400):
        await done(calls.read_item("i", ["t", "u"]))


@pytest.mark.parametrize(
    ("key", "expected"),
    [(["t"], {"1", "2", "3"}), (["t", "u"], {"1", "2"}), (["t", "u", "2"], {"2"}), (["u"], set())],
)
async def test_a_query_covers_what_its_prefix_does(calls: Any, key: list[str], expected: set[str]) -> None:
    found = await listed(query(calls, "SELECT VALUE c.call FROM c", key))

    assert sorted(found) == sorted(expected)


async def test_a_delete_leaves_the_neighbours_in_the_hierarchy(calls: Any) -> None:
    await done(calls.delete_item("i", ["t", "u", "1"]))

    found = await listed(query(calls, "SELECT c.tenant, c.call FROM c"))

    assert sorted((item["tenant"], item["call"]) for item in found) == [("t", "2"), ("t", "3"), ("z", "1")]


async def test_a_partition_key_can_be_nested(create_container: CreateContainer) -> None:
    container = await create_container("/address/city")
    await done(container.create_item({"id": "1", "address": {"city": "Bergen"}}))

    assert (await done(container.read_item("1", "Bergen")))["id"] == "1"


@pytest.mark.parametrize("value", [5, 0, 1.5, -1, True, False, "", "5", "a/b", "é", "x" * 1000])
async def test_a_partition_key_may_be_any_scalar(container: Any, value: Any) -> None:
    await done(container.create_item({"id": "1", "pk": value}))

    assert (await done(container.read_item("1", value)))["pk"] == value
    assert await listed(query(container, _IDS, value)) == ["1"]


async def test_partition_keys_differ_by_type(container: Any) -> None:
    for value in (1, True, "1"):
        await done(container.create_item({"id": "1", "pk": value}))

    assert await listed(query(container, "SELECT VALUE c.pk FROM c", 1)) == [1]
    assert len(await listed(container.read_all_items())) == 3


async def test_null_and_no_partition_key_differ(container: Any) -> None:
    await done(container.create_item({"id": "1", "pk": None, "v": "null"}))
    await done(container.create_item({"id": "1", "v": "none"}))

    assert (await done(container.read_item("1", NullPartitionKeyValue)))["v"] == "null"
    assert (await done(container.read_item("1", NonePartitionKeyValue)))["v"] == "none"


async def test_a_query_of_one_partition_sees_no_other(container: Any) -> None:
    for partition in ("a", "b"):
        await done(container.create_item({"id": partition, "pk": partition}))

    assert await listed(query(container, _IDS, "a")) == ["a"]
    assert await listed(query(container, _IDS, "c")) == []
