"""The OpenAPI document is valid, and says what the code takes."""

import re
from pathlib import Path
from typing import Any, cast

import orjson
import pytest
import schemathesis
from jsonschema import Draft202012Validator

from callrecords import __version__
from callrecords.graphtypes import JsonObject
from callrecords.http import completeness, filters, phonecalls, reports, search
from callrecords.http.completeness import CompletenessOfDays
from callrecords.http.openapi import document
from callrecords.http.packed import unpacked
from callrecords.ports.usage import DayRollUp
from tests.asking import body
from tests.doubles import Clock
from tests.generated import DAYS, day_roll_up, phone_call_rows, rows
from tests.invented import TENANT
from tests.unit.http.knowndays import COMPARED, Known

OPERATIONS = {
    operation["operationId"]: operation for path in document()["paths"].values() for operation in path.values()
}

COMPONENTS: JsonObject = document()["components"]

ROOT = Path(__file__).parents[3]


def schema_of(operation: str, name: str) -> JsonObject:
    (found,) = [each["schema"] for each in OPERATIONS[operation]["parameters"] if each["name"] == name]
    schema: JsonObject = found
    return schema


def test_the_document_is_valid() -> None:
    schema = schemathesis.openapi.from_dict(document())
    schema.validate()
    assert len(list(schema.get_all_operations())) == len(OPERATIONS) == 11


def test_the_version_of_the_document_is_that_of_the_app() -> None:
    assert document()["info"]["version"] == __version__


def test_every_schema_in_the_document_is_valid() -> None:
    for schema in COMPONENTS["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for operation in OPERATIONS.values():
        for parameter in operation["parameters"]:
            Draft202012Validator.check_schema(parameter["schema"])
        for answered in (each for status, each in operation["responses"].items() if status == "200"):
            for media_type in answered["content"].values():
                Draft202012Validator.check_schema(media_type["schema"])


def test_what_is_for_operators_has_no_answer_but_refusals() -> None:
    refused = {name for name, operation in OPERATIONS.items() if "403" in operation["responses"]}
    assert refused == {"startAudit", "startDerive"}
    assert all(OPERATIONS[name]["responses"].keys() == {"401", "403"} for name in refused)
    assert all("200" in operation["responses"] for name, operation in OPERATIONS.items() if name not in refused)


def test_the_parameters_of_the_search_are_those_of_the_code() -> None:
    assert [each["name"] for each in OPERATIONS["searchCalls"]["parameters"]] == list(search.PARAMETERS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("top", {"minimum": 1, "maximum": search.MOST_TOP, "default": search.DEFAULT_TOP}),
        ("quality", {"enum": list(filters.VERDICTS)}),
        ("sort", {"enum": list(search.SORTS), "default": "newest"}),
        ("failed", {"enum": ["true", "false"]}),
    ],
)
def test_the_limits_of_the_search_are_those_of_the_code(name: str, expected: JsonObject) -> None:
    schema = schema_of("searchCalls", name)
    assert {key: value for key, value in schema.items() if key != "type"} == expected


def test_the_search_for_phone_calls_has_the_parameters_the_limits_and_the_columns_of_the_code() -> None:
    operation = OPERATIONS["searchPhoneCalls"]
    assert [each["name"] for each in operation["parameters"]] == list(phonecalls.PARAMETERS)
    assert schema_of("searchPhoneCalls", "source")["enum"] == ["pstn", "directRouting"]
    assert schema_of("searchPhoneCalls", "kind")["enum"] == list(phonecalls.KINDS)
    assert schema_of("searchPhoneCalls", "top")["maximum"] == phonecalls.MOST_TOP
    assert str(phonecalls.MOST_DAYS) in operation["summary"]
    answer = operation["responses"]["200"]
    assert all(column in answer["content"]["text/csv"]["schema"]["description"] for column in phonecalls.COLUMNS)
    assert [*answer["headers"]] == ["X-Continuation"]


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


def test_the_completeness_of_days_has_the_parameters_and_the_columns_of_the_code() -> None:
    operation = OPERATIONS["getCompleteness"]
    assert operation["parameters"] == OPERATIONS["reportUsage"]["parameters"]
    assert str(reports.MOST_DAYS) in operation["summary"]
    table = operation["responses"]["200"]["content"]["text/csv"]["schema"]["description"]
    assert all(column in table for column in completeness.COLUMNS)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_says_what_is_answered_without_a_key_and_when_to_come_back(operation: str) -> None:
    answers = document()["components"]["responses"]
    responses = {status: each.get("$ref", "") for status, each in OPERATIONS[operation]["responses"].items()}
    assert "content" not in answers[responses["401"].rpartition("/")[2]]
    if "403" not in responses:
        assert "Retry-After" in answers[responses["429"].rpartition("/")[2]]["headers"]


@pytest.mark.parametrize(
    "operation", ["getCallFacts", "searchCalls", "searchPhoneCalls", "reportUsage", "reportQuality"]
)
def test_rows_are_described_by_a_schema_that_is_there(operation: str) -> None:
    described = str(OPERATIONS[operation])
    (path,) = re.findall(r"docs/\S+\.json", described)
    assert (ROOT / path).is_file()


def test_every_component_is_referred_to_and_every_reference_leads_to_one() -> None:
    references = set(re.findall(r"#/components/(\w+)/(\w+)", str(document())))
    assert references == {(kind, name) for kind in ("schemas", "responses") for name in COMPONENTS[kind]}


def schema_of_rows(operation: str, items: str) -> JsonObject:
    page = OPERATIONS[operation]["responses"]["200"]["content"]["application/json"]["schema"]
    found: JsonObject = page["properties"][items]["items"]
    return found


def complaints(schema: JsonObject, value: object) -> list[str]:
    """What is wrong with the value, a property that is not in the schema included."""
    components = closed({"schemas": COMPONENTS["schemas"]})
    validator = Draft202012Validator({**schema, "components": components})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(orjson.loads(orjson.dumps(value)))]


def closed(schema: Any) -> Any:
    """The same, with no other properties than it names."""
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(each) for name, each in schema.items()}
    is_object = schema.get("type") == "object" and "properties" in schema
    return inner | ({"additionalProperties": False} if is_object else {})


def test_the_schema_of_a_found_call_describes_the_rows_of_generated_calls() -> None:
    schema = schema_of_rows("searchCalls", "calls")
    assert [complaint for row in rows() for complaint in complaints(schema, row)] == []
    assert complaints(schema, {}) == []
    assert complaints(schema, {"version": "1"}) != []
    assert complaints(schema, {"legs": []}) != []


def test_the_schema_of_facts_describes_the_unpacked_rows_of_generated_calls() -> None:
    schema = OPERATIONS["getCallFacts"]["responses"]["200"]["content"]["application/json"]["schema"]
    whole = [unpacked(cast("Any", row)) for row in rows()]
    assert [complaint for row in whole for complaint in complaints(schema, row)] == []
    for name in ("version", "affectedEndpoints", "packing"):
        assert complaints(schema, {key: value for key, value in whole[0].items() if key != name}) != []


def test_the_schema_of_a_found_phone_call_describes_the_rows_of_generated_ones() -> None:
    schema = schema_of_rows("searchPhoneCalls", "phoneCalls")
    for row in phone_call_rows():
        with_record = {name: value for name, value in row.items() if name != "tenantId"}
        without = {name: value for name, value in with_record.items() if name != "record"}
        assert complaints(schema, with_record) == complaints(schema, without) == []
        assert complaints(schema, {**without, "tenantId": TENANT}) != []
        assert complaints(schema, {**without, "kind": "voicemail"}) != []
        assert complaints(schema, {name: value for name, value in without.items() if name != "source"}) != []


@pytest.mark.parametrize("name", reports.REPORTS)
def test_the_schema_of_a_report_describes_its_days(name: str) -> None:
    schema = schema_of_rows(f"report{name.capitalize()}", "days")
    days = [day_roll_up(TENANT, day, [row for row in rows() if row["day"] == day]) for day in DAYS]
    for day in reports.REPORTS[name].as_json(days):
        assert complaints(schema, day) == []
        assert complaints(schema, {**day, "calls": "7"}) != []


async def test_the_schema_of_completeness_describes_days_that_were_compared_and_days_that_were_not() -> None:
    schema = closed(schema_of_rows("getCompleteness", "days"))
    days = body(await CompletenessOfDays(Known(COMPARED), Clock())({"from": COMPARED.day, "to": "2026-03-04"}))["days"]
    assert len(days) == 3
    for day in days:
        assert complaints(schema, day) == []
        for name, wrong in {"listed": "7", "completeness": "well", "hours": [], "corrections": [{}]}.items():
            assert complaints(schema, {**day, name: wrong}) != []
    assert schema["properties"].keys() == days[0].keys()
    assert {*schema["required"]} == days[1].keys()
    assert all(each["description"] for each in schema["properties"].values())


def test_every_field_of_a_roll_up_is_in_a_report_but_its_keys() -> None:
    reported = {name for report in reports.REPORTS.values() for name in report.day.__annotations__}
    assert reported == DayRollUp.__annotations__.keys() - {"id", "tenantId", "month"}
