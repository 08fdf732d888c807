"""The OpenAPI document is valid, and says what the code takes."""

import re
from pathlib import Path

import pytest
import schemathesis
from jsonschema import Draft202012Validator

from callrecords import __version__
from callrecords.graphtypes import JsonObject
from callrecords.http import reports, search
from callrecords.http.openapi import document

OPERATIONS = {
    operation["operationId"]: operation for path in document()["paths"].values() for operation in path.values()
}


ROOT = Path(__file__).parents[3]


def schema_of(operation: str, name: str) -> JsonObject:
    (found,) = [each["schema"] for each in OPERATIONS[operation]["parameters"] if each["name"] == name]
    schema: JsonObject = found
    return schema


def test_the_document_is_valid() -> None:
    schema = schemathesis.openapi.from_dict(document())
    schema.validate()
    assert len(list(schema.get_all_operations())) == len(OPERATIONS) == 6


def test_the_version_of_the_document_is_that_of_the_app() -> None:
    assert document()["info"]["version"] == __version__


def test_every_schema_in_the_document_is_valid() -> None:
    for operation in OPERATIONS.values():
        for parameter in operation["parameters"]:
            Draft202012Validator.check_schema(parameter["schema"])
        answered = next(each for status, each in operation["responses"].items() if status in ("200", "202"))
        for media_type in answered["content"].values():
            Draft202012Validator.check_schema(media_type["schema"])


def test_the_parameters_of_the_search_are_those_of_the_code() -> None:
    assert [each["name"] for each in OPERATIONS["searchCalls"]["parameters"]] == list(search.PARAMETERS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("top", {"minimum": 1, "maximum": search.MOST_TOP, "default": search.DEFAULT_TOP}),
        ("quality", {"enum": list(search.VERDICTS)}),
        ("failed", {"enum": ["true", "false"]}),
    ],
)
def test_the_limits_of_the_search_are_those_of_the_code(name: str, expected: JsonObject) -> None:
    schema = schema_of("searchCalls", name)
    assert {key: value for key, value in schema.items() if key != "type"} == expected


def test_every_report_is_there_with_its_formats() -> None:
    for name in reports.REPORTS:
        operation = f"report{name.capitalize()}"
        assert schema_of(operation, "format")["enum"] == list(reports.FORMATS)
        assert [each["name"] for each in OPERATIONS[operation]["parameters"]] == ["from", "to", "format"]
        assert str(reports.MOST_DAYS) in OPERATIONS[operation]["summary"]


@pytest.mark.parametrize("name", reports.REPORTS)
def test_a_report_says_that_its_days_are_whole_and_what_its_csv_has(name: str) -> None:
    operation = OPERATIONS[f"report{name.capitalize()}"]
    meaning = {each["name"]: each["description"] for each in operation["parameters"]}
    assert "whole" in meaning["from"]
    table = operation["responses"]["200"]["content"]["text/csv"]["schema"]["description"]
    assert all(column in table for column in reports.REPORTS[name].columns)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_says_what_is_answered_without_a_key_and_when_to_come_back(operation: str) -> None:
    answers = document()["components"]["responses"]
    responses = {status: each.get("$ref", "") for status, each in OPERATIONS[operation]["responses"].items()}
    assert "content" not in answers[responses["401"].rpartition("/")[2]]
    assert "Retry-After" in answers[responses["429"].rpartition("/")[2]]["headers"]


@pytest.mark.parametrize(
    ("operation", "items"), [("searchCalls", "calls"), ("reportUsage", "days"), ("reportQuality", "days")]
)
def test_items_are_described_by_a_schema_that_is_there(operation: str, items: str) -> None:
    page = OPERATIONS[operation]["responses"]["200"]["content"]["application/json"]["schema"]
    (path,) = re.findall(r"docs/\S+", page["properties"][items]["items"]["description"])
    assert (ROOT / path).is_file()
