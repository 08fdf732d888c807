import pytest

from callrecords.phone.causes import explained
from tests.unit.phone.invented_rows import direct_row, failed_row, pstn_row


def test_a_call_that_was_successful_has_no_cause() -> None:
    row = direct_row()
    assert row["successful"] is True
    assert "cause" not in row
    assert (row["sipCode"], row["subCode"], row["sipPhrase"]) == (0, 540000, "BYE")
    assert row["flags"] == []


def test_a_call_that_failed_has_its_cause() -> None:
    row = failed_row()
    assert row["successful"] is False
    assert row["cause"] == explained(403, 560403, "Forbidden")
    assert (row["cause"]["side"], row["sipPhrase"]) == ("sbc", "Forbidden")


def test_no_code_tells_whether_a_call_was_successful() -> None:
    busy = direct_row(finalSipCode=486, callEndSubReason=560486)
    assert busy["successful"] is True
    assert "cause" not in busy
    assert busy["flags"] == ["codesDisagree"]
    ended = failed_row(finalSipCode=0, callEndSubReason=540000)
    assert ended["successful"] is False
    assert "cause" in ended
    assert ended["flags"] == ["codesDisagree"]
    assert failed_row(finalSipCode=0, callEndSubReason=0)["flags"] == []


@pytest.mark.parametrize(("odd", "flags"), [(None, ["successUnknown"]), ("true", ["oddProperty", "successUnknown"])])
def test_success_that_is_not_told_is_not_guessed(odd: object, flags: list[str]) -> None:
    row = direct_row(successfulCall=odd, finalSipCode=486)
    assert not {"successful", "cause"} & row.keys()
    assert row["flags"] == flags


def test_legs_are_joined_by_ids_in_lower_case() -> None:
    row = direct_row()
    assert row["correlationId"] == "7b1d0c52-9f6e-4f0c-8d0e-2f6a5c1e9a10"
    assert row["transferorCorrelationId"] == "0a9f3c11-2b4d-4e6f-9a8b-7c6d5e4f3a2b"
    assert "transferorCorrelationId" not in direct_row(transferorCorrelationId=None)


def test_the_trunk_is_in_lower_case_and_the_media_path_as_graph_has_it() -> None:
    row = direct_row()
    assert row["trunk"] == "sbc1.fabrikam.example"
    assert (row["mediaBypass"], row["mediaPathLocation"], row["signalingLocation"]) == (False, "USEA", "USWE")
    assert direct_row(mediaBypassEnabled=True)["mediaBypass"] is True


def test_a_row_of_a_calling_plan_has_nothing_of_it() -> None:
    row = pstn_row(successfulCall=False, finalSipCode=486, correlationId="x", inviteDateTime="soon")
    assert not {"successful", "sipCode", "cause", "correlationId", "inviteDateTime"} & row.keys()
    assert row["flags"] == []
