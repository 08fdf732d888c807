import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.phone.calltypes import call_type


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("user_in", ("inbound", "call")),
        ("user_out", ("outbound", "call")),
        ("user_out_conf", ("outbound", "conference")),
        ("user_out_transfer", ("outbound", "transfer")),
        ("user_out_forwarding", ("outbound", "forwarded")),
        ("conf_in", ("inbound", "conference")),
        ("conf_out", ("outbound", "conference")),
        ("unassigned_in", ("inbound", "unassigned")),
        ("ucap_in", ("inbound", "bot")),
        ("ucap_out", ("outbound", "bot")),
        ("ByotIn", ("inbound", "call")),
        ("ByotOut", ("outbound", "call")),
        ("ByotInUcap", ("inbound", "bot")),
        ("ByotOutUserForwarding", ("outbound", "forwarded")),
        ("ByotOutUserTransfer", ("outbound", "transfer")),
        ("dr_in", ("inbound", "call")),
        ("dr_out", ("outbound", "call")),
        ("dr_out_user_conf", ("outbound", "conference")),
        ("dr_out_user_forwarding", ("outbound", "forwarded")),
        ("dr_out_user_transfer", ("outbound", "transfer")),
        ("dr_emergency_out", ("outbound", "emergency")),
        ("dr_unassigned_in", ("inbound", "unassigned")),
        ("dr_in_bot", ("inbound", "bot")),
        ("dr_out_bot", ("outbound", "bot")),
        ("dr_in_ucap", ("inbound", "bot")),
        ("dr_out_ucap", ("outbound", "bot")),
        ("ByotEmergencyOut", ("outbound", "emergency")),
    ],
)
def test_a_call_type_is_read_in_both_namings_and_in_any_case(raw: str, expected: tuple[str, str]) -> None:
    assert call_type(raw) == call_type(raw.upper()) == call_type(raw.lower().replace("_", "")) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "in",
        "out",
        "user",
        "byot",
        "dr_",
        "user_in_out",
        "ByotOutOut",
        "conf_out_transfer",
        "oc_in",
        "user out",
        "x",
        "_",
    ],
)
def test_a_word_that_is_not_known_or_a_contradiction_is_not_guessed(raw: str) -> None:
    assert call_type(raw) is None


@given(st.text() | st.text("byotdrinuseforwadgmc_"))
def test_no_text_breaks_the_reading_of_call_types(raw: str) -> None:
    found = call_type(raw)
    assert found is None or found.direction in ("inbound", "outbound")
