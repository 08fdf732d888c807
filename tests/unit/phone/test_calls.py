from decimal import Decimal

import pytest

from callrecords.graphtypes import JsonObject
from tests.unit.phone.invented_rows import direct_row, failed_row, pstn_row


def test_the_user_is_told_with_ids_in_lower_case_and_the_name_as_it_is() -> None:
    row = pstn_row()
    assert row["userId"] == "0a11b22c-1111-4222-8333-444455556666"
    assert row["userPrincipalName"] == "mira.kovac@fabrikam.example"
    assert row["userDisplayName"] == "Mira Kovac"


@pytest.mark.parametrize("nothing", [None, ""])
def test_the_user_of_a_bot_is_left_out(nothing: object) -> None:
    names = ("userId", "userPrincipalName", "userDisplayName")
    row = pstn_row(callType="ucap_in", **dict.fromkeys(names, nothing))
    assert not {*names} & row.keys()
    assert (row["kind"], row["flags"]) == ("bot", [])


def test_the_other_party_is_the_called_of_an_outbound_call_and_the_caller_of_an_inbound_one() -> None:
    outbound, inbound = pstn_row(), direct_row()
    assert (outbound["direction"], outbound["number"], outbound["numberMasked"]) == ("outbound", "+15550199", False)
    assert (inbound["direction"], inbound["number"], inbound["numberMasked"]) == ("inbound", "+1555019****", True)
    assert (inbound["callerNumber"], inbound["calleeNumber"]) == ("+1555019****", "+15550100")


@pytest.mark.parametrize("text", ["Reception", "anonymous"])
def test_a_display_string_is_kept_in_place_of_a_number_and_flagged(text: str) -> None:
    row = direct_row(callerNumber=text)
    assert (row["number"], row["numberMasked"], row["flags"]) == (text, False, ["numberIsText"])


@pytest.mark.parametrize("call_type", [None, "", "carrier_pigeon"])
def test_a_call_type_that_is_not_known_is_kept_and_flagged(call_type: str | None) -> None:
    row = pstn_row(callType=call_type)
    assert (row["kind"], row["flags"]) == ("unknown", ["kindUnknown"])
    assert row.get("callType") == (call_type or None)
    assert not {"direction", "number", "numberMasked"} & row.keys()
    assert row["calleeNumber"] == "+15550199"


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({"calleeNumber": "911"}, ["emergencyByNumber"]),
        ({"calleeNumber": "+112", "usageCountryCode": "de"}, ["emergencyByNumber"]),
        ({"calleeNumber": "999", "usageCountryCode": None, "tenantCountryCode": "GB"}, ["emergencyByNumber"]),
        ({"calleeNumber": "911", "callType": "conf_out"}, ["emergencyByNumber"]),
        ({"calleeNumber": "911", "callType": None}, ["emergencyByNumber", "kindUnknown"]),
        (
            {"calleeNumber": "112", "usageCountryCode": None, "tenantCountryCode": None},
            ["emergencyByNumber", "emergencyCountryUnknown"],
        ),
        ({"callType": "dr_emergency_out"}, []),
        ({"callType": "NewEMERGENCYType"}, ["kindUnknown"]),
    ],
)
def test_a_call_for_help_is_told_by_the_number_or_the_type(changes: JsonObject, flags: list[str]) -> None:
    row = pstn_row(**changes)
    assert (row["kind"], row["flags"]) == ("emergency", flags)


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({"calleeNumber": "933"}, ["emergencyTest"]),
        ({"calleeNumber": "***", "usageCountryCode": "DE"}, ["emergencyMasked"]),
        ({"calleeNumber": "112***", "usageCountryCode": "DE"}, []),
        ({"calleeNumber": "911", "usageCountryCode": "DE"}, []),
        ({"calleeNumber": "911", "callType": "user_in"}, []),
        ({"callerNumber": "911", "callType": "user_in"}, []),
        ({"calleeNumber": "100"}, []),
    ],
)
def test_other_short_numbers_do_not_make_it_one(changes: JsonObject, flags: list[str]) -> None:
    row = pstn_row(**changes)
    assert (row["kind"], row["flags"]) == ("call", flags)


def test_direct_routing_tells_no_country_but_in_beta() -> None:
    assert failed_row(calleeNumber="110")["kind"] == "call"
    assert failed_row(calleeNumber="110", userCountryCode="DE")["kind"] == "emergency"
    assert failed_row(calleeNumber="112")["flags"] == ["emergencyByNumber", "emergencyCountryUnknown"]


def test_the_phrase_of_a_missing_gateway_tells_an_emergency_call_of_direct_routing_alone() -> None:
    codes = {"callEndSubReason": 510544, "finalSipCodePhrase": "No gateway for Emergency user"}
    assert failed_row(**codes)["kind"] == "emergency"
    assert failed_row(**codes | {"callEndSubReason": Decimal("510544.0")})["kind"] == "emergency"
    assert failed_row(**codes | {"finalSipCodePhrase": "No trunk"})["kind"] == "call"
    assert failed_row(**codes | {"callEndSubReason": 510482})["kind"] == "call"
    assert pstn_row(**codes)["kind"] == "call"
