"""The OpenAPI document of the routes for people and services."""

from collections.abc import Sequence

from callrecords import __version__
from callrecords.graphtypes import JsonObject
from callrecords.http import audits, parameters, reports, search

_SENTENCE: JsonObject = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
_WRONG: JsonObject = {
    "description": "What is wrong, in a sentence",
    "content": {"application/json": {"schema": _SENTENCE}},
}
_RETRY_AFTER: JsonObject = {"description": "Seconds to wait, where known", "schema": {"type": "integer", "minimum": 1}}
# The names of responses in `components`; of other statuses it is Error.
_RESPONSES = {"401": "NoKey", "429": "Throttled"}
_GUID = {"type": "string", "format": "uuid"}
_TIME: JsonObject = {
    "type": "string",
    "description": "A UTC day (2026-03-04) or time (2026-03-04T10:00:00Z)",
    "anyOf": [{"format": "date"}, {"format": "date-time"}],
}
_DATE: JsonObject = {"type": "string", "format": "date", "pattern": f"^{parameters.DAY.pattern}$"}
_OBJECT: JsonObject = {"type": "object", "additionalProperties": True}
_FACT_ROW = _OBJECT | {"description": "Fact row of a call, field by field in docs/schemas/calls.schema.json"}
_DAY = _OBJECT | {"description": "Of the roll-up of a day, field by field in docs/schemas/usage.schema.json"}

_TEXT: JsonObject = {"type": "string", "maxLength": search.LONGEST, "pattern": search.TEXT}

_DAYS: dict[str, tuple[str, JsonObject]] = {
    "from": ("Start of the period; each UTC day that it touches is reported whole. Default: a day before `to`", _TIME),
    "to": ("End of the period; a day is included. Default: now", _TIME),
}
_AUDITED: dict[str, tuple[str, JsonObject]] = {
    "from": ("The first UTC day", _DATE),
    "to": ("The last UTC day, until today", _DATE),
}
_SEARCH: dict[str, tuple[str, JsonObject]] = {
    "from": ("Calls that started at this time or later. Default: a day before `to`", _TIME),
    "to": ("Calls that started before this time; a day is included. Default: now", _TIME),
    "user": ("Entra object id or user principal name of a participant", _TEXT),
    "number": ("Phone number of a party, with or without + and separators", _TEXT),
    "type": ("Graph's callType: groupCall, peerToPeer, unknown, or what Graph may add", _TEXT),
    "modality": ("One of Graph's modalities", _TEXT),
    "subnet": (
        "First address of a client's subnet; a mask is ignored. With quality=poor: calls with poor audio there",
        _TEXT,
    ),
    "quality": (
        "Verdict on any medium of which the call has streams",
        {"type": "string", "enum": list(search.VERDICTS)},
    ),
    "failed": ("Whether a leg failed", {"type": "string", "enum": ["true", "false"]}),
    "top": (
        "Calls in a page",
        {"type": "integer", "minimum": 1, "maximum": search.MOST_TOP, "default": search.DEFAULT_TOP},
    ),
    "continuation": (
        "That of the previous page; the other parameters have to be the same",
        {"type": "string", "maxLength": search.LONGEST, "pattern": search.TEXT},
    ),
}


def document() -> JsonObject:
    """The document, as https://spec.openapis.org/oas/v3.1.0 has it."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Call Records",
            "version": __version__,
            "description": "Teams call records from Microsoft Graph: looked up, searched, reported and audited.",
        },
        "servers": [{"url": "/api"}],
        "security": [{"key": []}, {"code": []}],
        "paths": {
            "/calls/{callId}": {"get": _look_up()},
            "/calls": {"get": _search()},
            "/audit": {"get": _audit_cost(), "post": _start_audit()},
            **{f"/reports/{name}": {"get": _report(name, each.columns)} for name, each in reports.REPORTS.items()},
        },
        "components": {
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "x-functions-key"},
                "code": {"type": "apiKey", "in": "query", "name": "code"},
            },
            "responses": {
                "Error": _WRONG,
                "NoKey": {"description": "The function key is missing, or is not one of this app. There is no body"},
                "Throttled": _WRONG | {"headers": {"Retry-After": _RETRY_AFTER}},
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
        {
            "name": "If-None-Match",
            "in": "header",
            "description": "The ETag that the client has",
            "schema": {"type": "string"},
        },
    ]
    return {
        "operationId": "getCall",
        "summary": "One call record, whole; from Graph where it is not stored yet",
        "parameters": parameters,
        "responses": {
            "200": found,
            "304": {"description": "The client has the stored version"},
            **_errors("400", "401", "404", "429", "502", "503"),
        },
    }


def _search() -> JsonObject:
    page = {
        "type": "object",
        "required": ["calls", "continuation"],
        "properties": {"calls": {"type": "array", "items": _FACT_ROW}, "continuation": {"type": ["string", "null"]}},
    }
    return {
        "operationId": "searchCalls",
        "summary": f"The facts of calls within at most {search.MOST_DAYS} days, newest first",
        "parameters": _query(_SEARCH),
        "responses": {
            "200": {"description": "A page", "content": _json(page)},
            **_errors("400", "401", "429", "502", "503"),
        },
    }


def _report(name: str, columns: Sequence[str]) -> JsonObject:
    days = {"type": "object", "required": ["days"], "properties": {"days": {"type": "array", "items": _DAY}}}
    table = {"type": "string", "description": f"The columns {', '.join(columns)}; JSON has the rest as well"}
    form: tuple[str, JsonObject] = (
        "Of the answer",
        {"type": "string", "enum": list(reports.FORMATS), "default": reports.FORMATS[0]},
    )
    return {
        "operationId": f"report{name.capitalize()}",
        "summary": f"The {name} of at most {reports.MOST_DAYS} days, by day",
        "parameters": _query({**_DAYS, "format": form}),
        "responses": {
            "200": {
                "description": "The days on which there were calls",
                "content": {**_json(days), "text/csv": {"schema": table}},
            },
            **_errors("400", "401", "429", "502", "503"),
        },
    }


def _audit_cost() -> JsonObject:
    days = {"from": _DATE, "to": _DATE}
    units = {"type": ["number", "null"], "minimum": 0}
    cost = {
        "type": "object",
        "required": [*days, "calls", "requestUnits", "requestUnitsPerCall", "measured"],
        "properties": {
            **days,
            "calls": {"type": "integer", "minimum": 0, "description": "By the roll-ups of the days"},
            "requestUnits": units | {"description": "About what reading will be charged; null where nothing tells"},
            "requestUnitsPerCall": units,
            "measured": {"type": "string", "description": "Of what requestUnitsPerCall was measured"},
        },
    }
    return {
        "operationId": "auditCost",
        "summary": f"What an audit of at most {audits.MOST_DAYS} days in Cosmos DB would cost",
        "parameters": _query(_AUDITED, required=True),
        "responses": {
            "200": {"description": "Calls and request units", "content": _json(cost)},
            **_errors("400", "401", "429", "502", "503"),
        },
    }


def _start_audit() -> JsonObject:
    days = {"type": "object", "required": ["from", "to"], "properties": {"from": _DATE, "to": _DATE}}
    return {
        "operationId": "startAudit",
        "summary": f"Audits at most {audits.MOST_DAYS} days in Cosmos DB: what is not whole is mended or named",
        "parameters": _query(_AUDITED, required=True),
        "responses": {
            "202": {"description": "The audit is on its queue", "content": _json(days)},
            **_errors("400", "401", "409", "429", "502", "503"),
        },
    }


def _query(parameters: dict[str, tuple[str, JsonObject]], required: bool = False) -> list[JsonObject]:
    return [
        # The Functions host leaves out an empty parameter, so it counts as missing.
        {
            "name": name,
            "in": "query",
            "description": meaning,
            "schema": schema,
            **({"required": True} if required else {"allowEmptyValue": True}),
        }
        for name, (meaning, schema) in parameters.items()
    ]


def _errors(*statuses: str) -> JsonObject:
    return {status: {"$ref": f"#/components/responses/{_RESPONSES.get(status, 'Error')}"} for status in statuses}


def _json(schema: JsonObject) -> JsonObject:
    return {"application/json": {"schema": schema}}
