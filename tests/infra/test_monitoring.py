"""Alerts and workbook look for what the app says: for texts that it logs and functions that it has."""

import ast
import json
import re
from collections.abc import Iterator

import pytest

from callrecords.graphtypes import JsonObject
from callrecords.ports.records import Saved
from tests.infra.predicted import ROOT, SNAPSHOTS, prediction

# The Functions host says this when it moves a message to a poison queue.
OF_THE_HOST = {"MaxDequeueCount"}
TEXT = re.compile(r'Message (?:startswith|endswith|has) "([^"]+)"')
NAMES = re.compile(r"Name !?in \(([^)]+)\)")
RULE, WORKBOOK = "Microsoft.Insights/scheduledQueryRules", "Microsoft.Insights/workbooks"


def queries() -> list[str]:
    alerts = [each["properties"]["criteria"]["allOf"][0]["query"] for each in prediction("default").of_type(RULE)]
    workbook = json.loads(prediction("default").the(WORKBOOK)["serializedData"])
    return alerts + [item["content"]["query"] for item in workbook["items"] if "query" in item["content"]]


def logged() -> Iterator[str]:
    """Every text that callrecords/ logs; a stored record stands for what is filled in."""
    for file in (ROOT / "callrecords").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log.") and node.args:
                yield re.sub(r"%[sd]", Saved.STORED.value, ast.literal_eval(node.args[0]))


def test_every_text_that_is_looked_for_is_one_that_is_logged() -> None:
    texts, wanted = list(logged()), set(TEXT.findall("\n".join(queries())))
    assert {text for text in wanted if not any(text in each for each in texts)} == OF_THE_HOST


def test_every_function_that_is_looked_for_is_one_of_the_app(triggers: dict[str, JsonObject]) -> None:
    wanted = set(re.findall(r'"(\w+)"', " ".join(NAMES.findall("\n".join(queries())))))
    assert wanted
    assert wanted <= set(triggers)


def test_there_is_an_alert_for_each_thing_that_nobody_would_see() -> None:
    names = [each["name"] for each in prediction("default").of_type(RULE)]
    assert names == ["poison-not-empty", "subscription-expires", "no-call-record", "failures"]


def test_the_silence_that_alerts_is_one_in_working_time() -> None:
    rule = prediction("big-tenant").the(RULE, "no-call-record")
    query = rule["criteria"]["allOf"][0]["query"]
    assert rule["windowSize"] == "PT1H"
    assert 'datetime_utc_to_local(now(), "Europe/Berlin")' in query
    assert "in (1, 2, 3, 4, 5, 6)" in query
    assert "hourofday(now_here) >= 7 and hourofday(now_here) < 20" in query


def test_alerts_go_to_those_who_are_named() -> None:
    group = prediction("big-tenant").the("Microsoft.Insights/actionGroups")
    assert [each["emailAddress"] for each in group["emailReceivers"]] == ["voice-operations@fabrikam.example"]
    for each in prediction("big-tenant").of_type(RULE):
        assert len(each["properties"]["actions"]["actionGroups"]) == 1
    assert prediction("default").of_type("Microsoft.Insights/actionGroups") == []


@pytest.mark.parametrize("parameter_set", SNAPSHOTS)
def test_requests_are_logged_where_that_is_wanted(parameter_set: str) -> None:
    settings = prediction(parameter_set).of_type("Microsoft.Insights/diagnosticSettings")
    assert len(settings) == (3 if parameter_set == "private-network" else 0)
