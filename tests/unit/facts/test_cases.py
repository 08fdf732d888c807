"""Whole call records that once came to a wrong row, as tests/cases/facts has them."""

import json
from pathlib import Path

import orjson
import pytest

from callrecords.facts.row import fact_row
from tests.generated import call_record
from tests.invented import TENANT
from tests.unit.facts.invented_sessions import at

FOLDER = Path(__file__).parents[2] / "cases" / "facts"
CASES = {file.stem: json.loads(file.read_text()) for file in sorted(FOLDER.glob("*.json"))}


@pytest.mark.parametrize("case", CASES)
def test_the_row_of_a_record_that_once_was_wrong_is_right(case: str) -> None:
    row = orjson.loads(orjson.dumps(fact_row(call_record(CASES[case]["given"]), TENANT)))
    expected = CASES[case]["expect"]
    assert {path: at(row, path) for path in expected} == expected
