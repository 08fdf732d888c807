"""What the OpenAPI document says of the completeness of days."""

from typing import get_args

from callrecords.collect.reconcile.counting import MOST_LACKING
from callrecords.graphtypes import JsonObject
from callrecords.http.completeness import COLUMNS
from callrecords.http.openapiparts import DATE, REPORTED_DAYS, errors, json_of, query
from callrecords.http.reports import MOST_DAYS
from callrecords.ports.completeness import Completeness

_COUNT: JsonObject = {"type": "integer", "minimum": 0}
_TIME: JsonObject = {"type": "string", "format": "date-time"}
_TEXT: JsonObject = {"type": "string"}


def paths() -> JsonObject:
    """The paths, as https://spec.openapis.org/oas/v3.1.0 has them."""
    return {"/completeness": {"get": _completeness()}}


def _completeness() -> JsonObject:
    optional = _described(_OPTIONAL)
    day = {"type": "object", "required": [*_ALWAYS], "properties": {**_described(_ALWAYS), **optional}}
    days = {"type": "array", "items": day}
    table = {"type": "string", "description": f"The columns {', '.join(COLUMNS)}; JSON has the rest as well"}
    return {
        "operationId": "getCompleteness",
        "summary": f"How complete Cosmos DB is of the calls that Graph lists, of at most {MOST_DAYS} days, by day",
        "parameters": query(REPORTED_DAYS),
        "responses": {
            "200": {
                "description": "The days until today, those that were not compared as well; docs/data.md has the words",
                "content": {
                    **json_of({"type": "object", "required": ["days"], "properties": {"days": days}}),
                    "text/csv": {"schema": table},
                },
            },
            **errors("400", "401", "429", "502", "503"),
        },
    }


def _described(fields: dict[str, tuple[JsonObject, str]]) -> JsonObject:
    return {name: schema | {"description": meaning} for name, (schema, meaning) in fields.items()}


_CORRECTION: JsonObject = {
    "type": "object",
    "required": ["at", "hour", "rung", "missing", "stale", "wasComplete"],
    "properties": _described(
        {
            "at": (_TIME, "When it was found"),
            "hour": (_TIME, "When the hour of call starts began"),
            "rung": (_TEXT, "Which comparison found it, by its age"),
            "missing": (_COUNT, "Calls that Cosmos DB did not have"),
            "stale": (_COUNT, "Calls that it had in an older version"),
            "wasComplete": ({"type": "boolean"}, "Whether the day had been told complete"),
        }
    ),
}
_LACKING: JsonObject = {
    "type": "object",
    "required": ["callId", "version"],
    "properties": _described(
        {
            "callId": (_TEXT, "The call"),
            "version": (_COUNT, "The version that Graph listed"),
            "stored": (_COUNT, "The version that Cosmos DB has; not there where it has none"),
        }
    ),
}
_COMPLETENESS: JsonObject = {"type": "string", "enum": list(get_args(Completeness))}
_MEANING = (
    "complete: every call that Graph lists is there at its newest version. soFar: it is too early to tell. incomplete:"
    " something is missing, or Graph's list is in doubt. sampled: nothing is missing in the part of the day that was"
    " compared"
)
_ALWAYS: dict[str, tuple[JsonObject, str]] = {
    "day": (DATE, "The UTC day on which the calls started"),
    "completeness": (_COMPLETENESS, _MEANING),
    "listed": (_COUNT, "Calls that Graph listed; newest, late, givenUp and expired add up to it"),
    "stored": (_COUNT, "Those of them that Cosmos DB has in any version"),
    "newest": (_COUNT, "Those that it has at the version that was listed, or at a newer one"),
    "late": (_COUNT, "Those that it does not have at that version, and that are about to be fetched"),
    "degraded": (_COUNT, "Those of the newest that it has with less than was asked for"),
    "givenUp": (_COUNT, "Those that it does not have at that version, and that were given up"),
    "expired": (_COUNT, "Those that Graph forgot before they could be had"),
    "unlisted": (_COUNT, "Calls that Cosmos DB has and Graph did not list"),
    "contradictions": (_COUNT, "Entries about which Graph's list contradicts itself"),
    "unreadable": (_COUNT, "Entries of Graph's list that name no call, no version or no start"),
    "leftAside": (_COUNT, "Seconds of call starts that Graph did not list"),
    "digest": (
        {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "Of the ids and versions that Graph listed; docs/data.md tells how to compute it",
    ),
    "share": (
        {"type": "number", "minimum": 0, "maximum": 1},
        "The part of the day's minutes that was compared; 0 where nothing was",
    ),
    "corrected": (_COUNT, "Calls that later comparisons found missing or in an older version"),
    "corrections": ({"type": "array", "items": _CORRECTION}, "The newest of the comparisons that found such calls"),
    "lacking": (
        {"type": "array", "items": _LACKING},
        f"The calls that are late, given up or expired, at most {MOST_LACKING} of an hour",
    ),
}
_OPTIONAL: dict[str, tuple[JsonObject, str]] = {
    "comparedUntil": (
        _TIME,
        "All calls that started before then were compared; not there where the first hour was not",
    ),
    "comparedAt": (_TIME, "When the oldest comparison of an hour began; not there where none was compared"),
    "rung": (_TEXT, "The age of the hour that was compared soonest; not there where none was compared"),
    "givenUpReasons": (
        {"type": "object", "additionalProperties": _COUNT},
        "Given up calls by the reason; not there where there are none",
    ),
    "at": (_TIME, "When this was written; not there where nothing was compared"),
}
