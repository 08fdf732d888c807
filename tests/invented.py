"""Invented data that several unit tests share."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from callrecords.callrecord import CallRecord
from callrecords.graphtypes import JsonObject
from callrecords.queues.messages import CallMessage

TENANT = "1f2e3d4c-5b6a-4788-99aa-bbccddeeff00"
OTHER_TENANT = "0f2e3d4c-5b6a-4788-99aa-bbccddeeff00"
CALL = "7b1d0c52-9f6e-4f0c-8d0e-2f6a5c1e9a10"
OTHER_CALL = "0a9f3c11-2b4d-4e6f-9a8b-7c6d5e4f3a2b"
NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
START, DAY = "2026-03-04T10:00:03.1180021Z", "2026-03-04"

CLIENT_STATE = "the-secret-of-this-month"
PREVIOUS_CLIENT_STATE = "the-secret-of-last-month"
ACCOUNT_KEY = "bm90LWEta2V5LW9mLWFueWJvZHk="

# The least that the app starts with.
ENVIRONMENT: Mapping[str, str] = MappingProxyType(
    {
        "GRAPH_TENANT_ID": TENANT,
        "GRAPH_CLIENT_STATE": CLIENT_STATE,
        "NOTIFICATION_BASE_URL": "https://calls.fabrikam.example",
        "CallRecordsQueue": f"AccountName=fabrikam;AccountKey={ACCOUNT_KEY};EndpointSuffix=core.windows.net",
        "CallRecordsCosmos": f"AccountEndpoint=https://fabrikam.documents.example/;AccountKey={ACCOUNT_KEY};",
    }
)


def call_id(number: int) -> str:
    """One of many call ids."""
    return f"00000000-0000-4000-8000-{number:012x}"


def call_message(call: str = CALL, attempt: int = 0, age: timedelta = timedelta()) -> CallMessage:
    """A message about a call that was announced `age` ago."""
    seen = NOW - age
    return CallMessage(tenant_id=TENANT, call_id=call, reason="notification", notified_at=seen, attempt=attempt)


def call_record(
    version: int = 1,
    sessions: list[JsonObject] | None = None,
    participants: list[JsonObject] | None = None,
    start: str = START,
) -> CallRecord:
    """A call record of `CALL`, with one session unless told otherwise."""
    return CallRecord(
        call_id=CALL,
        version=version,
        properties={"id": CALL, "version": version, "type": "groupCall", "startDateTime": start},
        sessions=[{"id": OTHER_CALL, "segments": []}] if sessions is None else sessions,
        participants=participants or [],
    )
