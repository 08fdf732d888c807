"""The OpenAPI document of what people and services ask over HTTP."""

from callrecords import reports, search
from callrecords.jsontypes import JsonObject

_ERROR: JsonObject = {"$ref": "#/components/responses/Error"}
_GUID = {"type": "string", "format": "uuid"}
_TIME: JsonObject = {
    "type": "string",
    "description": "A UTC day (2026-03-04) or time (2026-03-04T10:00:00Z)",
    "anyOf": [{"format": "date"}, {"format": "date-time"}],
}
_SENTENCE: JsonObject = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
_OBJECT: JsonObject = {"type": "object", "additionalProperties": True}

_TEXT: JsonObject = {"type": "string", "maxLength": search.LONGEST, "pattern": search.TEXT}


_PERIOD: dict[str, tuple[str, JsonObject]] = {
    "from": ("Calls that began from then on; a day before `to` where not given", _TIME),
    "to": ("Calls that began before then; a day is included. Now, where not given", _TIME),
}
_SEARCH: dict[str, tuple[str, JsonObject]] = {
    **_PERIOD,
    "user": ("Entra object id or user principal name of a participant", _TEXT),
    "number": ("Phone number of a party, as Graph has it", _TEXT),
    "type": ("Graph's callType", _TEXT),
    "modality": ("One of Graph's modalities", _TEXT),
    "subnet": ("Subnet of a client; with quality=poor, calls with poor audio there", _TEXT),
    "quality": ("Verdict of any of the call's media", {"type": "string", "enum": list(search.VERDICTS)}),
    "failed": ("Whether a leg failed", {"type": "string", "enum": ["true", "false"]}),
    "top": (
        "Calls in a page",
        {"type": "integer", "minimum": 1, "maximum": search.MOST_TOP, "default": search.DEFAULT_TOP},
    ),
    "continuation": (
        "That of the page before, with the same other parameters",
        {"type": "string", "maxLength": search.LONGEST_CONTINUATION, "pattern": search.TEXT},
    ),
}


def document() -> JsonObject:
    """The document, as https://spec.openapis.org/oas/v3.1.0 has it."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Call Records",
            "version": "1",
            "description": "Teams call records from Microsoft Graph: looked up, searched and reported.",
        },
        "servers": [{"url": "/api"}],
        "security": [{"key": []}, {"code": []}],
        "paths": {
            "/calls/{callId}": {"get": _look_up()},
            "/calls": {"get": _search()},
            **{f"/reports/{name}": {"get": _report(name)} for name in reports.REPORTS},
        },
        "components": {
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "x-functions-key"},
                "code": {"type": "apiKey", "in": "query", "name": "code"},
            },
            "responses": {
                "Error": {
                    "description": "What is wrong, in a sentence",
                    "content": _json(
                        {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
                    ),
                }
            },
        },
    }


def _look_up() -> JsonObject:
    found = {
        "description": "The record as Graph has it, with all sessions, segments and participants_v2",
        "headers": {"ETag": {"description": "Of the record's version", "schema": {"type": "string"}}},
        "content": _json(_OBJECT | {"required": ["id", "version", "sessions", "participants_v2"]}),
    }
    parameters = [
        {"name": "callId", "in": "path", "required": True, "description": "Graph's id of the call", "schema": _GUID},
        {"name": "If-None-Match", "in": "header", "description": "ETag that is at hand", "schema": {"type": "string"}},
    ]
    return {
        "operationId": "getCall",
        "summary": "One call record, whole; from Graph where it is not stored yet",
        "parameters": parameters,
        "responses": {
            "200": found,
            "304": {"description": "The version at hand is the stored one"},
            **_errors("400", "404", "429", "502", "503"),
        },
    }


def _search() -> JsonObject:
    page = {
        "type": "object",
        "required": ["calls", "continuation"],
        "properties": {"calls": {"type": "array", "items": _OBJECT}, "continuation": {"type": ["string", "null"]}},
    }
    return {
        "operationId": "searchCalls",
        "summary": f"The facts of calls within at most {search.MOST_DAYS} days, newest first",
        "parameters": _query(_SEARCH),
        "responses": {"200": {"description": "A page", "content": _json(page)}, **_errors("400", "429", "502", "503")},
    }


def _report(name: str) -> JsonObject:
    days = {"type": "object", "required": ["days"], "properties": {"days": {"type": "array", "items": _OBJECT}}}
    form: tuple[str, JsonObject] = (
        "Of the answer",
        {"type": "string", "enum": list(reports.FORMATS), "default": reports.FORMATS[0]},
    )
    return {
        "operationId": f"report{name.capitalize()}",
        "summary": f"The {name} of at most {reports.MOST_DAYS} days, by day",
        "parameters": _query({**_PERIOD, "format": form}),
        "responses": {
            "200": {
                "description": "The days on which there were calls",
                "content": {**_json(days), "text/csv": {"schema": {"type": "string"}}},
            },
            **_errors("400", "429", "502", "503"),
        },
    }


def _query(parameters: dict[str, tuple[str, JsonObject]]) -> list[JsonObject]:
    return [
        # The Functions host leaves an empty parameter out: it is as good as none.
        {"name": name, "in": "query", "description": meaning, "schema": schema, "allowEmptyValue": True}
        for name, (meaning, schema) in parameters.items()
    ]


def _errors(*statuses: str) -> JsonObject:
    return dict.fromkeys(statuses, _ERROR)


def _json(schema: JsonObject) -> JsonObject:
    return {"application/json": {"schema": schema}}
