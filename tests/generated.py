"""Generated calls as the app stores them, and pure answers to what is asked of them."""

import functools
from collections.abc import Iterable, Mapping
from datetime import date
from typing import cast

from callrecords.callrecord import CallRecord
from callrecords.cosmos.account import Account
from callrecords.cosmos.callrecords import CallRecordsStore
from callrecords.cosmos.calls import CallsStore
from callrecords.cosmos.phonecalls import PhoneCallsStore
from callrecords.cosmos.usage import UsageStore
from callrecords.facts.row import fact_row
from callrecords.graphtypes import JsonObject
from callrecords.phone.joins import by_correlation
from callrecords.phone.row import phone_row
from callrecords.ports.callrow import CallRow
from callrecords.ports.phonerow import PhoneRow
from callrecords.ports.usage import DayRollUp
from callrecords.usage.day import DayUsage
from local.traffic import generate, phone_rows
from tests.invented import TENANT

DAYS = ("2026-03-02", "2026-03-03", "2026-03-04")
MEDIA = ("audio", "video", "screenSharing")

_LISTS = ("sessions", "participants_v2")


def call_record(record: JsonObject) -> CallRecord:
    """The callRecord resource as the app has it."""
    properties = {name: value for name, value in record.items() if name not in _LISTS}
    return CallRecord(
        call_id=record["id"],
        version=record["version"],
        properties=properties,
        sessions=record["sessions"],
        participants=record["participants_v2"],
    )


@functools.cache
def versions(day: str, calls: int) -> tuple[tuple[CallRecord, ...], ...]:
    """Of each of so many calls that began on `day` all versions, first to last."""
    generated = generate(seed=7, calls=calls, day=date.fromisoformat(day), tenant_id=TENANT)
    return tuple(tuple(call_record(version.record) for version in call.versions) for call in generated)


@functools.cache
def rows() -> tuple[CallRow, ...]:
    """The fact rows of the calls of all DAYS."""
    return tuple(fact_row(each[-1], TENANT) for day in DAYS for each in versions(day, 40))


@functools.cache
def phone_call_rows() -> tuple[PhoneRow, ...]:
    """The rows of the phone calls of all DAYS, each as it is at last; of every kind that a query asks for. Those of
    Direct Routing are joined to the calls that they name."""
    found: list[PhoneRow] = []
    for seed, day in enumerate(DAYS):
        calls = generate(seed=seed, calls=120, day=date.fromisoformat(day), tenant_id=TENANT)
        told = [(each.contents[-1], each.source) for each in phone_rows(calls, seed)]
        first = next(properties for properties, source in told if source == "pstn")
        told.append(({**first, "id": f"{day}-for-help", "callType": "user_out", "calleeNumber": "911"}, "pstn"))
        found += [phone_row(properties, source, TENANT) for properties, source in told]
    return tuple({**row, "joined": by_correlation(row, {row.get("correlationId", "")})} for row in found)


def day_roll_up(tenant_id: str, day: str, rows: Iterable[Mapping[str, object]]) -> DayRollUp:
    """The roll-up of `day` where these are its fact rows."""
    usage = DayUsage(tenant_id, day)
    for row in rows:
        usage.add(cast("CallRow", row))
    return usage.item()


def roll_up(tenant_id: str, day: str, rows: Iterable[Mapping[str, object]]) -> JsonObject:
    """The same, as a JSON object."""
    return dict(day_roll_up(tenant_id, day, rows))


async def store_rows(account: Account, rows: Iterable[Mapping[str, object]]) -> None:
    """Puts the rows into `calls`."""
    facts = CallsStore(account, TENANT)
    for row in rows:
        await facts.save(cast("CallRow", row))


async def store_phone_rows(account: Account, rows: Iterable[PhoneRow]) -> None:
    """Puts the rows into `phoneCalls`."""
    phone_calls = PhoneCallsStore(account, TENANT)
    for row in rows:
        await phone_calls.save(row)


async def store_roll_ups(account: Account, items: Iterable[JsonObject]) -> None:
    """Puts the roll-ups into `usage`."""
    usage = UsageStore(account, TENANT)
    for item in items:
        await usage.save(cast("DayRollUp", item))


async def store_record(account: Account, record: CallRecord, tenant_id: str = TENANT) -> None:
    """Puts the record into `callRecords`."""
    records = CallRecordsStore(account, tenant_id)
    await records.save(record, await records.look(record.call_id))
