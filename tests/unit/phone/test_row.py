import hashlib

import pytest

from callrecords.errors import Unreadable
from callrecords.phone.row import phone_row
from callrecords.ports.phonerow import PhoneSource
from tests.invented import TENANT
from tests.unit.phone.invented_rows import DIRECT_ID, PSTN_ID, direct_row, pstn, pstn_row


def test_the_id_has_the_source_so_that_both_may_have_one_of_the_same() -> None:
    assert pstn_row()["id"] == f"pstn-{PSTN_ID}"
    assert direct_row()["id"] == f"directRouting-{DIRECT_ID}"
    assert direct_row(id=PSTN_ID)["id"] != pstn_row()["id"]
    assert pstn_row(id=PSTN_ID.upper())["id"] == pstn_row()["id"]


@pytest.mark.parametrize("odd", ["90211/7788?#\\", "x" * 5000, f" {PSTN_ID}"])
def test_an_id_that_is_no_guid_is_told_by_its_digest(odd: str) -> None:
    row = pstn_row(id=odd)
    assert row["id"] == f"pstn-{hashlib.sha256(odd.encode()).hexdigest()}"
    assert (row["flags"], row["record"]["id"]) == (["idNotGuid"], odd)


@pytest.mark.parametrize("source", ["pstn", "directRouting"])
@pytest.mark.parametrize("unusable", [None, "", " ", 7, [], {"id": PSTN_ID}])
def test_a_row_without_an_id_is_unreadable_and_nothing_of_it_is_told(source: PhoneSource, unusable: object) -> None:
    with pytest.raises(Unreadable) as raised:
        phone_row(pstn(id=unusable), source, TENANT)
    assert str(raised.value) == f"A row of the source {source} has no id, expected a GUID."


def test_a_row_of_a_calling_plan_tells_what_it_was_charged_for() -> None:
    told = {
        "usageCountryCode": "US",
        "tenantCountryCode": "US",
        "destinationContext": "Domestic",
        "destinationName": "United States",
        "licenseCapability": "MCOPSTN1",
        "inventoryType": "Subscriber",
        "operator": "Microsoft",
        "callDurationSource": "microsoft",
        "conferenceId": "8844",
    }
    row = pstn_row()
    assert row.items() >= told.items()
    assert (row["tenantId"], row["source"]) == (TENANT, "pstn")
    assert not told.keys() & pstn_row(**dict.fromkeys(told)).keys()


def test_what_is_not_known_is_in_the_record() -> None:
    row = pstn_row(newFromGraph={"rate": pstn()["charge"]}, conferenceId=None)
    assert row["record"]["newFromGraph"] == {"rate": "0.0150"}
    assert row["record"]["conferenceId"] is None
    assert row["record"]["callId"] == "90211_7788@192.0.2.15"
    assert row["flags"] == []


def test_a_text_that_is_no_text_is_replaced_and_flagged() -> None:
    row = pstn_row(userDisplayName="Mira\ud83d")
    assert row["userDisplayName"] == row["record"]["userDisplayName"] == "Mira\ufffd"
    assert row["flags"] == ["repaired"]


def test_the_row_that_was_given_is_not_changed() -> None:
    properties = pstn(userDisplayName="Mira\ud83d", charge="x")
    phone_row(properties, "pstn", TENANT)
    assert properties == pstn(userDisplayName="Mira\ud83d", charge="x")


def test_the_flags_are_sorted() -> None:
    flags = pstn_row(charge="x", currency="$", callType="x", startDateTime=None)["flags"]
    assert flags == ["amountUnreadable", "currencyMissing", "currencyUnreadable", "dayOfOtherTime", "kindUnknown"]
