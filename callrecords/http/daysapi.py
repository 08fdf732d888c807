"""What the OpenAPI document says of the work over days: the audit, and deriving facts again."""

from collections.abc import Mapping

from callrecords.graphtypes import JsonObject
from callrecords.http import parameters
from callrecords.http.openapiparts import DATE, YES_OR_NO, Parameter, errors, json_of, query

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
        "summary": f"What an audit of at most {parameters.MOST_DAYS} days in Cosmos DB would cost",
        "parameters": query(_DAYS, required=True),
        "responses": {
            "200": {"description": "Calls and request units", "content": json_of(cost)},
            **errors("400", "401", "429", "502", "503"),
        },
    }


def _start_audit() -> JsonObject:
    days = {"type": "object", "required": ["from", "to"], "properties": {"from": DATE, "to": DATE}}
    return {
        "operationId": "startAudit",
        "summary": f"Audits at most {parameters.MOST_DAYS} days in Cosmos DB: what is not whole is mended or named",
        "parameters": query(_DAYS, required=True),
        "responses": {
            "202": {"description": "The audit is on its queue", "content": json_of(days)},
            **errors("400", "401", "409", "429", "502", "503"),
        },
    }


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
    every = {"all": Parameter("Also rows that are right", YES_OR_NO | {"default": "false"})}
    days = {"from": DATE, "to": DATE, "all": {"type": "boolean"}}
    return {
        "operationId": "startDerive",
        "summary": f"Derives the fact rows of at most {parameters.MOST_DAYS} days again from the records in Cosmos DB",
        "parameters": [*query(_DAYS, required=True), *query(every)],
        "responses": {
            "202": {
                "description": "It is on its queue",
                "content": json_of({"type": "object", "required": [*days], "properties": days}),
            },
            **errors("400", "401", "409", "429", "502", "503"),
        },
    }
