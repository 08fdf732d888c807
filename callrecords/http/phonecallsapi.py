"""What the OpenAPI document says of the search for rows of phone calls."""

from collections.abc import Mapping

from callrecords.graphtypes import JsonObject
from callrecords.http import phonecalls
from callrecords.http.openapiparts import REPORTED_DAYS, YES_OR_NO, Parameter, errors, json_of, query, text
from callrecords.http.rowschema import RowSchemas
from callrecords.ports.phonerow import PhoneRow

_SEARCH: Mapping[str, Parameter] = {
    "from": Parameter(
        "Start of the period; each UTC day that it touches is searched whole. Default: a day before `to`",
        REPORTED_DAYS["from"].schema,
    ),
    "to": REPORTED_DAYS["to"],
    "source": Parameter(
        "pstn: calling plans and Operator Connect; directRouting: the organisation's own SBC",
        {"type": "string", "enum": [*phonecalls.SOURCES]},
    ),
    "user": Parameter("Entra object id or user principal name of the user whose call it was", text("user")),
    "number": Parameter(
        "The other party's number, with or without + and separators. Where Graph masks its last digits, they are stars"
        " here too",
        text("number"),
    ),
    "trunk": Parameter("Name of the SBC in DNS, in any case", text("trunk")),
    "failed": Parameter("Whether the call failed, as Graph says of Direct Routing; no other rows have that", YES_OR_NO),
    "kind": Parameter("What the call was", {"type": "string", "enum": [*phonecalls.KINDS]}),
    "joined": Parameter("Whether rows belong to a call that is known", YES_OR_NO),
    "call": Parameter(
        "callId of the call that the rows belong to; without from and to, its rows of all days", text("call")
    ),
    "format": REPORTED_DAYS["format"],
    "record": Parameter(
        "Whether rows have `record`, the row as Graph sent it; not in CSV", YES_OR_NO | {"default": "false"}
    ),
    "top": Parameter(
        f"Rows in a page. Default: {phonecalls.DEFAULT_TOP}, in CSV {phonecalls.MOST_TOP}",
        {"type": "integer", "minimum": 1, "maximum": phonecalls.MOST_TOP},
    ),
    "continuation": Parameter(
        "That of the previous page; but for format, record and top, the other parameters have to be the same",
        text("continuation"),
    ),
}


def paths(rows: RowSchemas) -> JsonObject:
    """The paths, as https://spec.openapis.org/oas/v3.1.0 has them; `rows` is given the schemas that they refer to."""
    return {"/phone-calls": {"get": _search(rows)}}


def _search(rows: RowSchemas) -> JsonObject:
    required = [name for name in phonecalls.FIELDS if name in PhoneRow.__required_keys__]
    row = rows.variant("FoundPhoneCall", PhoneRow, required=required, without=("tenantId",))
    page = {
        "type": "object",
        "required": ["phoneCalls", "continuation"],
        "properties": {
            "phoneCalls": {"type": "array", "items": row},
            "continuation": {"type": ["string", "null"]},
        },
    }
    table = {"type": "string", "description": f"The columns {', '.join(phonecalls.COLUMNS)}"}
    more = {"description": "In CSV the continuation, if there may be more rows", "schema": {"type": "string"}}
    return {
        "operationId": "searchPhoneCalls",
        "summary": f"The rows of phone calls of at most {phonecalls.MOST_DAYS} days, the newest first",
        "description": (
            "Rows are those of Graph's reports on calls over the telephone network, which come 24 to 48 hours after the"
            " call. Amounts are decimal texts with all their digits. docs/schemas/phoneCalls.schema.json tells of the"
            " fields."
        ),
        "parameters": query(_SEARCH),
        "responses": {
            "200": {
                "description": "A page",
                "headers": {"X-Continuation": more},
                "content": {**json_of(page), "text/csv": {"schema": table}},
            },
            **errors("400", "401", "429", "502", "503"),
        },
    }
