"""What the OpenAPI document says of the work over days: the audit, and deriving facts again."""

from collections.abc import Mapping

from callrecords.collect.chosendays import MOST_DAYS
from callrecords.graphtypes import JsonObject
from callrecords.http.openapiparts import DATE, Parameter, errors, json_of, query

_DAYS: Mapping[str, Parameter] = {
    "from": Parameter("The first UTC day", DATE),
    "to": Parameter("The last UTC day, until today", DATE),
}


def paths() -> JsonObject:
    """The paths, as https://spec.openapis.org/oas/v3.1.0 has them."""
    return {
        "/audit": {"get": _audit_cost(), "post": _start_audit()},
        "/facts": {"get": _derive_progress(), "post": _start_derive()},
    }


def _audit_cost() -> JsonObject:
    days = {"from": DATE, "to": DATE}
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
        "summary": f"What an audit of at most {MOST_DAYS} days in Cosmos DB would cost",
        "parameters": query(_DAYS, required=True),
        "responses": {
            "200": {"description": "Calls and request units", "content": json_of(cost)},
            **errors("400", "401", "429", "502", "503"),
        },
    }


def _start_audit() -> JsonObject:
    return _for_operators(
        "startAudit", f"Audits at most {MOST_DAYS} days in Cosmos DB: what is not whole is mended or named"
    )


def _derive_progress() -> JsonObject:
    count, time = {"type": "integer", "minimum": 0}, {"type": "string", "format": "date-time"}
    progress: dict[str, JsonObject] = {
        "from": DATE,
        "to": DATE,
        "all": {"type": "boolean", "description": "Whether rows that are right are derived again too"},
        "factsVersion": count | {"description": "The rules of the rows that are written"},
        "qualityProfile": {"type": "string", "description": "The definition of a poor stream in these rows"},
        "calls": count | {"description": "Calls that were looked at, each once a day on which it has items"},
        "rewritten": count | {"description": "Those whose row was written"},
        "kept": count | {"description": "Those whose row stayed as it was"},
        "errors": count | {"description": "Those whose row could not be derived"},
        "started": time,
        "at": time | {"description": "When this was known"},
    }
    later: dict[str, JsonObject] = {
        "day": DATE | {"description": "The day that it works on; not there after the end"},
        "lastError": {"type": "string", "description": "Why the row of the last of the errors could not be derived"},
        "finished": time | {"description": "When it ended; not there before"},
    }
    answer = {"type": "object", "required": [*progress], "properties": {**progress, **later}}
    return {
        "operationId": "deriveProgress",
        "summary": "How far deriving facts again is, or how the last one ended",
        "parameters": [],
        "responses": {
            "200": {"description": "Days, counts and times", "content": json_of(answer)},
            **errors("401", "404", "429", "502", "503"),
        },
    }


def _start_derive() -> JsonObject:
    return _for_operators(
        "startDerive", f"Derives the fact rows of at most {MOST_DAYS} days again from the records in Cosmos DB"
    )


def _for_operators(operation: str, summary: str) -> JsonObject:
    return {
        "operationId": operation,
        "summary": summary,
        "description": "It is for operators, and no function key opens it: the answer names the command that does it.",
        "parameters": [],
        "responses": errors("401", "403"),
    }
