"""Whole answers of Graph that once cost a record, as tests/cases has them: what is stored and derived of them."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from callrecords.facts.row import fact_row
from callrecords.graph.records import CallRecords
from tests.invented import CALL, TENANT
from tests.unit.graph.fake_graph import FakeGraph

CASES = {
    file.stem: json.loads(file.read_text()) for file in sorted((Path(__file__).parents[2] / "cases").glob("*.json"))
}


def answer(given: Any) -> httpx.Response:
    return httpx.Response(given["status"]) if "status" in given else httpx.Response(200, json=given)


@pytest.mark.parametrize("case", CASES)
async def test_a_record_is_stored_and_its_row_is_right(graph: FakeGraph, case: str) -> None:
    given, expected = CASES[case]["given"], dict(CASES[case]["expect"])

    def by_expansion(request: httpx.Request) -> httpx.Response:
        return answer(given[request.url.params["$expand"].partition("(")[0]])

    graph.answer = by_expansion
    record = await CallRecords(graph.client).fetch(CALL)
    assert expected.pop("stored")
    row = dict(fact_row(record, TENANT))
    assert {name: row[name] for name in expected} == expected
