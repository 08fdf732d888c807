import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from callrecords.graphtypes import JsonObject
from local.cosmos.query import compile_query

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-5, 5) | st.text("ab\0é😀", max_size=3),
    lambda value: st.lists(value, max_size=2) | st.dictionaries(st.text("ab", max_size=1), value, max_size=2),
    max_leaves=4,
)
ITEMS = st.lists(st.fixed_dictionaries({}, optional={"a": VALUES, "b": VALUES}), max_size=8)
QUERIES = st.sampled_from(
    [f"SELECT * FROM c ORDER BY c.a {a}, c.b {b}" for a in ("ASC", "DESC") for b in ("ASC", "DESC")]
)


def ordered(items: list[JsonObject], direction: str) -> list[Any]:
    return [row.value for row in compile_query(f"SELECT * FROM c ORDER BY c.v {direction}").run(items, {})]


def test_types_sort_from_undefined_to_objects() -> None:
    values: list[Any] = [
        None,
        False,
        True,
        -1.5,
        0,
        2,
        "",
        "B",
        "a",
        "ab",
        "é",
        [],
        [1],
        [1, 2],
        [2],
        {},
        {"a": 1},
        {"a": 2},
    ]
    items: list[JsonObject] = [{}, *({"v": value} for value in values)]
    assert ordered(items[::-1], "ASC") == items
    assert ordered(items, "DESC") == items[::-1]


@given(QUERIES, ITEMS)
def test_rows_come_in_the_order_of_their_sort_keys(text: str, items: list[JsonObject]) -> None:
    query = compile_query(text)
    keys = [query.sort_key(row) for row in query.run(items, {})]
    assert keys == sorted(keys)


@given(QUERIES, ITEMS)
def test_sort_keys_compare_the_same_after_json(text: str, items: list[JsonObject]) -> None:
    query = compile_query(text)
    keys = [query.sort_key(row) for row in query.run(items, {})]
    stored = [json.loads(json.dumps(key)) for key in keys]
    assert [a < b for a in stored for b in stored] == [a < b for a in keys for b in keys]


@given(ITEMS)
def test_values_are_equal_where_they_sort_alike(items: list[JsonObject]) -> None:
    both = [item for item in items if item.keys() == {"a", "b"}]
    query = compile_query("SELECT VALUE c.a = c.b FROM c ORDER BY c.a, c.b")
    for row in query.run(both, {}):
        first, second = query.sort_key(row)
        assert row.value is (first == second)


@given(ITEMS)
def test_descending_is_ascending_the_other_way_round(items: list[JsonObject]) -> None:
    up, down = (
        {json.dumps(row.value): query.sort_key(row) for row in query.run(items, {})}
        for query in (compile_query(f"SELECT * FROM c ORDER BY c.a {way}") for way in ("ASC", "DESC"))
    )
    assert [up[a] < up[b] for a in up for b in up] == [down[b] < down[a] for a in up for b in up]
