"""Calls of which Graph tells in odd ways, as tests/cases/voice has them: what is said of each, and how surely."""

import json
from pathlib import Path
from typing import Any

import pytest

from callrecords.facts.row import fact_row
from tests.generated import call_record
from tests.invented import TENANT

CASES = {
    file.stem: json.loads(file.read_text())
    for file in sorted((Path(__file__).parents[3] / "cases/voice").glob("*.json"))
}


def said(voice: dict[str, Any]) -> dict[str, Any]:
    """Value, certainty and name of each fact; the steps of the path without the sessions that tell of them."""
    facts = {
        name: [fact["value"], fact["certainty"], *([fact["name"]] if "name" in fact else [])]
        for name, fact in voice.items()
        if name != "path"
    }
    path = [{name: value for name, value in step.items() if name != "sessionId"} for step in voice.get("path", ())]
    return facts | ({"path": path} if path else {})


@pytest.mark.parametrize("name", CASES)
def test_the_voice_facts_of_a_call_are_right(name: str) -> None:
    row = fact_row(call_record(CASES[name]["given"]), TENANT)
    assert said(dict(row.get("voice", {}))) == CASES[name]["expect"]
