"""The query language, through the SDK."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from azure.cosmos import PartitionKey

from tests.contract.cosmos_sdk import CreateContainer, done, listed, query, refused

_ITEMS: list[dict[str, Any]] = [
    {
        "id": "1",
        "pk": "a",
        "n": 3,
        "f": 1.5,
        "tags": ["x", "y"],
        "cat": "A",
        "when": "2024-01-02T03:04:05.0000000Z",
        "kids": [{"name": "k1", "age": 4}, {"name": "k2", "age": 9}],
        "name": "Alpha",
    },
    {
        "id": "2",
        "pk": "a",
        "n": 1,
        "f": 2.5,
        "tags": ["y"],
        "cat": "B",
        "when": "2024-02-02T03:04:05.0000000Z",
        "kids": [{"name": "k3", "age": 7}],
        "name": "beta",
    },
    {
        "id": "3",
        "pk": "b",
        "n": 2,
        "f": 3.5,
        "tags": ["z"],
        "cat": "A",
        "when": "2024-03-02T03:04:05.0000000Z",
        "kids": [],
        "name": "Gamma",
        "opt": None,
    },
    {
        "id": "4",
        "pk": "b",
        "n": 5,
        "f": 4.5,
        "tags": [],
        "cat": "B",
        "when": "2024-04-02T03:04:05.0000000Z",
        "name": "delta",
        "opt": 1,
    },
    {
        "id": "5",
        "pk": "c",
        "n": 4,
        "f": 5.5,
        "tags": ["x"],
        "cat": "A",
        "when": "2024-05-02T03:04:05.0000000Z",
        "kids": [{"name": "k4", "age": 2}],
        "name": "Epsilon",
    },
]


@pytest.fixture(scope="module")
async def items(database: Any) -> AsyncIterator[Any]:
    """A container with five items in three partitions, for tests that only read."""
    composite = [{"path": "/cat", "order": "ascending"}, {"path": "/n", "order": "descending"}]
    policy = {
        "indexingMode": "consistent",
        "includedPaths": [{"path": "/*"}],
        "excludedPaths": [],
        "compositeIndexes": [composite],
    }
    container = await done(database.create_container("queries", PartitionKey("/pk"), indexing_policy=policy))
    for item in _ITEMS:
        await done(container.create_item(item))
    yield container
    await done(database.delete_container(container))


def _as_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT VALUE c.n FROM c ORDER BY c.n", [1, 2, 3, 4, 5]),
        ("SELECT TOP 2 VALUE c.n FROM c ORDER BY c.n DESC", [5, 4]),
        ("SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 1 LIMIT 2", [2, 3]),
        ("SELECT VALUE c.id FROM c ORDER BY c.cat ASC, c.n DESC", ["5", "1", "3", "4", "2"]),
        ("SELECT VALUE c.id FROM c ORDER BY c.cat DESC, c.n ASC", ["2", "4", "3", "1", "5"]),
    ],
)
async def test_results_come_in_order(items: Any, text: str, expected: list[Any]) -> None:
    assert await listed(query(items, text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'SELECT c.id, c.n AS num, {"k": c.cat} AS o FROM c WHERE c.id = "1"',
            [{"id": "1", "num": 3, "o": {"k": "A"}}],
        ),
        ("SELECT TOP 2 VALUE c.pk FROM c WHERE c.pk = 'a'", ["a", "a"]),
        ("SELECT VALUE COUNT(1) FROM c", [5]),
        ("SELECT VALUE SUM(c.n) FROM c", [15]),
        ("SELECT VALUE AVG(c.f) FROM c", [3.5]),
        ("SELECT VALUE MIN(c.n) FROM c", [1]),
        ("SELECT VALUE MAX(c.n) FROM c", [5]),
        ("SELECT DISTINCT VALUE c.cat FROM c", ["A", "B"]),
        ('SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.kids, {"name": "k3"}, true)', ["2"]),
        (
            "SELECT c.id, k.name FROM c JOIN k IN c.kids WHERE k.age > 5",
            [{"id": "1", "name": "k2"}, {"id": "2", "name": "k3"}],
        ),
        ("SELECT VALUE c.id FROM c WHERE EXISTS(SELECT VALUE k FROM k IN c.kids WHERE k.age > 5)", ["1", "2"]),
        (
            "SELECT c.id, ARRAY(SELECT VALUE k.name FROM k IN c.kids) AS ks FROM c WHERE c.id = '1'",
            [{"id": "1", "ks": ["k1", "k2"]}],
        ),
        (
            "SELECT c.id, (SELECT VALUE COUNT(1) FROM k IN c.kids) AS nk FROM c WHERE c.id='1'",
            [{"id": "1", "nk": 2}],
        ),
        ("SELECT VALUE c.id FROM c WHERE c.cat IN ('B', 'Z')", ["2", "4"]),
        ("SELECT VALUE c.id FROM c WHERE c.n BETWEEN 2 AND 3", ["1", "3"]),
        ("SELECT VALUE c.id FROM c WHERE c.name LIKE '%a'", ["1", "2", "3", "4"]),
        ("SELECT VALUE c.id FROM c WHERE c.cat NOT IN ('B') AND c.name NOT LIKE 'E%'", ["1", "3"]),
        ("SELECT VALUE c.id FROM c WHERE IS_DEFINED(c.opt) AND NOT IS_NULL(c.opt)", ["4"]),
        ("SELECT VALUE c.id FROM c WHERE c.opt != 1", ["3"]),
        ("SELECT VALUE (c.opt ?? 'none') FROM c WHERE c.id = '1'", ["none"]),
        ("SELECT VALUE (c.n > 2 ? 'many' : 'few') FROM c WHERE c.id IN ('1', '2')", ["few", "many"]),
        ("SELECT VALUE IIF(c.n > 2, 'hi', 'lo') FROM c WHERE c.id IN ('1', '2')", ["hi", "lo"]),
        (
            "SELECT VALUE CONCAT(UPPER(c.name), '!') FROM c WHERE CONTAINS(c.name, 'ALP', true)",
            ["ALPHA!"],
        ),
        ("SELECT VALUE c.id FROM c WHERE STARTSWITH(c.name, 'al', true)", ["1"]),
        ("SELECT VALUE c.id FROM c WHERE StringEquals(c.name, 'BETA', true)", ["2"]),
        ("SELECT VALUE c.id FROM c WHERE RegexMatch(c.name, '^[A-Z].*a$')", ["1", "3"]),
        ("SELECT VALUE c.id FROM c WHERE FLOOR(c.f) = 2 AND c.n % 2 = 1", ["2"]),
        ("SELECT VALUE DateTimeAdd('dd', 1, c.when) FROM c WHERE c.id = '1'", ["2024-01-03T03:04:05.0000000Z"]),
        ("SELECT VALUE DateTimePart('yyyy', c.when) FROM c WHERE c.id = '1'", [2024]),
        ("SELECT VALUE DateTimeDiff('day', c.when, '2024-01-05T00:00:00.0000000Z') FROM c WHERE c.id = '1'", [3]),
        ("SELECT VALUE DateTimeBin(c.when, 'hh', 1) FROM c WHERE c.id = '1'", ["2024-01-02T03:00:00.0000000Z"]),
        (
            "SELECT VALUE TimestampToDateTime(DateTimeToTimestamp(c.when)) FROM c WHERE c.id = '1'",
            ["2024-01-02T03:04:05.0000000Z"],
        ),
        ("SELECT VALUE c.id FROM c WHERE c.when >= '2024-02-01' AND c.when < '2024-04-01'", ["2", "3"]),
        ("SELECT VALUE r['id'] FROM r WHERE r._ts > 0 AND r['cat'] = 'B'", ["2", "4"]),
        ("SELECT VALUE c.id FROM c WHERE ARRAY_LENGTH(c.tags) = 2", ["1"]),
    ],
)
async def test_results_are_as_the_language_says(items: Any, text: str, expected: list[Any]) -> None:
    assert sorted(await listed(query(items, text)), key=_as_json) == sorted(expected, key=_as_json)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("SELECT VALUE c.id FROM c WHERE c.n >= @n", {"@n": 3}, ["1", "4", "5"]),
        ("SELECT VALUE c.n FROM c ORDER BY c.n OFFSET @o LIMIT @l", {"@o": 1, "@l": 2}, [2, 3]),
        ("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(@ids, c.id)", {"@ids": ["1", "3"]}, ["1", "3"]),
        ("SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(c.tags, @tag)", {"@tag": "x"}, ["1", "5"]),
        ("SELECT VALUE c.id FROM c WHERE c.kids[0] = @kid", {"@kid": {"name": "k4", "age": 2}}, ["5"]),
    ],
)
async def test_a_query_uses_its_parameters(items: Any, text: str, values: dict[str, Any], expected: list[Any]) -> None:
    parameters = [{"name": name, "value": value} for name, value in values.items()]

    assert sorted(await listed(query(items, text, parameters=parameters))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT VALUE c.id FROM c WHERE c.n > 1", ["1"]),
        ("SELECT COUNT(1) AS n, SUM(c.n) AS s FROM c", [{"n": 2, "s": 4}]),
        ("SELECT c.cat, COUNT(1) AS n FROM c GROUP BY c.cat", [{"cat": "A", "n": 1}, {"cat": "B", "n": 1}]),
    ],
)
async def test_a_query_of_one_partition(items: Any, text: str, expected: list[Any]) -> None:
    assert sorted(await listed(query(items, text, "a")), key=_as_json) == expected


async def test_a_query_of_a_feed_range(items: Any) -> None:
    feed_range = await done(items.feed_range_from_partition_key("a"))

    found = await listed(items.query_items("SELECT VALUE c.id FROM c", feed_range=feed_range))

    assert sorted(found) == ["1", "2"]


async def test_the_clock_of_a_query_is_the_servers(items: Any) -> None:
    (timestamp,) = await listed(query(items, "SELECT VALUE GetCurrentTimestamp() FROM c WHERE c.id = '1'"))

    assert abs(timestamp / 1000 - time.time()) < 300


async def test_a_query_that_is_none_is_refused(items: Any) -> None:
    with refused(400):
        await listed(query(items, "SELEKT * FROM c"))


async def test_a_query_of_all_partitions_must_be_wanted(items: Any) -> None:
    if hasattr(items.read_all_items(), "__aiter__"):
        pytest.skip("the aio client always wants it")

    with refused(400):
        await listed(items.query_items("SELECT * FROM c"))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT c.cat, COUNT(1) AS n FROM c GROUP BY c.cat",
        "SELECT COUNT(1) AS n, SUM(c.n) AS s FROM c",
        "SELECT VALUE c.id FROM c ORDER BY c.n, c.cat",
        "SELECT VALUE c.id FROM c ORDER BY c.cat, c.n",
        "SELECT VALUE c.id FROM c ORDER BY c.cat, c.n DESC, c.id",
    ],
)
async def test_what_the_service_cannot_do_over_all_partitions_is_refused(items: Any, text: str) -> None:
    with refused(400):
        await listed(query(items, text))


async def test_an_order_needs_an_index_in_one_partition_too(items: Any) -> None:
    with refused(400):
        await listed(query(items, "SELECT VALUE c.id FROM c ORDER BY c.n, c.cat", "a"))


@pytest.mark.parametrize(
    ("path", "served"),
    [
        ("c.listed", True),
        ("c.tree.leaf", True),
        ("c.tree.out.leaf", False),
        ("c.tree.bare", False),
        ("c.tree.bare.this", True),
        ("c.other", False),
        ("c.id", True),
        ("c._ts", True),
        ("c.pk", False),
    ],
)
async def test_an_order_needs_an_indexed_path(create_container: CreateContainer, path: str, served: bool) -> None:
    policy = {
        "indexingMode": "consistent",
        "includedPaths": [{"path": "/listed/?"}, {"path": "/tree/*"}],
        "excludedPaths": [{"path": "/*"}, {"path": "/tree/out/*"}, {"path": "/tree/bare/?"}],
    }
    container = await create_container(indexing_policy=policy)
    ordered = f"SELECT * FROM c ORDER BY {path}"

    if served:
        assert await listed(query(container, ordered, "a")) == []
    else:
        with refused(400):
            await listed(query(container, ordered, "a"))


async def test_a_filter_works_without_an_index(create_container: CreateContainer) -> None:
    policy = {"indexingMode": "consistent", "includedPaths": [], "excludedPaths": [{"path": "/*"}]}
    container = await create_container(indexing_policy=policy)
    await done(container.create_item({"id": "1", "pk": "a", "v": 1}))

    assert await listed(query(container, "SELECT VALUE c.id FROM c WHERE c.v = 1", "a")) == ["1"]
