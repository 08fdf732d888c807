"""What the operations of the OpenAPI document share."""

from collections.abc import Mapping
from typing import NamedTuple

from callrecords.collect.chosendays import DAY
from callrecords.graphtypes import JsonObject
from callrecords.http import filters, reports

TIME: JsonObject = {
    "type": "string",
    "description": "A UTC day (2026-03-04) or time (2026-03-04T10:00:00Z)",
    "anyOf": [{"format": "date"}, {"format": "date-time"}],
}
DATE: JsonObject = {"type": "string", "format": "date", "pattern": f"^{DAY.pattern}$"}
GUID: JsonObject = {"type": "string", "format": "uuid"}
YES_OR_NO: JsonObject = {"type": "string", "enum": ["true", "false"]}

_SENTENCE: JsonObject = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
_WRONG: JsonObject = {
    "description": "What is wrong, in a sentence",
    "content": {"application/json": {"schema": _SENTENCE}},
}
_RETRY_AFTER: JsonObject = {"description": "Seconds to wait, where known", "schema": {"type": "integer", "minimum": 1}}
RESPONSES: JsonObject = {
    "Error": _WRONG,
    "NoKey": {"description": "The function key is missing, or is not one of this app. There is no body"},
    "Throttled": _WRONG | {"headers": {"Retry-After": _RETRY_AFTER}},
}
# The names of those above; of other statuses it is Error.
_BY_STATUS = {"401": "NoKey", "429": "Throttled"}


class Parameter(NamedTuple):
    """What a parameter of a query means, and what it may be; a list has commas between its members."""

    meaning: str
    schema: JsonObject
    is_list: bool = False


REPORTED_DAYS: Mapping[str, Parameter] = {
    "from": Parameter(
        "Start of the period; each UTC day that it touches is reported whole. Default: a day before `to`", TIME
    ),
    "to": Parameter("End of the period; a day is included. Default: now", TIME),
    "format": Parameter(
        "Of the answer", {"type": "string", "enum": list(reports.FORMATS), "default": reports.FORMATS[0]}
    ),
}


def text(name: str) -> JsonObject:
    """What a parameter of the search is that may be any text."""
    return {"type": "string", "maxLength": filters.longest(name), "pattern": filters.pattern(name)}


def query(of: Mapping[str, Parameter], required: bool = False) -> list[JsonObject]:
    """The parameters of an operation."""
    return [
        # The Functions host leaves out an empty parameter, so it counts as missing.
        {
            "name": name,
            "in": "query",
            "description": each.meaning,
            "schema": each.schema,
            **({"style": "form", "explode": False} if each.is_list else {}),
            **({"required": True} if required else {"allowEmptyValue": True}),
        }
        for name, each in of.items()
    ]


def errors(*statuses: str) -> JsonObject:
    """The responses with these statuses."""
    return {status: {"$ref": f"#/components/responses/{_BY_STATUS.get(status, 'Error')}"} for status in statuses}


def json_of(schema: JsonObject) -> JsonObject:
    """The content of a response that is JSON."""
    return {"application/json": {"schema": schema}}
