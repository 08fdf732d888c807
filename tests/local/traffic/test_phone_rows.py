"""The rows of the phone calls of a day, and the calls that they belong to."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from callrecords.graphtypes import JsonObject
from callrecords.http.phonecalls import SOURCES
from callrecords.phone.row import phone_row
from local.graph import PHONE_ROLE, GraphSimulator
from local.play import play_phone
from local.traffic import Call, PhoneRow, phone_rows

UNSET = "0001-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def rows(calls: list[Call]) -> list[PhoneRow]:
    return phone_rows(calls, 3)


@pytest.fixture(scope="module")
def direct_routing(rows: list[PhoneRow]) -> list[PhoneRow]:
    return [row for row in rows if row.source == "directRouting"]


@pytest.fixture(scope="module")
def pstn(rows: list[PhoneRow]) -> list[PhoneRow]:
    return [row for row in rows if row.source == "pstn"]


def last(rows: list[PhoneRow]) -> list[JsonObject]:
    """The rows as they are at last."""
    return [row.contents[-1] for row in rows]


def records(calls: list[Call]) -> dict[str, JsonObject]:
    return {call.call_id: call.versions[-1].record for call in calls}


def parties(record: JsonObject, kind: str) -> set[str]:
    identities = [participant["identity"][kind] for participant in record["participants_v2"]]
    return {identity["id"] for identity in identities if identity}


def spans(record: JsonObject) -> list[tuple[datetime, datetime]]:
    """When the record and each of its sessions began and ended."""
    return [
        (datetime.fromisoformat(each["startDateTime"]), datetime.fromisoformat(each["endDateTime"]))
        for each in (record, *record["sessions"])
    ]


def test_the_same_arguments_give_the_same_rows(calls: list[Call], rows: list[PhoneRow]) -> None:
    assert phone_rows(calls, 3) == rows
    assert phone_rows(calls, 4) != rows
    assert phone_rows([], 3) == []


def test_every_shape_occurs_in_200_calls(rows: list[PhoneRow]) -> None:
    assert {(row.source, row.shape) for row in rows} == {
        ("directRouting", "one leg"),
        ("directRouting", "transfer"),
        ("directRouting", "forward"),
        ("directRouting", "transfer with a correlation of its own"),
        ("directRouting", "bot"),
        ("directRouting", "failed"),
        ("directRouting", "without record"),
        ("directRouting", "emergency"),
        ("pstn", "user"),
        ("pstn", "bot"),
        ("pstn", "conference"),
        ("pstn", "redialled"),
    }


def test_every_telephone_call_has_a_row_of_one_source(calls: list[Call], rows: list[PhoneRow]) -> None:
    for call in calls:
        sources = {row.source for row in rows if row.call_id == call.call_id}
        assert len(sources) == 1 if call.kind in ("PSTN", "auto attendant") else sources <= {"pstn"}


def test_ids_are_unique_and_the_same_in_every_content(rows: list[PhoneRow]) -> None:
    assert len({row.row_id for row in rows}) == len(rows)
    assert all(content["id"] == row.row_id for row in rows for content in row.contents)


def test_a_direct_routing_row_leads_to_its_record_unless_there_is_none(
    calls: list[Call], direct_routing: list[PhoneRow]
) -> None:
    held = records(calls)
    for row in direct_routing:
        links = {row.contents[-1]["correlationId"], row.contents[-1]["transferorCorrelationId"]} & held.keys()
        assert links == ({row.call_id} if row.call_id else set())


def test_legs_share_a_correlation_but_for_some_transfers(direct_routing: list[PhoneRow]) -> None:
    counts = Counter(row["correlationId"] for row in last(direct_routing))
    assert set(counts.values()) >= {1, 2, 3}
    assert any(row["transferorCorrelationId"] for row in last(direct_routing))


def test_a_call_over_a_trunk_that_came_to_nothing_has_unset_times_and_its_codes(direct_routing: list[PhoneRow]) -> None:
    failed = [row for row in last(direct_routing) if not row["successfulCall"]]
    assert {row["endDateTime"] for row in failed} == {UNSET}
    assert {row["duration"] for row in failed} == {0}
    assert all(row["finalSipCode"] >= 400 and row["callEndSubReason"] != 540000 for row in failed)
    succeeded = [row for row in last(direct_routing) if row["successfulCall"]]
    assert {(row["failureDateTime"], row["finalSipCode"]) for row in succeeded} == {(UNSET, 0)}


def test_a_pstn_row_leads_to_its_record_by_number_time_and_user_where_there_is_one(
    calls: list[Call], pstn: list[PhoneRow]
) -> None:
    for row in pstn:
        content = row.contents[-1]
        numbers = {content["callerNumber"], content["calleeNumber"]}
        began, ended = (datetime.fromisoformat(content[f"{name}DateTime"]) for name in ("start", "end"))
        found = [
            call_id
            for call_id, record in records(calls).items()
            if numbers & parties(record, "phone")
            and (not content["userId"] or content["userId"] in parties(record, "user"))
            and any(
                timedelta(seconds=-41) < began - start < timedelta(seconds=61)
                and abs(ended - end) < timedelta(seconds=5)
                for start, end in spans(record)
            )
        ]
        assert found == ([row.call_id] if row.call_id else [])


@pytest.mark.parametrize(("country", "number"), [("US", "911"), ("DE", "112"), ("GB", "999")])
def test_a_day_has_calls_for_help_one_of_which_found_no_gateway(calls: list[Call], country: str, number: str) -> None:
    for_help = last([row for row in phone_rows(calls, 3, country) if row.shape == "emergency"])
    assert [row["calleeNumber"] for row in for_help] == [number, number]
    assert sorted(row["callEndSubReason"] for row in for_help) == [510544, 540000]
    found = [phone_row(row, "directRouting", "a-tenant") for row in for_help]
    assert [row["kind"] for row in found] == ["emergency", "emergency"]


def test_the_user_of_a_bot_is_null_or_empty(rows: list[PhoneRow]) -> None:
    assert {row["userId"] for row in last(rows) if "ucap" in row["callType"].lower()} == {"", None}


def test_a_number_may_be_a_name(direct_routing: list[PhoneRow]) -> None:
    called = {row["calleeNumber"] for row in last(direct_routing) if row["callType"] == "ByotInUcap"}
    assert {number.startswith("+") for number in called} == {True, False}


def test_calls_cost_up_to_four_decimals_in_several_currencies_or_nothing(pstn: list[PhoneRow]) -> None:
    charges = [row["charge"] for row in last(pstn)]
    assert all(type(charge) is Decimal for charge in charges)
    exponents = {charge.as_tuple().exponent for charge in charges}
    assert exponents >= {-4, -2}
    assert exponents <= {-4, -3, -2, 0}
    assert 0 < charges.count(Decimal(0)) < len(charges) / 2
    assert {row["currency"] for row in last(pstn)} == {"USD", "EUR", "SEK", "JPY"}
    assert "FREECALL" in {row["licenseCapability"] for row in last(pstn)}


def test_some_rows_come_again_with_other_content(rows: list[PhoneRow]) -> None:
    again = [row.contents for row in rows if len(row.contents) > 1]
    assert {len(contents) for contents in again} == {2}
    assert all(first != second for first, second in again)
    assert 0 < len(again) < len(rows) / 3


def test_the_country_is_that_of_the_organisation(calls: list[Call]) -> None:
    found = [row for row in phone_rows(calls, 3, country="DE") if row.source == "pstn"]
    assert {row["tenantCountryCode"] for row in last(found)} == {"DE"}


def test_numbers_and_names_are_fictitious(rows: list[PhoneRow]) -> None:
    text = str(rows)
    assert all(re.fullmatch(r"\+1(\d{3})?55501\d\d", number) for number in re.findall(r"\+\d+", text))
    assert set(re.findall(r"@([\w.-]+)", text)) <= {"fabrikam.example", "192.0.2.15"}


def test_the_simulator_takes_every_content(rows: list[PhoneRow], day: date) -> None:
    now = datetime.combine(day + timedelta(days=3), datetime.min.time(), UTC)
    graph = GraphSimulator("a-tenant", clock=lambda: now, roles=[PHONE_ROLE])
    play_phone(rows, graph)
    for source in SOURCES:
        shown = {row["id"]: row for row in graph.phone_rows.shown(source, lambda _: True)}
        told = {row["id"]: row for row in last([row for row in rows if row.source == source])}
        assert {row_id: told[row_id] | row for row_id, row in shown.items()} == told
