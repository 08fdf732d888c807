"""Pages of results and what happens between them."""

from typing import Any

import pytest

from tests.contract.cosmos_sdk import done, pages, query, refused

_ORDERED = "SELECT VALUE c.id FROM c ORDER BY c.n"


@pytest.fixture
async def seven(container: Any) -> Any:
    """A container with the items 0 to 6 in one partition, and as many in another."""
    for number in range(7):
        for partition in ("a", "b"):
            await done(container.create_item({"id": str(number), "pk": partition, "n": number, "cat": number % 2}))
    return container


async def _resumed(container: Any, text: str, partition_key: str | None, size: int) -> list[list[Any]]:
    """The results page by page, each asked for with the token of the one before by a query of its own."""
    found, token = [], None
    while True:
        page, token = await anext(pages(query(container, text, partition_key, max_item_count=size), token))
        found.append(page)
        if not token:
            return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT VALUE c.n FROM c ORDER BY c.n DESC", [[6, 5, 4], [3, 2, 1], [0]]),
        ("SELECT TOP 5 VALUE c.n FROM c ORDER BY c.n", [[0, 1, 2], [3, 4]]),
        ("SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 1 LIMIT 4", [[1, 2, 3], [4]]),
    ],
)
async def test_ordered_results_come_in_pages(seven: Any, text: str, expected: list[list[int]]) -> None:
    assert await _resumed(seven, text, "a", 3) == expected


@pytest.mark.parametrize(
    "text",
    [
        "SELECT VALUE c.n FROM c",
        "SELECT VALUE c.n FROM c WHERE c.n >= 0 ORDER BY c.cat",
        "SELECT DISTINCT VALUE c.n FROM c",
        "SELECT VALUE c.n FROM c JOIN x IN (SELECT VALUE 1)",
    ],
)
async def test_every_result_is_on_one_page(seven: Any, text: str) -> None:
    found = await _resumed(seven, text, "a", 2)

    assert max(len(page) for page in found) <= 2
    assert sorted(number for page in found for number in page) == list(range(7))


async def test_results_of_all_partitions_come_in_pages(seven: Any) -> None:
    found = await _resumed(seven, "SELECT c.pk, c.id FROM c", None, 5)

    assert max(len(page) for page in found) <= 5
    assert len({(item["pk"], item["id"]) for page in found for item in page}) == 14


async def test_all_items_come_in_pages(seven: Any) -> None:
    found = [page async for page, _ in pages(seven.read_all_items(max_item_count=5))]

    assert max(len(page) for page in found) <= 5
    assert len({(item["pk"], item["id"]) for page in found for item in page}) == 14


@pytest.mark.parametrize("text", [_ORDERED, "SELECT VALUE c.id FROM c"])
async def test_deletes_between_pages_lose_nothing_else(seven: Any, text: str) -> None:
    page, token = await anext(pages(query(seven, text, "a", max_item_count=3)))
    for item_id in page:
        await done(seven.delete_item(item_id, "a"))

    rest = [each async for each, _ in pages(query(seven, text, "a", max_item_count=3), token)]

    assert sorted(page + [item_id for each in rest for item_id in each]) == ["0", "1", "2", "3", "4", "5", "6"]


async def test_what_is_inserted_before_the_page_repeats_nothing(seven: Any) -> None:
    page, token = await anext(pages(query(seven, _ORDERED, "a", max_item_count=3)))
    await done(seven.create_item({"id": "early", "pk": "a", "n": -1}))
    await done(seven.create_item({"id": "late", "pk": "a", "n": 4.5}))

    rest = [each async for each, _ in pages(query(seven, _ORDERED, "a", max_item_count=3), token)]

    assert page == ["0", "1", "2"]
    assert rest == [["3", "4", "late"], ["5", "6"]]


async def test_an_item_that_is_written_again_comes_once(seven: Any) -> None:
    text = "SELECT VALUE c.id FROM c"
    page, token = await anext(pages(query(seven, text, "a", max_item_count=3)))
    for item_id in page:
        await done(seven.upsert_item({"id": item_id, "pk": "a", "n": 0}))

    rest = [each async for each, _ in pages(query(seven, text, "a"), token)]

    assert sorted(page + rest[0]) == ["0", "1", "2", "3", "4", "5", "6"]


async def test_results_of_equal_rank_come_once(container: Any) -> None:
    for number in range(6):
        await done(container.create_item({"id": str(number), "pk": "a", "n": 0}))

    found = await _resumed(container, _ORDERED, "a", 2)

    assert sorted(item_id for page in found for item_id in page) == ["0", "1", "2", "3", "4", "5"]


async def test_results_of_different_types_come_in_pages(container: Any) -> None:
    for number, value in enumerate([None, True, 5, "x", "é", [1], {"a": 1}]):
        await done(container.create_item({"id": str(number), "pk": "a", "n": value}))

    found = await _resumed(container, "SELECT VALUE c.id FROM c WHERE IS_PRIMITIVE(c.n) ORDER BY c.n", "a", 1)

    assert [page[0] for page in found] == ["0", "1", "2", "3", "4"]


async def test_a_token_that_is_none_is_refused(seven: Any) -> None:
    with refused(400):
        await anext(pages(query(seven, _ORDERED, "a"), "nonsense"))


@pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")  # aiohttp's, of the SDK
async def test_a_page_has_at_most_four_megabytes(container: Any) -> None:
    for number in range(3):
        await done(container.create_item({"id": str(number), "pk": "a", "text": "x" * 1_900_000}))

    found = [page async for page, _ in pages(query(container, "SELECT * FROM c", "a"))]

    assert len(found) > 1
    assert sum(len(page) for page in found) == 3
