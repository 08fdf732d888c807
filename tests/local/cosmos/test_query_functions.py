import time
from datetime import UTC, datetime
from typing import Any

import pytest

from local.cosmos.query import UNDEFINED, QueryError, compile_query

WHEN = "2026-01-31T03:04:05.1234567Z"


def evaluate(expression: str) -> Any:
    rows = compile_query(f"SELECT VALUE {expression}").run([], {})
    return next((row.value for row in rows), UNDEFINED)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("CONCAT('a', 'b', 'c')", "abc"),
        ("CONCAT('a', 1)", UNDEFINED),
        ("CONTAINS('Fabrikam', 'bri')", True),
        ("CONTAINS('Fabrikam', 'FAB')", False),
        ("CONTAINS('Fabrikam', 'FAB', true)", True),
        ("CONTAINS('Fabrikam', 'FAB', 1)", UNDEFINED),
        ("STARTSWITH('Fabrikam', 'fab')", False),
        ("STARTSWITH('Fabrikam', 'fab', true)", True),
        ("ENDSWITH('Fabrikam', 'kam')", True),
        ("ENDSWITH('Fabrikam', 'Fab')", False),
        ("StringEquals('a', 'A')", False),
        ("StringEquals('a', 'A', true)", True),
        ("StringEquals(1, 1)", UNDEFINED),
        ("INDEX_OF('abcabc', 'c')", 2),
        ("INDEX_OF('abcabc', 'c', 3)", 5),
        ("INDEX_OF('abc', 'd')", -1),
        ("LEFT('abc', 2)", "ab"),
        ("LEFT('abc', -1)", ""),
        ("RIGHT('abc', 2)", "bc"),
        ("RIGHT('abc', 9)", "abc"),
        ("RIGHT('abc', 0)", ""),
        ("SUBSTRING('abcdef', 1, 3)", "bcd"),
        ("SUBSTRING('abc', 5, 1)", ""),
        ("SUBSTRING('abc', 1, -1)", ""),
        ("SUBSTRING('abc', 0.5, 1)", UNDEFINED),
        ("LENGTH('abc')", 3),
        ("LENGTH([1])", UNDEFINED),
        ("UPPER('aB') || LOWER('aB')", "ABab"),
        ("'[' || TRIM(' a ') || LTRIM(' b ') || RTRIM(' c ') || ']'", "[ab  c]"),
        ("REPLACE('aba', 'a', 'c')", "cbc"),
        ("REPLICATE('ab', 2)", "abab"),
        ("REPLICATE('ab', 10000)", UNDEFINED),
        ("REPLICATE('ab', -1)", UNDEFINED),
        ("REVERSE('abc')", "cba"),
        ("RegexMatch('Fabrikam', '^F.*m$')", True),
        ("RegexMatch('Fabrikam', '^f')", False),
        ("RegexMatch('Fabrikam', '^f', 'i')", True),
        ("StringJoin(['a', 'b'], '-')", "a-b"),
        ("StringJoin(['a', 1], '-')", UNDEFINED),
        ("StringSplit('a-b', '-')", ["a", "b"]),
        ("StringSplit('a-b', '')", UNDEFINED),
    ],
)
def test_string_functions(expression: str, value: object) -> None:
    assert evaluate(expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("ABS(-2)", 2),
        ("CEILING(1.2)", 2),
        ("FLOOR(-1.2)", -2),
        ("TRUNC(-1.8)", -1),
        ("ROUND(2.5)", 3),
        ("ROUND(-2.5)", -3),
        ("ROUND(2.4)", 2),
        ("SIGN(-3)", -1),
        ("SIGN(0)", 0),
        ("SQRT(16)", 4),
        ("SQRT(-1)", UNDEFINED),
        ("SQUARE(3)", 9),
        ("POWER(2, 10)", 1024),
        ("POWER(-8, 0.5)", UNDEFINED),
        ("EXP(1000)", UNDEFINED),
        ("LOG(1)", 0),
        ("LOG(8, 2)", 3),
        ("LOG(0)", UNDEFINED),
        ("LOG10(100)", 2),
        ("ROUND(DEGREES(PI()))", 180),
        ("COS(0) + SIN(0) + TAN(0)", 1),
        ("NumberBin(17, 5)", 15),
        ("NumberBin(1.5)", 1),
        ("ABS('2')", UNDEFINED),
        ("ABS(true)", UNDEFINED),
        ("RAND() < 1", True),
    ],
)
def test_mathematical_functions(expression: str, value: object) -> None:
    result = evaluate(expression)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("ARRAY_CONTAINS(['a', 'b'], 'b')", True),
        ("ARRAY_CONTAINS([1, 2], '1')", False),
        ("ARRAY_CONTAINS('ab', 'b')", UNDEFINED),
        ("ARRAY_CONTAINS([1], undefined)", UNDEFINED),
        ("ARRAY_CONTAINS([{a: 1, b: 2}], {a: 1})", False),
        ("ARRAY_CONTAINS([{a: 1, b: 2}], {a: 1}, true)", True),
        ("ARRAY_CONTAINS([{a: {x: 1, y: 2}}], {a: {y: 2}}, true)", True),
        ("ARRAY_CONTAINS([{a: 1, b: 2}], {a: 2}, true)", False),
        ("ARRAY_CONTAINS_ANY([1, 2], 3, 2)", True),
        ("ARRAY_CONTAINS_ANY([1, 2], 3, 4)", False),
        ("ARRAY_CONTAINS_ALL([1, 2], 1, 2)", True),
        ("ARRAY_CONTAINS_ALL([1, 2], 1, 3)", False),
        ("ARRAY_LENGTH([1, 2])", 2),
        ("ARRAY_LENGTH('ab')", UNDEFINED),
        ("ARRAY_CONCAT([1], [2], [3])", [1, 2, 3]),
        ("ARRAY_SLICE([1, 2, 3], 1)", [2, 3]),
        ("ARRAY_SLICE([1, 2, 3], -2, 1)", [2]),
        ("ARRAY_SLICE([1, 2, 3], 0, -1)", []),
        ("SetUnion([1, 2], [2, 3])", [1, 2, 3]),
        ("SetIntersect([1, 2, 2], [2, 3])", [2]),
        ("SetDifference([1, 2, 1], [2, 3])", [1]),
        ("ObjectToArray({a: 1, b: 2})", [{"k": "a", "v": 1}, {"k": "b", "v": 2}]),
        ("ObjectToArray({a: 1}, 'name', 'value')", [{"name": "a", "value": 1}]),
    ],
)
def test_array_functions(expression: str, value: object) -> None:
    assert evaluate(expression) == value


@pytest.mark.parametrize(
    ("name", "yes"),
    [
        ("IS_DEFINED", ["null", "false", "1", "1.5", "'a'", "[]", "{}"]),
        ("IS_NULL", ["null"]),
        ("IS_BOOL", ["false"]),
        ("IS_NUMBER", ["1", "1.5"]),
        ("IS_FINITE_NUMBER", ["1", "1.5"]),
        ("IS_INTEGER", ["1"]),
        ("IS_STRING", ["'a'"]),
        ("IS_ARRAY", ["[]"]),
        ("IS_OBJECT", ["{}"]),
        ("IS_PRIMITIVE", ["null", "false", "1", "1.5", "'a'"]),
    ],
)
def test_type_functions_are_true_for_their_types_only(name: str, yes: list[str]) -> None:
    for value in ("undefined", "null", "false", "1", "1.5", "'a'", "[]", "{}"):
        assert evaluate(f"{name}({value})") is (value in yes)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("ToString(1.5)", "1.5"),
        ("ToString('a')", "a"),
        ("ToString({a: [true, null]})", '{"a":[true,null]}'),
        ("ToString(undefined)", UNDEFINED),
        ("StringToNumber(' 1.5 ')", 1.5),
        ("StringToNumber('one')", UNDEFINED),
        ("StringToNumber('true')", UNDEFINED),
        ("StringToBoolean('true')", True),
        ("StringToBoolean('1')", UNDEFINED),
        ("StringToNull('null')", None),
        ("StringToArray('[1]')", [1]),
        ("StringToObject('{\"a\": 1}')", {"a": 1}),
        ("StringToObject('[1]')", UNDEFINED),
        ("IIF(1 < 2, 'yes', 'no')", "yes"),
        ("IIF('true', 'yes', 'no')", "no"),
        ("IIF(undefined, 'yes', 'no')", "no"),
        ("CHOOSE(2, 'a', 'b')", "b"),
        ("CHOOSE(3, 'a', 'b')", UNDEFINED),
    ],
)
def test_conversions_and_choices(expression: str, value: object) -> None:
    assert evaluate(expression) == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (f"DateTimeAdd('dd', 1, '{WHEN}')", "2026-02-01T03:04:05.1234567Z"),
        (f"DateTimeAdd('month', 1, '{WHEN}')", "2026-02-28T03:04:05.1234567Z"),
        (f"DateTimeAdd('yyyy', -1, '{WHEN}')", "2025-01-31T03:04:05.1234567Z"),
        (f"DateTimeAdd('mcs', 1, '{WHEN}')", "2026-01-31T03:04:05.1234577Z"),
        (f"DateTimeAdd('week', 1, '{WHEN}')", UNDEFINED),
        (f"DateTimeAdd('yyyy', 9000, '{WHEN}')", UNDEFINED),
        ("DateTimeAdd('dd', 1, '31.1.2026')", UNDEFINED),
        ("DateTimeAdd('dd', 1, '2026-02-30')", UNDEFINED),
        (f"DateTimeDiff('day', '{WHEN}', '2026-02-01T00:00:00Z')", 1),
        (f"DateTimeDiff('month', '{WHEN}', '2027-02-01')", 13),
        (f"DateTimeDiff('year', '{WHEN}', '2027-01-01')", 1),
        (f"DateTimeDiff('hh', '{WHEN}', '2026-01-31T02:59:00Z')", -1),
        ("DateTimeDiff('ns', '2026-01-31', '2026-01-31T00:00:00.0000001Z')", 100),
        (f"DateTimePart('yyyy', '{WHEN}') + DateTimePart('mm', '{WHEN}')", 2027),
        (f"DateTimePart('ss', '{WHEN}') + DateTimePart('ms', '{WHEN}')", 128),
        (f"DateTimePart('mcs', '{WHEN}') + DateTimePart('ns', '{WHEN}')", 123456 + 123456700),
        (f"DateTimeBin('{WHEN}', 'hh')", "2026-01-31T03:00:00.0000000Z"),
        (f"DateTimeBin('{WHEN}', 'mi', 5)", "2026-01-31T03:00:00.0000000Z"),
        (f"DateTimeBin('{WHEN}', 'dd', 7, '2026-01-01')", "2026-01-29T00:00:00.0000000Z"),
        (f"DateTimeBin('{WHEN}', 'ns', 1)", WHEN),
        (f"DateTimeBin('{WHEN}', 'month')", UNDEFINED),
        (f"DateTimeBin('{WHEN}', 'hh', 0)", UNDEFINED),
        ("DateTimeFromParts(2026, 1, 2)", "2026-01-02T00:00:00.0000000Z"),
        ("DateTimeFromParts(2026, 1, 31, 3, 4, 5, 1234567)", WHEN),
        ("DateTimeFromParts(2026, 13, 1)", UNDEFINED),
        ("DateTimeFromParts(2026, 1, 1, 0, 0, 0, 10000000)", UNDEFINED),
        (f"TicksToDateTime(DateTimeToTicks('{WHEN}'))", WHEN),
        (f"TimestampToDateTime(DateTimeToTimestamp('{WHEN}'))", "2026-01-31T03:04:05.1230000Z"),
        ("DateTimeToTimestamp('1970-01-01T00:00:01Z')", 1000),
        ("DateTimeToTicks('1969-12-31T23:59:59.9999999Z')", -1),
    ],
)
def test_date_time_functions(expression: str, value: object) -> None:
    assert evaluate(expression) == value


def test_the_current_time_is_told_in_three_forms() -> None:
    before = time.time_ns() // 100
    told = evaluate("[GetCurrentTicks(), GetCurrentTimestamp() * 10000, DateTimeToTicks(GetCurrentDateTimeStatic())]")
    after = time.time_ns() // 100
    assert all(before - 10_000 <= ticks <= after for ticks in told)
    assert evaluate("GetCurrentDateTime()")[:4] >= f"{datetime.fromtimestamp(before / 1e7, UTC).year}"


def test_a_wrong_regular_expression_is_named() -> None:
    with pytest.raises(QueryError, match=r"'\(' is not a regular expression: "):
        evaluate("RegexMatch('a', '(')")
    with pytest.raises(QueryError, match="'q' is not a modifier of RegexMatch"):
        evaluate("RegexMatch('a', 'a', 'q')")
