"""The fact row of a call, derived from its record: pure."""

from datetime import UTC, datetime

from callrecords.callrecord import CallRecord
from callrecords.errors import Unreadable
from callrecords.jsontypes import JsonObject


def fact_row(record: CallRecord, tenant_id: str) -> JsonObject:
    """The item of the `calls` container: one a call, in the partition of the UTC day on which the call began."""
    properties = record.properties
    start = properties.get("startDateTime")
    return {
        "id": record.call_id,
        "tenantId": tenant_id,
        "day": day_of(record.call_id, start),
        "callId": record.call_id,
        "version": record.version,
        "type": properties.get("type"),
        "modalities": properties.get("modalities"),
        "startDateTime": start,
        "endDateTime": properties.get("endDateTime"),
        "lastModifiedDateTime": properties.get("lastModifiedDateTime"),
    }


def day_of(call_id: str, start: object) -> str:
    """The UTC day of `startDateTime`, such as 2026-03-04; Unreadable where it is not a time.

    Graph gives UTC with 0 to 7 digits of a second.
    """
    try:
        moment = datetime.fromisoformat(start) if isinstance(start, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Unreadable(f"Call record {call_id}: startDateTime is not a time with its offset from UTC.")
    return moment.astimezone(UTC).date().isoformat()
