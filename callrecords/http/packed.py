"""What a fact row has packed, for those who ask over HTTP."""

from typing import cast

from callrecords.facts.details import Details, unpack
from callrecords.graphtypes import JsonObject
from callrecords.ports.callrow import CallRow, EndpointRow


def endpoints_of(row: CallRow) -> list[EndpointRow]:
    """The endpoints of a whole row, packed or not; none where there was no room for them. Raises Unreadable where they
    are damaged."""
    return row["endpoints"] if "endpoints" in row else _details(row).get("endpoints", [])


def unpacked(row: CallRow) -> JsonObject:
    """The whole row with its details as an object, and participants and endpoints in their own fields wherever the row
    has them. Raises Unreadable where the details are damaged."""
    details = cast("JsonObject", _details(row))
    whole: JsonObject = {name: value for name, value in row.items() if name != "details"}
    whole |= {name: details.pop(name) for name in ("participants", "endpoints") if name in details}
    return whole | ({"details": details} if details else {})


def _details(row: CallRow) -> Details:
    return unpack(row["details"]) if "details" in row else {}
