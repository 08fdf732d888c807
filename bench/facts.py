"""How much CPU the fact row of a call takes, for a small call and for a large meeting, and how large the row is."""

import statistics
import time
from datetime import date

import orjson

from callrecords.callrecord import CallRecord
from callrecords.facts.row import fact_row
from callrecords.graphtypes import JsonObject
from local.traffic import generate

TENANT_ID = "1f2e3d4c-5b6a-4788-99aa-bbccddeeff00"
SESSIONS = {2: 1_000, 300: 50}  # and how often each is measured


def call_record(whole: JsonObject) -> CallRecord:
    """The record as the app has it when it came from Graph: of new texts, and without nulls."""
    record = orjson.loads(orjson.dumps(_without_nulls(whole)))
    lists = record.pop("sessions"), record.pop("participants_v2")
    return CallRecord(
        call_id=record["id"], version=record["version"], properties=record, sessions=lists[0], participants=lists[1]
    )


def measure(record: CallRecord, rounds: int) -> list[float]:
    """Milliseconds of CPU of each of `rounds` derivations."""
    taken = []
    for _ in range(rounds):
        began = time.process_time_ns()
        fact_row(record, TENANT_ID)
        taken.append((time.process_time_ns() - began) / 1_000_000)
    return taken


def main() -> None:
    calls = generate(seed=1, calls=200, day=date(2026, 3, 4), tenant_id=TENANT_ID)
    for sessions, rounds in SESSIONS.items():
        records = [version.record for call in calls for version in call.versions]
        record = call_record(next(each for each in records if len(each["sessions"]) == sessions))
        measure(record, rounds // 10)
        taken = measure(record, rounds)
        median, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
        size = len(orjson.dumps(fact_row(record, TENANT_ID))) / 1_000
        print(f"{sessions} sessions: p50 {median:.2f} ms, p95 {p95:.2f} ms, {rounds} rounds; row of {size:.1f} kB")


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_nulls(each) for name, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
