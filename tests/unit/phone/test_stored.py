import json
from decimal import Decimal
from typing import Any

import orjson
import pytest

from callrecords.graphtypes import MOST_EXACT
from callrecords.phone.stored import stored
from tests.unit.phone.invented_rows import parsed


def nested(levels: int) -> Any:
    return [nested(levels - 1)] if levels else "deep"


def test_a_record_has_everything_that_graph_sent_also_what_is_not_known() -> None:
    row: dict[str, Any] = {
        "id": "x",
        "newFromGraph": {"list": [1, None, True, "text"]},
        "conferenceId": None,
        "empty": [],
    }
    assert stored(row) == (row, False)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0.0150", "0.0150"),
        ("1e3", "1000"),
        ("1e-7", "0.0000001"),
        ("-0.0", "-0.0"),
        ("1e400", "1E+400"),
        ("0.1234567890123456789012345678901234567890", "0.1234567890123456789012345678901234567890"),
        ("172", 172),
        (str(MOST_EXACT), MOST_EXACT),
        (str(MOST_EXACT + 1), str(MOST_EXACT + 1)),
        (str(-MOST_EXACT - 1), str(-MOST_EXACT - 1)),
    ],
)
def test_a_number_that_readers_of_json_would_round_is_kept_as_text(written: str, expected: object) -> None:
    record, is_repaired = stored(parsed(f'{{"charge": {written}, "inside": [{{"charge": {written}}}]}}'))
    assert record == {"charge": expected, "inside": [{"charge": expected}]}
    assert not is_repaired


@pytest.mark.parametrize(
    ("value", "expected"),
    [(float("nan"), "NaN"), (float("inf"), "Infinity"), (0.1, "0.1"), (Decimal("sNaN"), "sNaN")],
)
def test_what_is_no_number_of_json_is_kept_as_text(value: object, expected: str) -> None:
    assert stored({"charge": value}) == ({"charge": expected}, False)


def test_an_integer_of_any_length_is_kept() -> None:
    record, _ = stored({"duration": 10**5000})
    assert Decimal(record["duration"]) == Decimal(10**5000)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"name": "Mira\ud83d"}, {"name": "Mira\ufffd"}),
        ({"na\udc00me": 1}, {"na\ufffdme": 1}),
        ({"list": [{"na\udc00me": 1}]}, {"list": [{"na\ufffdme": 1}]}),
        ({"other": (1, 2)}, {"other": None}),
    ],
)
def test_what_json_cannot_have_is_replaced_and_told(row: dict[str, Any], expected: dict[str, Any]) -> None:
    record, is_repaired = stored(row)
    assert is_repaired
    assert record == expected
    assert orjson.loads(orjson.dumps(record)) == json.loads(json.dumps(record)) == record


def test_what_is_nested_too_deep_for_cosmos_is_cut_there_alone() -> None:
    assert stored({"other": nested(59)}) == ({"other": nested(59)}, False)
    record, is_repaired = stored({"other": nested(100), "id": "x"})
    assert is_repaired
    assert record["id"] == "x"
    assert orjson.dumps(record["other"]).startswith(b"[[[[")
