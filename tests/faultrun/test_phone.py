"""What the fault run finds wrong with rows of phone calls."""

from datetime import date
from typing import cast

from callrecords.phone.joins import by_correlation
from callrecords.phone.row import phone_row
from callrecords.ports.phonerow import PhoneRow
from local.faultrun.phone import wrong
from local.traffic import generate, phone_rows
from tests.invented import OTHER_CALL, TENANT

TOLD = [row for row in phone_rows(generate(3, 60, date(2026, 3, 4), TENANT), 3) if row.source == "directRouting"]
CALLS = {row.call_id for row in TOLD if row.call_id}
OWN = {row["id"]: row for row in (phone_row(each.contents[-1], "directRouting", TENANT) for each in TOLD)}
STORED: list[PhoneRow] = [{**row, "joined": by_correlation(row, CALLS)} for row in OWN.values()]
LEGS = {(call["callId"], row["id"]) for row in STORED for call in row["joined"].get("calls", ())}
JOINED = next(row for row in STORED if "calls" in row["joined"])


def others(row: PhoneRow) -> list[PhoneRow]:
    return [each for each in STORED if each is not row]


def test_rows_that_are_as_graph_told_them_and_at_their_calls_are_right() -> None:
    assert wrong(TOLD, STORED, LEGS) == []


def test_a_row_that_is_missing_is_wrong_and_so_is_the_leg_of_it() -> None:
    (call,) = JOINED["joined"]["calls"]
    assert wrong(TOLD, others(JOINED), LEGS) == [
        f"The row {JOINED['id'].removeprefix('directRouting-')} is missing.",
        f"The row {JOINED['id']} is not joined to {call['callId']}.",
        f"Call {call['callId']} and row {JOINED['id']} do not tell of each other.",
    ]


def test_a_row_at_another_call_is_wrong() -> None:
    moved = cast(
        "PhoneRow", {**JOINED, "joined": by_correlation({**JOINED, "correlationId": OTHER_CALL}, {OTHER_CALL})}
    )
    found = wrong(TOLD, [*others(JOINED), moved], LEGS)
    assert f"The row {JOINED['id']} is at another call than its own, or has another price." in found
    assert len(found) == 4


def test_a_call_that_does_not_tell_of_its_row_is_wrong() -> None:
    (call,) = JOINED["joined"]["calls"]
    assert wrong(TOLD, STORED, LEGS - {(call["callId"], JOINED["id"])}) == [
        f"Call {call['callId']} and row {JOINED['id']} do not tell of each other."
    ]
