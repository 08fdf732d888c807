"""The OpenAPI document of the routes for people and services."""

from callrecords import __version__
from callrecords.graphtypes import JsonObject
from callrecords.http import callsapi, completenessapi, daysapi, phonecallsapi, reports
from callrecords.http.openapiparts import REPORTED_DAYS, RESPONSES, errors, json_of, query
from callrecords.http.rowschema import RowSchemas


def document() -> JsonObject:
    """The document, as https://spec.openapis.org/oas/v3.1.0 has it."""
    rows = RowSchemas()
    paths = {
        **callsapi.paths(rows),
        **phonecallsapi.paths(rows),
        **daysapi.paths(),
        **{f"/reports/{name}": {"get": _report(name, each, rows)} for name, each in reports.REPORTS.items()},
        **completenessapi.paths(),
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Call Records",
            "version": __version__,
            "description": "Teams call records from Microsoft Graph: looked up, searched, reported and audited.",
        },
        "servers": [{"url": "/api"}],
        "security": [{"key": []}, {"code": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "x-functions-key"},
                "code": {"type": "apiKey", "in": "query", "name": "code"},
            },
            "responses": RESPONSES,
            "schemas": rows.components,
        },
    }


def _report(name: str, report: reports.Report, rows: RowSchemas) -> JsonObject:
    days = {"type": "array", "items": rows.reference(report.day)}
    table = {"type": "string", "description": f"The columns {', '.join(report.columns)}; JSON has the rest as well"}
    return {
        "operationId": f"report{name.capitalize()}",
        "summary": f"The {name} of at most {reports.MOST_DAYS} days, by day",
        "parameters": query(REPORTED_DAYS),
        "responses": {
            "200": {
                "description": "The days with calls; docs/schemas/usage.schema.json tells of their figures",
                "content": {
                    **json_of({"type": "object", "required": ["days"], "properties": {"days": days}}),
                    "text/csv": {"schema": table},
                },
            },
            **errors("400", "401", "429", "502", "503"),
        },
    }
