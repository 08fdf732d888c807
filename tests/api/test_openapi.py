"""The OpenAPI document is valid, and says what the code takes."""

import pytest
import schemathesis
from jsonschema import Draft202012Validator

from callrecords import reports, search
from callrecords.jsontypes import JsonObject
from callrecords.openapi import document

OPERATIONS = {
    operation["operationId"]: operation for path in document()["paths"].values() for operation in path.values()
}


def schema_of(operation: str, name: str) -> JsonObject:
    (found,) = [each["schema"] for each in OPERATIONS[operation]["parameters"] if each["name"] == name]
    schema: JsonObject = found
    return schema


def test_the_document_is_valid() -> None:
    schema = schemathesis.openapi.from_dict(document())
    schema.validate()
    assert len(list(schema.get_all_operations())) == len(OPERATIONS) == 4


def test_every_schema_in_the_document_is_valid() -> None:
    for operation in OPERATIONS.values():
        for parameter in operation["parameters"]:
            Draft202012Validator.check_schema(parameter["schema"])
        for media_type in operation["responses"]["200"]["content"].values():
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
