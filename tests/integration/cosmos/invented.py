"""Invented call records, whose every element tells its version, and the message about one."""

import hashlib
import itertools
from datetime import UTC, datetime

from callrecords.callrecord import CallRecord
from callrecords.graphtypes import JsonObject
from callrecords.queues.messages import CallMessage

TENANT = "1f2e3d4c-5b6a-4788-99aa-bbccddeeff00"
NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
DAY, NEXT_DAY = "2026-03-04", "2026-03-05"

# Two elements fill a part, and one has room beside the header.
ITEM_BYTES = 700

_numbers = itertools.count(1)


def now() -> datetime:
    """A clock that stands still."""
    return NOW


def new_call_id() -> str:
    """The id of a call that no other test has."""
    return f"7b1d0c52-9f6e-4f0c-8d0e-{next(_numbers):012x}"


def call_record(call_id: str, version: int, sessions: int = 3, participants: int = 1, day: str = DAY) -> CallRecord:
    """A version of a call that began on `day`, with so many sessions and participants."""
    return CallRecord(
        call_id=call_id,
        version=version,
        properties={"id": call_id, "version": version, "type": "groupCall", "startDateTime": f"{day}T10:00:00Z"},
        sessions=[_element(f"session {number}", version) for number in range(sessions)],
        participants=[_element(f"participant {number}", version) for number in range(participants)],
    )


def in_another_order(record: CallRecord) -> CallRecord:
    """The same version as another answer of Graph has it."""
    return CallRecord(
        call_id=record.call_id,
        version=record.version,
        properties=record.properties,
        sessions=[*record.sessions][::-1],
        participants=[*record.participants][::-1],
    )


def fact_versions_of(record: CallRecord) -> dict[str, int]:
    """What `CosmosAccount.fact_versions` says where the call's only row is that of `record`."""
    return {record.properties["startDateTime"][:10]: record.version}


def call_message(call_id: str) -> str:
    """A message about the call, as the webhook enqueues it."""
    return str(CallMessage(tenant_id=TENANT, notified_at=NOW, call_id=call_id, reason="notification"))


def _element(name: str, version: int) -> JsonObject:
    filler = hashlib.sha512(f"{name} {version}".encode()).hexdigest()  # hardly compressed
    return {"id": name, "version": version, "filler": filler}
