import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.cosmos.query import QueryError, compile_condition, compile_query

ONLY_IN_SELECT = "can be used in the SELECT clause only, and not inside another."
ONE_SOURCE = "'SELECT *' is only valid with a single source in the FROM clause."
NOT_TOGETHER = "ORDER BY cannot be used together with GROUP BY or aggregates."


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("SELEKT * FROM c", "SELEKT"),
        ("SELECT * FROM c WHERE", None),
        ("", None),
        ("SELECT * FROM c WHERE c.id == 1", "="),
        ("SELECT c.value FROM c", "value"),
        ("SELECT c.order FROM c", "order"),
        ("SELECT * FROM c; DROP", ";"),
        ("SELECT * FROM c LIMIT 5", "LIMIT"),
        ("SELECT * FROM c OFFSET 5", None),
        ("SELECT COUNT(*) FROM c", "*"),
        ("SELECT * FROM c WHERE c.id = 'open", "'"),
        (r"SELECT * FROM c WHERE c.id = 'a\x'", "'"),
        ("SELECT * FROM c HAVING c.id = 1", "c"),
        ("SELECT * FROM c WHERE c.id = 1 c.day = 2", "c"),
        ("SELECT VALUE c.id, c.day FROM c", ","),
        ("SELECT TOP 1 + 1 * FROM c", "FROM"),
        ("SELECT * FROM c WHERE c.a NOT = 1", "="),
        ("SELECT * FROM c ORDER BY c.a ASCENDING", "ASCENDING"),
        ("SELECT * FROM c WHERE EXISTS(c.a)", "c"),
        ("SELECT * FROM c WHERE c.a & 1", "&"),
    ],
)
def test_a_text_that_the_grammar_does_not_know_is_a_syntax_error(text: str, near: str | None) -> None:
    message = f"Syntax error, incorrect syntax near '{near}'." if near else "Syntax error, the query ends too early."
    with pytest.raises(QueryError, match=f"^{re.escape(message)}$"):
        compile_query(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT d.id FROM c", "Identifier 'd' could not be resolved."),
        ("SELECT * FROM c WHERE c.x = NULL", "Identifier 'NULL' could not be resolved."),
        ("SELECT c.id FROM c JOIN x IN d.list", "Identifier 'd' could not be resolved."),
        ("SELECT 1 FROM c JOIN c IN c.list", "The alias 'c' is specified more than once in the FROM clause."),
        ("SELECT c.id, c.day AS id FROM c", "The name 'id' is specified more than once in the SELECT clause."),
        ("SELECT *", ONE_SOURCE),
        ("SELECT * FROM c JOIN x IN c.l", ONE_SOURCE),
        ("SELECT * FROM c GROUP BY c.day", "'SELECT *' cannot be used together with GROUP BY."),
        ("SELECT c.day FROM c GROUP BY c.day ORDER BY c.day", NOT_TOGETHER),
        ("SELECT COUNT(1) FROM c ORDER BY c.day", NOT_TOGETHER),
        ("SELECT TOP 1 * FROM c OFFSET 0 LIMIT 1", "TOP cannot be used together with OFFSET LIMIT."),
        ("SELECT 1 FROM (SELECT 1) AS c", "A subquery is not supported as the first source of the FROM clause."),
        ("SELECT * FROM c WHERE COUNT(1) > 1", f"The aggregate COUNT {ONLY_IN_SELECT}"),
        ("SELECT SUM(MAX(c.x)) FROM c", f"The aggregate MAX {ONLY_IN_SELECT}"),
        ("SELECT COUNT(1, 2) FROM c", "The COUNT function takes 1 argument(s), not 2."),
        ("SELECT COUNT(1), (SELECT 1) FROM c", "A subquery next to GROUP BY or an aggregate is not supported."),
        ("SELECT LOWER() FROM c", "The LOWER function takes 1 argument(s), not 0."),
        ("SELECT Contains(c.x) FROM c", "The Contains function takes 2 to 3 argument(s), not 1."),
        ("SELECT CONCAT('a') FROM c", "The CONCAT function takes 2 or more argument(s), not 1."),
    ],
)
def test_a_query_that_makes_no_sense_is_refused_in_plain_words(text: str, message: str) -> None:
    with pytest.raises(QueryError, match=f"^{re.escape(message)}$"):
        compile_query(text)


WORDS = """c . id x IN ( ) WHERE NOT = < AND OR BETWEEN LIKE 'a' ESCAPE GROUP BY ORDER DESC OFFSET LIMIT 1 @p
    [ ] { } : ? ?? + - || / COUNT LOWER EXISTS ARRAY SELECT VALUE FROM JOIN null udf ,"""


@given(st.lists(st.sampled_from(WORDS.split()), max_size=12))
def test_any_text_is_a_query_or_refused(words: list[str]) -> None:
    with contextlib.suppress(QueryError):
        compile_query(f"SELECT c.id FROM c WHERE {' '.join(words)}")


@pytest.mark.parametrize("name", ["VectorDistance", "FullTextContains", "ST_DISTANCE", "udf.tax", "NOSUCH"])
def test_a_function_that_is_not_supported_is_named(name: str) -> None:
    with pytest.raises(QueryError, match=f"^'{name}' is not a recognized built-in function name or not supported here"):
        compile_query(f"SELECT {name}(c.x, c.y) FROM c")


@pytest.mark.parametrize("selection", ["c.id, COUNT(1)", "VALUE {n: COUNT(1), id: c.id}", "c"])
def test_next_to_an_aggregate_only_what_is_grouped_by_can_be_selected(selection: str) -> None:
    with pytest.raises(QueryError, match="invalid in the select list"):
        compile_query(f"SELECT {selection} FROM c GROUP BY c.day")


@pytest.mark.parametrize("escape", ["", "ab"])
def test_an_escape_is_one_character(escape: str) -> None:
    with pytest.raises(QueryError, match=f"ESCAPE takes one character, not '{escape}'"):
        list(compile_query(f"SELECT VALUE 'a' LIKE 'a' ESCAPE '{escape}'").run([], {}))


def test_a_condition_tells_whether_an_item_meets_it() -> None:
    is_open = compile_condition("from c where c.status = 'Open'")
    assert is_open({"status": "Open"})
    assert not is_open({"status": "Closed"})
    assert not is_open({})


@pytest.mark.parametrize(
    "text", ["c.status = 'Open'", "from c", "SELECT * FROM c WHERE true", "from c where true ORDER BY c.a"]
)
def test_a_condition_is_from_and_where(text: str) -> None:
    with pytest.raises(QueryError, match="Syntax error"):
        compile_condition(text)
