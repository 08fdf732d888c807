from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from callrecords.graphtypes import JsonObject
from local.cosmos.query import QueryError, compile_query

SATIN = {"codec": "SATIN", "jitter": 4}
SILK = {"codec": "SILK", "jitter": 9}
CALLS: list[JsonObject] = [
    {"id": "1", "day": "2026-11-01", "minutes": 3, "legs": [SATIN, SILK]},
    {"id": "2", "day": "2026-11-02", "minutes": 1, "legs": [SILK | {"jitter": 7}]},
    {"id": "3", "day": "2026-11-01", "minutes": 2, "legs": []},
    {"id": "4", "day": "2026-11-02", "minutes": 5},
]


def select(text: str, items: Iterable[JsonObject] = CALLS, parameters: Mapping[str, object] | None = None) -> list[Any]:
    return [row.value for row in compile_query(text).run(items, parameters or {})]


def test_a_star_selects_the_items_themselves() -> None:
    assert select("SELECT * FROM c WHERE c.id = '2'") == [CALLS[1]]


def test_keywords_and_function_names_are_read_in_any_case() -> None:
    assert select("select value Upper(c.day) from c where c.id In ('4') order by c.id") == ["2026-11-02"]


def test_selected_properties_keep_their_names_and_aliases_rename_them() -> None:
    assert select("SELECT c.id, c['day'], c.minutes AS length, c.minutes m FROM c WHERE c.id = '1'") == [
        {"id": "1", "day": "2026-11-01", "length": 3, "m": 3}
    ]


def test_what_has_no_name_is_numbered() -> None:
    assert select("SELECT 1 + 1, c.id, c.legs[0] FROM c WHERE c.id = '3'") == [{"$1": 2, "id": "3"}]
    assert select("SELECT c.minutes * 2, MAX(1) AS most FROM c GROUP BY c.minutes") == [
        {"$1": minutes * 2, "most": 1} for minutes in (3, 1, 2, 5)
    ]


def test_an_undefined_property_is_left_out_and_an_undefined_value_is_no_row() -> None:
    assert select("SELECT c.id, c.legs FROM c WHERE c.id = '4'") == [{"id": "4"}]
    assert select("SELECT VALUE c.legs[1].codec FROM c") == ["SILK"]


def test_literals_make_objects_and_arrays_without_what_is_undefined() -> None:
    text = "SELECT VALUE {'id': c.id, minutes: [c.minutes, c.nothing, null, true], none: c.nothing} FROM c"
    assert select(text, CALLS[:1]) == [{"id": "1", "minutes": [3, None, True]}]


def test_a_query_without_from_gives_one_row() -> None:
    assert select("SELECT 1 AS one, 'a' AS a") == [{"one": 1, "a": "a"}]


def test_the_container_has_any_name_and_an_alias_hides_it() -> None:
    assert select("SELECT VALUE r.id FROM r WHERE r.minutes = 5") == ["4"]
    assert select("SELECT VALUE r.id FROM calls AS r WHERE r.minutes = 5") == ["4"]
    with pytest.raises(QueryError, match="Identifier 'calls' could not be resolved"):
        compile_query("SELECT VALUE calls.id FROM calls r")


def test_from_can_begin_below_the_item() -> None:
    assert select("SELECT VALUE codec FROM c.legs[0].codec") == ["SATIN", "SILK"]
    assert select("SELECT VALUE leg.codec FROM leg IN calls.legs") == ["SATIN", "SILK", "SILK"]


def test_a_join_gives_a_row_for_each_element() -> None:
    assert select("SELECT c.id, leg.codec FROM c JOIN leg IN c.legs WHERE leg.jitter > 5") == [
        {"id": "1", "codec": "SILK"},
        {"id": "2", "codec": "SILK"},
    ]


def test_joins_multiply() -> None:
    text = "SELECT VALUE CONCAT(a.codec, b.codec) FROM c JOIN a IN c.legs JOIN b IN c.legs WHERE c.id = '1'"
    assert select(text) == ["SATINSATIN", "SATINSILK", "SILKSATIN", "SILKSILK"]


def test_a_join_with_a_subquery_gives_a_row_for_each_of_its_rows() -> None:
    subquery = "(SELECT VALUE leg FROM leg IN c.legs WHERE leg.jitter > 5)"
    for join in (f"JOIN {subquery} AS bad", f"JOIN bad IN {subquery}"):
        assert select(f"SELECT VALUE [c.id, bad.jitter] FROM c {join}") == [["1", 9], ["2", 7]]


def test_exists_is_whether_the_subquery_has_rows() -> None:
    exists = "EXISTS(SELECT VALUE leg FROM leg IN c.legs WHERE leg.codec = 'SATIN')"
    assert select(f"SELECT VALUE c.id FROM c WHERE {exists}") == ["1"]
    assert select(f"SELECT VALUE c.id FROM c WHERE NOT {exists}") == ["2", "3", "4"]


def test_an_array_subquery_gathers_its_rows() -> None:
    text = "SELECT VALUE ARRAY(SELECT VALUE leg.jitter FROM leg IN c.legs ORDER BY leg.jitter DESC) FROM c"
    assert select(text) == [[9, 4], [7], [], []]


def test_a_subquery_can_stand_for_a_value() -> None:
    assert select("SELECT VALUE (SELECT VALUE COUNT(1) FROM leg IN c.legs) FROM c") == [2, 1, 0, 0]
    assert select("SELECT VALUE (SELECT VALUE c.minutes * leg.jitter FROM leg IN c.legs) FROM c", CALLS[1:]) == [7]


def test_a_subquery_that_stands_for_a_value_has_one_row_at_most() -> None:
    with pytest.raises(QueryError, match="gave more than one"):
        select("SELECT VALUE (SELECT VALUE leg.jitter FROM leg IN c.legs) FROM c")


def test_where_takes_only_what_is_true() -> None:
    items: list[JsonObject] = [{"on": True}, {"on": False}, {"on": "true"}, {"on": None}, {}]
    assert select("SELECT VALUE c.on FROM c WHERE c.on", items) == [True]


def test_order_by_sorts_by_several_expressions_each_in_its_direction() -> None:
    text = "SELECT VALUE c.id FROM c ORDER BY c.day DESC, c.minutes"
    assert select(text) == ["2", "4", "3", "1"]
    assert select(text.replace(" DESC", " ASC") + " DESC") == ["1", "3", "4", "2"]


def test_order_by_leaves_equal_rows_as_they_came() -> None:
    assert select("SELECT VALUE c.id FROM c ORDER BY c.day") == ["1", "3", "2", "4"]
    assert select("SELECT VALUE c.id FROM c ORDER BY c.day DESC") == ["2", "4", "1", "3"]


def test_top_and_offset_limit_take_a_part_of_the_rows() -> None:
    assert select("SELECT TOP 2 VALUE c.minutes FROM c ORDER BY c.minutes DESC") == [5, 3]
    assert select("SELECT VALUE c.minutes FROM c ORDER BY c.minutes OFFSET 1 LIMIT 2") == [2, 3]
    assert select("SELECT TOP 0 * FROM c") == []


def test_top_offset_and_limit_can_be_parameters() -> None:
    text = "SELECT VALUE c.id FROM c OFFSET @skip LIMIT @take"
    assert select(text, parameters={"@skip": 1, "@take": 2}) == ["2", "3"]
    assert select("SELECT TOP @n VALUE c.id FROM c", parameters={"@n": 1}) == ["1"]


@pytest.mark.parametrize("value", [-1, 1.5, "2", True, None])
def test_a_number_of_rows_is_a_whole_number(value: object) -> None:
    with pytest.raises(QueryError, match="take a whole number, zero or more, not"):
        select("SELECT TOP @n * FROM c", parameters={"@n": value})


def test_distinct_compares_whole_values_and_keeps_the_first() -> None:
    items: list[JsonObject] = [{"v": {"a": 1, "b": [2]}}, {"v": {"b": [2.0], "a": 1}}, {"v": True}, {"v": 1}, {}]
    assert select("SELECT DISTINCT VALUE c.v FROM c", items) == [{"a": 1, "b": [2]}, True, 1]
    assert select("SELECT DISTINCT c.v FROM c ORDER BY c.v OFFSET 1 LIMIT 2", items) == [{"v": True}, {"v": 1}]


def test_aggregates_are_over_all_rows() -> None:
    text = "SELECT COUNT(1) AS n, SUM(c.minutes) AS s, AVG(c.minutes) AS a, MIN(c.day) AS f, MAX(c.day) AS l FROM c"
    assert select(text) == [{"n": 4, "s": 11, "a": 2.75, "f": "2026-11-01", "l": "2026-11-02"}]


def test_aggregates_over_no_rows() -> None:
    text = "SELECT COUNT(1) AS n, SUM(c.x) AS s, AVG(c.x) AS a, MIN(c.x) AS f, MAX(c.x) AS l FROM c"
    assert select(text, []) == [{"n": 0, "s": 0}]


def test_aggregates_leave_out_what_is_undefined() -> None:
    items: list[JsonObject] = [{"v": 2}, {}, {"v": 4}]
    assert select("SELECT VALUE [COUNT(c.v), AVG(c.v), COUNT(1)] FROM c", items) == [[2, 3, 3]]


def test_a_sum_of_what_is_no_number_is_undefined() -> None:
    items: list[JsonObject] = [{"v": 2}, {"v": "2"}]
    assert select("SELECT SUM(c.v) AS s, AVG(c.v) AS a, MAX(c.v) AS m FROM c", items) == [{"m": "2"}]


def test_group_by_gathers_rows_with_equal_keys() -> None:
    text = "SELECT c.day, COUNT(1) AS calls, SUM(c.minutes) AS minutes FROM c GROUP BY c.day"
    assert select(text) == [
        {"day": "2026-11-01", "calls": 2, "minutes": 5},
        {"day": "2026-11-02", "calls": 2, "minutes": 6},
    ]
    assert select(text, []) == []


def test_group_by_can_use_expressions_and_joins() -> None:
    text = "SELECT VALUE {c: LOWER(leg.codec), j: MAX(leg.jitter)} FROM c JOIN leg IN c.legs GROUP BY LOWER(leg.codec)"
    assert select(text) == [{"c": "satin", "j": 4}, {"c": "silk", "j": 9}]


def test_a_subquery_can_use_outer_names_next_to_its_aggregates() -> None:
    text = "SELECT VALUE (SELECT VALUE c.minutes + MAX(leg.jitter) FROM leg IN c.legs) FROM c"
    assert select(text) == [12, 8]


def test_parameters_are_values_of_any_type() -> None:
    on_days = "SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(@days, c.day)"
    assert select(on_days, parameters={"@days": ["2026-11-02"]}) == ["2", "4"]
    assert select("SELECT VALUE @o[@p]", parameters={"@o": {"a": [1]}, "@p": "a"}) == [[1]]


def test_a_parameter_that_is_not_given_is_an_error() -> None:
    with pytest.raises(QueryError, match=r"not given: @day, @id\."):
        select("SELECT * FROM c WHERE c.id = @id AND EXISTS(SELECT 1 FROM c WHERE c.day = @day)")


def test_comments_are_skipped() -> None:
    assert select("SELECT VALUE c.id -- the id\nFROM c -- all\nWHERE c.minutes = 5") == ["4"]
