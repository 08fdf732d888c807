"""The operations on calls in the OpenAPI document: look-up, facts and search."""

from collections.abc import Mapping

from callrecords.cosmos.endfilters import OF_AN_END
from callrecords.facts.details import Details
from callrecords.graphtypes import JsonObject
from callrecords.http import filters, search
from callrecords.http.openapiparts import GUID, TIME, YES_OR_NO, Parameter, errors, json_of, query, text
from callrecords.http.rowschema import RowSchemas
from callrecords.ports.callrow import CallRow

_SEARCH: Mapping[str, Parameter] = {
    "from": Parameter("Calls that started at this time or later. Default: a day before `to`", TIME),
    "to": Parameter("Calls that started before this time; a day is included. Default: now", TIME),
    "user": Parameter("Entra object id or user principal name of a participant", text("user")),
    "number": Parameter("Phone number of a party, with or without + and separators", text("number")),
    "type": Parameter("Graph's callType: groupCall, peerToPeer, unknown, or what Graph may add", text("type")),
    "modality": Parameter("One of Graph's modalities", text("modality")),
    "subnet": Parameter("First address of a client's subnet; a mask is ignored", text("subnet")),
    "publicAddress": Parameter("Address of a client's network as the internet sees it", text("publicAddress")),
    "platform": Parameter("Graph's clientPlatform, such as windows", text("platform")),
    "clientVersion": Parameter("Version of a client, as rows have it", text("clientVersion")),
    "connectionType": Parameter("wired, wifi, mobile, tunnel, or what Graph may add", text("connectionType")),
    "device": Parameter("A part of the name of a microphone, loudspeaker or camera, in any case", text("device")),
    "rating": Parameter("Graph's userFeedbackRating, such as bad", text("rating")),
    "quality": Parameter("How good what a client received was", {"type": "string", "enum": [*filters.VERDICTS]}),
    "failed": Parameter(
        "Whether the session of an end failed; without other conditions on an end, whether any session did", YES_OR_NO
    ),
    "organizer": Parameter("Entra object id, number or user principal name of the organiser", text("organizer")),
    "joinUrl": Parameter(
        "Join URL of a meeting, or the thread id in it (19:...@thread.v2), which all calls of a series share",
        text("joinUrl"),
    ),
    "id": Parameter("Graph's id of the call", GUID),
    "sort": Parameter(
        "worst: most affected ends first, of them most poor streams",
        {"type": "string", "enum": [*search.SORTS], "default": search.SORTS[0]},
    ),
    "fields": Parameter(
        "Fields of the rows. Default: all but `details`",
        {"type": "array", "items": {"type": "string", "enum": [*search.FIELDS]}},
        is_list=True,
    ),
    "count": Parameter("Whether to count the calls of the whole period", YES_OR_NO | {"default": "false"}),
    "top": Parameter(
        "Calls in a page", {"type": "integer", "minimum": 1, "maximum": search.MOST_TOP, "default": search.DEFAULT_TOP}
    ),
    "continuation": Parameter(
        "That of the previous page; but for fields, count and top, the other parameters have to be the same",
        text("continuation"),
    ),
}


def paths(rows: RowSchemas) -> JsonObject:
    """The paths of these operations; `rows` is given the schemas that they refer to."""
    return {
        "/calls/{callId}": {"get": _look_up()},
        "/calls/{callId}/facts": {"get": _facts(rows)},
        "/calls": {"get": _search(rows)},
    }


def _look_up() -> JsonObject:
    record = {
        "type": "object",
        "additionalProperties": True,
        "required": ["id", "version", "sessions", "participants_v2"],
    }
    return {
        "operationId": "getCall",
        "summary": "One call record, whole; from Graph where it is not stored yet",
        "parameters": _OF_ONE,
        "responses": {
            "200": _found("The record as Graph has it, with all sessions, segments and participants_v2", record),
            "304": {"description": "The client has the stored version"},
            **errors("400", "401", "404", "429", "502", "503"),
        },
    }


def _facts(rows: RowSchemas) -> JsonObject:
    details = rows.variant("CallDetails", Details, without=("participants", "endpoints"))
    row = rows.variant("CallFacts", CallRow, details=details)
    return {
        "operationId": "getCallFacts",
        "summary": "The facts of one call, with every stream",
        "parameters": _OF_ONE,
        "responses": {
            "200": _found("The row, whose packed fields are unpacked; docs/schemas/calls.schema.json tells of it", row),
            "304": {"description": "The client has the stored row"},
            **errors("400", "401", "404", "429", "502", "503"),
        },
    }


def _search(rows: RowSchemas) -> JsonObject:
    row = rows.variant("FoundCall", CallRow, required=())
    page = {
        "type": "object",
        "required": ["calls", "notSearched", "continuation"],
        "properties": {
            "calls": {"type": "array", "items": row},
            "notSearched": {
                "type": "array",
                "items": GUID,
                "description": "Calls of which it cannot be told: their rows have no room for their ends",
            },
            "continuation": {"type": ["string", "null"]},
            "count": {"type": "integer", "minimum": 0, "description": "With count=true: calls in the whole period"},
            "notCounted": {
                "type": "integer",
                "minimum": 0,
                "description": "Calls beside `count` whose packed ends were not searched: some may be such as well",
            },
        },
    }
    return {
        "operationId": "searchCalls",
        "summary": f"The facts of calls within at most {search.MOST_DAYS} days, the newest or the worst first",
        "description": (
            f"Conditions on an end of a call ({', '.join(OF_AN_END)}) are of one and the same end, which is a"
            " client; those on its network are of the same network. A page may have fewer than `top` calls and be"
            " followed by another. Rows have the fields that were asked for, as far as they are known;"
            " docs/schemas/calls.schema.json tells of them."
        ),
        "parameters": query(_SEARCH),
        "responses": {
            "200": {"description": "A page", "content": json_of(page)},
            **errors("400", "401", "429", "502", "503"),
        },
    }


_OF_ONE: list[JsonObject] = [
    {"name": "callId", "in": "path", "required": True, "description": "Graph's id of the call", "schema": GUID},
    {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag that the client has",
        "schema": {"type": "string"},
    },
]


def _found(description: str, schema: JsonObject) -> JsonObject:
    etag = {"description": "Of this version", "schema": {"type": "string"}}
    return {"description": description, "headers": {"ETag": etag}, "content": json_of(schema)}
