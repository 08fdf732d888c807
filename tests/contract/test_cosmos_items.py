"""Items one by one: create, read, upsert, replace, delete."""

from typing import Any

import pytest
from azure.cosmos.exceptions import CosmosResourceExistsError, CosmosResourceNotFoundError

from tests.contract.cosmos_sdk import done, listed, refused


async def test_a_created_item_comes_back_with_system_properties(container: Any) -> None:
    item = {"id": "1", "pk": "a", "v": {"n": [1, 2.5, None, True, "é"]}}

    created = await done(container.create_item(item))

    assert item.items() <= created.items()
    assert {"_rid", "_self", "_etag", "_ts"} <= created.keys()
    assert await done(container.read_item("1", "a")) == created


async def test_an_item_cannot_be_created_twice(container: Any) -> None:
    await done(container.create_item({"id": "1", "pk": "a"}))

    with pytest.raises(CosmosResourceExistsError):
        await done(container.create_item({"id": "1", "pk": "a"}))


async def test_the_same_id_in_two_partitions_is_two_items(container: Any) -> None:
    await done(container.create_item({"id": "1", "pk": "a", "v": 1}))
    await done(container.create_item({"id": "1", "pk": "b", "v": 2}))

    await done(container.delete_item("1", "a"))

    assert (await done(container.read_item("1", "b")))["v"] == 2
    with refused(404):
        await done(container.read_item("1", "a"))


async def test_an_upsert_creates_and_then_replaces(container: Any) -> None:
    await done(container.upsert_item({"id": "1", "pk": "a", "v": 1, "old": True}))
    await done(container.upsert_item({"id": "1", "pk": "a", "v": 2}))

    stored = await done(container.read_item("1", "a"))

    assert stored["v"] == 2
    assert "old" not in stored


async def test_a_missing_item_cannot_be_read(container: Any) -> None:
    with pytest.raises(CosmosResourceNotFoundError):
        await done(container.read_item("1", "a"))


async def test_an_item_is_not_found_in_another_partition(container: Any) -> None:
    await done(container.create_item({"id": "1", "pk": "a"}))

    with refused(404):
        await done(container.read_item("1", "b"))


async def test_a_replaced_item_has_another_etag(container: Any) -> None:
    created = await done(container.create_item({"id": "1", "pk": "a", "v": 1}))

    replaced = await done(container.replace_item("1", {"id": "1", "pk": "a", "v": 2}))

    assert replaced["v"] == 2
    assert replaced["_etag"] != created["_etag"]
    assert replaced["_rid"] == created["_rid"]


async def test_a_missing_item_cannot_be_replaced(container: Any) -> None:
    with refused(404):
        await done(container.replace_item("1", {"id": "1", "pk": "a"}))


async def test_a_deleted_item_is_gone(container: Any) -> None:
    await done(container.create_item({"id": "1", "pk": "a"}))
    await done(container.delete_item("1", "a"))

    with refused(404):
        await done(container.delete_item("1", "a"))
    assert await listed(container.read_all_items()) == []


@pytest.mark.parametrize(
    "item_id", ["a b", "naïve-ü", "urn:x:1", "m@fabrikam.example", "100%25", "a+b", "(x)", "a|b", "a=b&c", "x" * 255]
)
async def test_an_id_may_have_any_characters_but_a_few(container: Any, item_id: str) -> None:
    await done(container.create_item({"id": item_id, "pk": item_id}))

    assert (await done(container.read_item(item_id, item_id)))["id"] == item_id


@pytest.mark.parametrize("item", [{"pk": "a"}, {"id": "", "pk": "a"}])
async def test_an_item_needs_an_id(container: Any, item: dict[str, str]) -> None:
    with refused(400):
        await done(container.create_item(item))


async def test_the_client_can_make_up_ids(container: Any) -> None:
    created = await done(container.create_item({"pk": "a"}, enable_automatic_id_generation=True))

    assert (await done(container.read_item(created["id"], "a")))["id"] == created["id"]


async def test_a_write_answers_without_the_item_when_told_so(container: Any) -> None:
    written = await done(container.upsert_item({"id": "1", "pk": "a"}, no_response=True))

    assert not written
    assert written.get_response_headers()["etag"] == (await done(container.read_item("1", "a")))["_etag"]


@pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")  # aiohttp's, of the SDK
async def test_an_item_may_have_up_to_two_megabytes(container: Any) -> None:
    await done(container.upsert_item({"id": "large", "pk": "a", "text": "x" * 1_900_000}))

    with refused(413):
        await done(container.upsert_item({"id": "larger", "pk": "a", "text": "x" * 2_200_000}))


async def test_all_items_can_be_read(container: Any) -> None:
    for number in range(25):
        await done(container.create_item({"id": str(number), "pk": f"p{number % 3}"}))

    found = await listed(container.read_all_items(max_item_count=10))

    assert sorted(int(item["id"]) for item in found) == list(range(25))


async def test_many_items_can_be_read_at_once(container: Any) -> None:
    for number in range(10):
        await done(container.create_item({"id": str(number), "pk": f"p{number % 3}"}))

    found = await done(container.read_items([(str(number), f"p{number % 3}") for number in range(5)]))

    assert sorted(item["id"] for item in found) == ["0", "1", "2", "3", "4"]
