import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.graphtypes import JsonObject
from local.cosmos.query import UNDEFINED, QueryError, compile_query

ITEM: JsonObject = {
    "yes": True,
    "no": False,
    "nothing": None,
    "three": 3,
    "text": "abc",
    "list": [1, "b", {"c": 2}],
    "object": {"a": 1, "order": "reserved"},
}


def evaluate(expression: str, item: JsonObject = ITEM, **parameters: object) -> Any:
    """The value of an expression over `item`, called c; parameters without their @."""
    rows = compile_query(f"SELECT VALUE {expression} FROM c").run(
        [item], {f"@{name}": value for name, value in parameters.items()}
    )
    return next((row.value for row in rows), UNDEFINED)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("c.object.a", 1),
        ("c.object['a']", 1),
        ('c["object"]["order"]', "reserved"),
        ("c.list[1]", "b"),
        ("c.list[2].c", 2),
        ("c.list[c.object.a]", "b"),
        ("c[c.nothing ?? 'three']", UNDEFINED),
        ("c.list[3]", UNDEFINED),
        ("c.list[-1]", UNDEFINED),
        ("c.list['0']", UNDEFINED),
        ("c.text.a", UNDEFINED),
        ("c.absent.a.b", UNDEFINED),
    ],
)
def test_a_path_leads_to_a_property_or_to_undefined(expression: str, value: object) -> None:
    assert evaluate(expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 - 2 - 1", 4),
        ("7 / 2", 3.5),
        ("6 / 2", 3),
        ("-7 % 4", -3),
        ("-c.three + +1", -2),
        ("1e3 + .5 + 1.", 1001.5),
        ("1 / 0", UNDEFINED),
        ("1 % 0", UNDEFINED),
        ("1 + '1'", UNDEFINED),
        ("1 + true", UNDEFINED),
        ("-c.text", UNDEFINED),
        ("'a' || c.text || 'd'", "aabcd"),
        ("'a' || 1", UNDEFINED),
    ],
)
def test_arithmetic_is_for_numbers_and_concatenation_for_strings(expression: str, value: object) -> None:
    result = evaluate(expression)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    "expression",
    [
        "c.three = 3.0",
        "c.nothing = null",
        "c.nothing != 3",
        "c.text <> '3'",
        "c.list = [1, 'b', {\"c\": 2}]",
        "{a: 1, b: 2} = {b: 2, a: 1}",
        "c.three > 2",
        "c.three >= 3",
        "c.text < 'abd'",
        "'B' < 'a'",
        "c.no < c.yes",
        "null <= null",
        "c.three BETWEEN 3 AND 4",
        "c.three NOT BETWEEN 4 AND 5",
        "c.three IN (1, 3)",
        "c.three NOT IN (1, '3')",
        "NOT c.no",
        "NOT NOT c.yes",
        "c.no OR c.absent OR c.yes",
        "c.yes AND c.three = 3 AND NOT c.no",
        "c.no AND c.no OR c.yes",
        "NOT c.no AND c.yes",
        "1 < 2 = true",
    ],
)
def test_a_condition_is_true(expression: str) -> None:
    assert evaluate(expression) is True


@pytest.mark.parametrize(
    "expression",
    [
        "c.three = '3'",
        "c.yes = 1",
        "c.three != 3",
        "[1, true] = [1, 1]",
        "{a: 1} = {a: 1, b: 2}",
        "c.three > 3",
        "c.text <= 'ab'",
        "null < null",
        "c.three BETWEEN 4 AND 5",
        "c.three NOT BETWEEN 3 AND 4",
        "c.three IN (1, '3')",
        "c.three NOT IN (1, 3)",
        "NOT c.yes",
        "c.absent AND c.no",
        "c.no OR c.no",
        "c.no AND (c.no OR c.yes)",
        "NOT (c.no AND c.absent) = false",
    ],
)
def test_a_condition_is_false(expression: str) -> None:
    assert evaluate(expression) is False


@pytest.mark.parametrize(
    "expression",
    [
        "c.absent = c.absent",
        "c.absent != 3",
        "c.absent = undefined",
        "c.three < '4'",
        "c.nothing < 3",
        "c.list < [2]",
        "c.absent IN (1, 2)",
        "c.three IN (1, c.absent)",
        "c.three NOT IN (1, c.absent)",
        "c.three BETWEEN 1 AND '4'",
        "c.three LIKE '3'",
        "c.text LIKE 3",
        "c.text NOT LIKE c.absent",
        "NOT c.absent",
        "NOT c.three",
        "c.yes AND c.absent",
        "c.yes AND c.three",
        "c.no OR c.absent",
    ],
)
def test_a_condition_is_undefined(expression: str) -> None:
    assert evaluate(expression) is UNDEFINED


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("c.absent ?? c.gone ?? c.three", 3),
        ("c.nothing ?? 1", None),
        ("c.absent ?? c.gone", UNDEFINED),
        ("c.yes ? 1 : 2", 1),
        ("c.no ? 1 : c.absent ? 2 : 3", 3),
        ("c.three = 3 ? 'three' : 'other'", "three"),
        ("(c.absent ?? false) ? 1 : 2", 2),
    ],
)
def test_alternatives(expression: str, value: object) -> None:
    assert evaluate(expression) == value


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        ("'it'", "it"),
        (r"'it\'s'", "it's"),
        (r'"it\'s \"it\""', 'it\'s "it"'),
        ("'say \"it\"'", 'say "it"'),
        (r"'\\\n\t\u00e9\/'", "\\\n\té/"),
        (r"'\ud83d\ude00'", "😀"),
        ("'two\nlines'", "two\nlines"),
    ],
)
def test_string_literals_are_in_either_quotes_with_escapes(literal: str, text: str) -> None:
    assert evaluate(literal) == text


@pytest.mark.parametrize(
    ("text", "pattern", "matches"),
    [
        ("fabrikam", "fab%", True),
        ("fabrikam", "%kam", True),
        ("fabrikam", "%brik%", True),
        ("fabrikam", "fabrika_", True),
        ("fabrikam", "[e-g]ab%", True),
        ("fabrikam", "[^abc]ab%", True),
        ("20%", "20[%]", True),
        ("a[b", "a[[]b", True),
        ("a.b", "a.b", True),
        ("line\nline", "line%line", True),
        ("-", "[a-]", True),
        ("^", "[a^]", True),
        ("", "%", True),
        ("fabrikam", "abrikam", False),
        ("fabrikam", "fabrika", False),
        ("fabrikam", "FAB%", False),
        ("fabrikam", "fabrikam_", False),
        ("fabrikam", "[^e-g]ab%", False),
        ("200", "20[%]", False),
        ("axb", "a.b", False),
        ("fabrikam\n", "fabrikam", False),
    ],
)
def test_like_matches_the_whole_text(text: str, pattern: str, matches: bool) -> None:
    assert evaluate("@text LIKE @pattern", text=text, pattern=pattern) is matches
    assert evaluate("@text NOT LIKE @pattern", text=text, pattern=pattern) is not matches


def test_escape_makes_a_wildcard_stand_for_itself() -> None:
    assert evaluate("'20%' LIKE '20!%' ESCAPE '!'") is True
    assert evaluate("'200' LIKE '20!%' ESCAPE '!'") is False
    assert evaluate("'20%!' LIKE '20!%!!' ESCAPE '!'") is True


@given(st.text(), st.text())
def test_like_of_an_escaped_text_matches_that_text_only(text: str, other: str) -> None:
    pattern = re.sub(r"([%_\[^])", r"^\1", text)
    like = "@value LIKE @pattern ESCAPE '^'"
    assert evaluate(like, value=text, pattern=pattern) is True
    assert evaluate(like, value=other, pattern=pattern) is (other == text)


@given(st.text(alphabet="ab%_[]^-\\.*"), st.text(alphabet="ab-^"))
def test_any_pattern_is_matched_or_refused_in_plain_words(pattern: str, text: str) -> None:
    try:
        assert evaluate("@text LIKE @pattern", text=text, pattern=pattern) in (True, False)
    except QueryError as error:
        assert "is not a LIKE pattern" in str(error)


def test_a_pattern_with_a_range_the_wrong_way_round_is_refused() -> None:
    with pytest.raises(QueryError, match=re.escape("'[z-a]' is not a LIKE pattern")):
        evaluate("'m' LIKE '[z-a]'")
