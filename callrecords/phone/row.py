"""The row of a call over the telephone network, as the container `phoneCalls` has it."""

import hashlib
from typing import cast

import orjson

from callrecords.errors import Unreadable
from callrecords.graphtypes import JsonObject, known
from callrecords.phone.calls import call_of
from callrecords.phone.charges import charges_of
from callrecords.phone.directrouting import ending_of
from callrecords.phone.stored import stored
from callrecords.phone.times import times_of
from callrecords.phone.told import GUID, Told
from callrecords.ports.phonerow import PhoneRow, PhoneSource

_DIGEST_DIGITS = 32

# As Graph has them. Direct Routing tells neither countries nor what a plan includes.
_AS_TOLD = (
    "destinationContext",
    "destinationName",
    "licenseCapability",
    "inventoryType",
    "operator",
    "callDurationSource",
    "conferenceId",
)


def phone_row(properties: JsonObject, source: PhoneSource, tenant_id: str) -> PhoneRow:
    """The row of one pstnCallLogRow or directRoutingLogRow, whose numbers are int and Decimal.

    The same properties make the same row. What is odd in it is flagged, and is in `record` as Graph has it. Raises
    Unreadable only where the row has no id.

    https://learn.microsoft.com/graph/api/resources/callrecords-pstncalllogrow and
    https://learn.microsoft.com/graph/api/resources/callrecords-directroutinglogrow
    """
    told = Told(properties)
    is_direct = source == "directRouting"
    record, is_repaired = stored(properties)
    told.flag("repaired", is_repaired)
    facts = {
        "id": _id(told, source),
        "tenantId": tenant_id,
        "source": source,
        **times_of(told, is_direct=is_direct, is_failed=is_direct and told.truth("successfulCall") is False),
        **call_of(told, is_direct=is_direct),
        **(ending_of(told) if is_direct else _of_plan(told)),
    }
    row = known(facts) | {"flags": sorted(told.flags), "record": record}
    digest = hashlib.sha256(orjson.dumps(row, option=orjson.OPT_SORT_KEYS)).hexdigest()[:_DIGEST_DIGITS]
    return cast("PhoneRow", row | {"digest": digest})


def _of_plan(told: Told) -> JsonObject:
    """What only a row of a calling plan tells."""
    return {
        **charges_of(told),
        "usageCountryCode": told.upper("usageCountryCode"),
        "tenantCountryCode": told.upper("tenantCountryCode"),
        **{name: told.text(name) for name in _AS_TOLD},
    }


def _id(told: Told, source: PhoneSource) -> str:
    """The id of the item: Graph's after the source, for both sources have ids of their own.

    Cosmos DB refuses some characters and long ids (https://learn.microsoft.com/azure/cosmos-db/concepts-limits), so an
    id that is no GUID is told by its SHA-256.
    """
    found = told.lower("id")
    if found is None or not found.strip():
        raise Unreadable(f"A row of the source {source} has no id, expected a GUID.")
    is_guid = GUID.fullmatch(found) is not None
    told.flag("idNotGuid", not is_guid)
    own = told.text("id") or ""
    return f"{source}-{found if is_guid else hashlib.sha256(own.encode()).hexdigest()}"
