import pytest

from local.cosmos.query import Query, QueryError, compile_query


def flags(text: str) -> set[str]:
    query = compile_query(text)
    names = ("aggregates", "grouped", "value_only", "distinct", "limited", "joined")
    return {name for name in names if getattr(query, name)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * FROM c WHERE c.day = 'a' ORDER BY c.day", set()),
        ("SELECT VALUE COUNT(1) FROM c", {"aggregates", "value_only"}),
        ("SELECT c.day FROM c GROUP BY c.day", {"grouped"}),
        ("SELECT c.day, {n: SUM(c.n) + 1} AS o FROM c GROUP BY c.day", {"grouped", "aggregates"}),
        ("SELECT DISTINCT c.day FROM c", {"distinct"}),
        ("SELECT TOP 5 * FROM c", {"limited"}),
        ("SELECT * FROM c OFFSET 0 LIMIT 1", {"limited"}),
        ("SELECT c.id FROM c JOIN x IN c.list", {"joined"}),
        ("SELECT c.id FROM c JOIN (SELECT 1 AS one) AS x", {"joined"}),
        ("SELECT * FROM x IN c.list", {"joined"}),
        ("SELECT * FROM c.list[0] AS x", set()),
        ("SELECT c.id, (SELECT DISTINCT VALUE COUNT(1) FROM x IN c.list) AS n FROM c", set()),
    ],
)
def test_a_query_tells_what_it_does(text: str, expected: set[str]) -> None:
    assert flags(text) == expected


def test_order_by_tells_paths_and_directions() -> None:
    text = "SELECT * FROM c ORDER BY c.day, c.a['b'] DESC, LOWER(c.id), c.list[0], c ASC"
    assert compile_query(text).order_by == (
        ("/day", False),
        ("/a/b", True),
        (None, False),
        (None, False),
        (None, False),
    )


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("SELECT c.id FROM c", set()),
        ("SELECT c.id FROM c WHERE c.day = @day AND c.a.b > c['c']", {"/day", "/a/b", "/c"}),
        ("SELECT * FROM c WHERE CONTAINS(c.name, c.list[0].part) ORDER BY c.day", {"/name", "/list/[]/part", "/day"}),
        ("SELECT c.a FROM c WHERE c.list[c.index] = 1", {"/list", "/index"}),
        ("SELECT p.name FROM c JOIN p IN c.participants WHERE p.id = 1", {"/participants/[]", "/participants/[]/id"}),
        ("SELECT c.a FROM c WHERE EXISTS(SELECT VALUE 1 FROM p IN c.list WHERE p.id = 1)", {"/list/[]", "/list/[]/id"}),
        ("SELECT c.a FROM c JOIN (SELECT VALUE p FROM p IN c.l) AS q WHERE q.id = 1", {"/l/[]", "/l/[]/id"}),
        ("SELECT p.x FROM p IN c.list WHERE p.a[0] = 1", {"/list/[]", "/list/[]/a/[]"}),
        ("SELECT ARRAY(SELECT VALUE x.a FROM x IN c.list WHERE x.b = 1) AS a FROM c", set()),
        ("SELECT c.day, MAX(c.n) AS n FROM c GROUP BY c.day", set()),
    ],
)
def test_filter_paths_are_what_an_index_is_for(text: str, paths: set[str]) -> None:
    assert compile_query(text).filter_paths == paths


def test_a_row_tells_its_item() -> None:
    items = [{"id": "1", "list": [1, 2]}, {"id": "2", "list": [3]}]
    rows = list(compile_query("SELECT VALUE x FROM c JOIN x IN c.list").run(items, {}))
    assert [row.value for row in rows] == [1, 2, 3]
    assert [row.source for row in rows] == [items[0], items[0], items[1]]
    assert rows[0].source is items[0]


@pytest.mark.parametrize(
    "text", ["SELECT COUNT(1) AS n FROM c", "SELECT c.day FROM c GROUP BY c.day", "SELECT 1 AS one"]
)
def test_a_row_of_no_single_item_tells_none(text: str) -> None:
    query = compile_query(text)
    (row,) = query.run([{"day": "a"}], {})
    assert row.source is None
    assert query.sort_key(row) == ()


def test_a_query_is_compiled_once_and_can_run_with_other_parameters() -> None:
    def compiled() -> Query:
        return compile_query("SELECT VALUE c.n FROM c WHERE c.n > @least")

    items = [{"n": 1}, {"n": 2}]
    assert compiled() is compiled()
    assert [row.value for row in compiled().run(items, {"@least": 0})] == [1, 2]
    assert [row.value for row in compiled().run(items, {"@least": 1})] == [2]


def test_a_limited_query_reads_no_more_items_than_it_needs() -> None:
    items = iter([{"n": 1}, {"n": 2}, {"n": 3}])
    rows = compile_query("SELECT TOP 1 * FROM c WHERE c.n = 2").run(items, {})
    assert [row.value for row in rows] == [{"n": 2}]
    assert list(items) == [{"n": 3}]


def test_a_row_is_made_when_it_is_asked_for() -> None:
    items = [{"n": 2, "list": ["a", "b"]}, {"n": 1, "list": ["c"]}]
    rows = compile_query("SELECT VALUE (SELECT VALUE x FROM x IN c.list) FROM c ORDER BY c.n").run(items, {})
    assert next(rows).value == "c"
    with pytest.raises(QueryError, match="gave more than one"):
        next(rows)
