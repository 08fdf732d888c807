"""The change feed in latest version mode, and feed ranges."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contract.cosmos_sdk import CreateContainer, done, listed, pages


async def _changes(container: Any, **options: Any) -> list[str]:
    return [item["id"] for item in await listed(container.query_items_change_feed(**options))]


async def _position(container: Any, **options: Any) -> str:
    """The continuation token after all that the feed with these options has."""
    await listed(container.query_items_change_feed(**options))
    etag: str = container.client_connection.last_response_headers["etag"]
    return etag


@pytest.fixture
async def changed(container: Any) -> Any:
    """A container with the items 0 to 3 in the partitions a and b, of which 1 was written twice."""
    for number in range(4):
        await done(container.create_item({"id": str(number), "pk": "ab"[number % 2], "v": 0}))
    await done(container.upsert_item({"id": "1", "pk": "b", "v": 1}))
    return container


async def test_the_feed_has_every_item_once_by_its_last_change(changed: Any) -> None:
    feed = await listed(changed.query_items_change_feed(start_time="Beginning"))

    assert [(item["id"], item["v"]) for item in feed] == [("0", 0), ("2", 0), ("3", 0), ("1", 1)]


async def test_a_deleted_item_is_not_in_the_feed(changed: Any) -> None:
    await done(changed.delete_item("2", "a"))

    assert await _changes(changed, start_time="Beginning") == ["0", "3", "1"]


async def test_the_feed_goes_on_where_it_was_left(changed: Any) -> None:
    position = await _position(changed, start_time="Beginning")
    assert await _changes(changed, continuation=position) == []

    await done(changed.upsert_item({"id": "2", "pk": "a", "v": 9}))
    await done(changed.create_item({"id": "new", "pk": "c"}))

    assert await _changes(changed, continuation=position) == ["2", "new"]


async def test_a_feed_from_now_has_what_comes_later(changed: Any) -> None:
    position = await _position(changed, start_time="Now")

    await done(changed.create_item({"id": "new", "pk": "a"}))

    assert await _changes(changed, continuation=position) == ["new"]


async def test_a_feed_can_start_at_a_time(changed: Any) -> None:
    now = datetime.now(UTC)

    assert await _changes(changed, start_time=now - timedelta(minutes=5)) == ["0", "2", "3", "1"]
    assert await _changes(changed, start_time=now + timedelta(minutes=5)) == []


async def test_a_feed_of_one_partition_has_no_other_items(changed: Any) -> None:
    assert await _changes(changed, start_time="Beginning", partition_key="b") == ["3", "1"]


async def test_a_feed_of_a_prefix_of_a_hierarchical_key(create_container: CreateContainer) -> None:
    container = await create_container("/tenant", "/call")
    for tenant, call in (("t", "1"), ("z", "2"), ("t", "3")):
        await done(container.create_item({"id": call, "tenant": tenant, "call": call}))

    assert await _changes(container, start_time="Beginning", partition_key=["t"]) == ["1", "3"]


async def test_the_feeds_of_all_ranges_have_all_items(changed: Any) -> None:
    ranges = await listed(changed.read_feed_ranges())

    found = [
        each for feed_range in ranges for each in await _changes(changed, start_time="Beginning", feed_range=feed_range)
    ]

    assert sorted(found) == ["0", "1", "2", "3"]


async def test_a_feed_comes_in_pages(changed: Any) -> None:
    feed = changed.query_items_change_feed(start_time="Beginning", max_item_count=3)

    found = [[item["id"] for item in page] async for page, _ in pages(feed)]

    assert found == [["0", "2", "3"], ["1"]]


async def test_an_item_is_not_lost_that_changes_while_the_feed_is_read(changed: Any) -> None:
    feed = pages(changed.query_items_change_feed(start_time="Beginning", max_item_count=1))
    (first,), position = await anext(feed)
    await done(changed.upsert_item({"id": "2", "pk": "a", "v": 9}))

    assert first["id"] == "0"
    assert await _changes(changed, continuation=position) == ["3", "1", "2"]


async def test_the_range_of_a_partition_is_part_of_one_range_of_the_container(changed: Any) -> None:
    partition = await done(changed.feed_range_from_partition_key("a"))
    ranges = await listed(changed.read_feed_ranges())

    subsets = [await done(changed.is_feed_range_subset(each, partition)) for each in ranges]

    assert subsets.count(True) == 1
