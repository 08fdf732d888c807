from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.phone.causes import explained
from callrecords.phone.codes import CODES
from callrecords.ports.phonerow import PhoneSide

SIDES = get_args(PhoneSide.__value__)


@pytest.mark.parametrize(
    ("sip", "sub", "side", "words"),
    [
        (0, 540000, "unknown", "ended normally"),
        (403, 10199, "configuration", "private calls"),
        (403, 10500, "configuration", "Location-based"),
        (403, 10553, "microsoft", "recorder"),
        (403, 510532, "configuration", "trunk of the inbound call"),
        (403, 510534, "configuration", "blocks the caller's number"),
        (403, 510546, "configuration", "toll bypass"),
        (403, 510559, "configuration", "no voice route"),
        (403, 510560, "configuration", "Enterprise Voice"),
        (403, 510562, "configuration", "may not call the telephone network"),
        (403, 510563, "configuration", "domestic calls only"),
        (403, 560403, "sbc", "answered the outbound call with 403: the call was refused."),
        (404, 10202, "microsoft", "not found"),
        (404, 511404, "configuration", "no user"),
        (410, 531000, "sbc", "cannot be used"),
        (488, 531000, "sbc", "no medium in common"),
        (410, 531004, "network", "ICE"),
        (410, 531005, "network", "lost in the middle"),
        (480, 10037, "callee", "no client"),
        (480, 10140, "configuration", "bot are missing"),
        (480, 10191, "configuration", "voicemail is off"),
        (484, 560484, "sbc", "form of the number"),
        (486, 10321, "microsoft", "bot was busy"),
        (488, 531027, "sbc", "media bypass"),
        (500, 510482, "configuration", "loop"),
        (500, 510544, "configuration", "No trunk"),
        (500, 540500, "sbc", "came twice"),
        (504, 549002, "sbc", "TLS"),
        (504, 569002, "sbc", "could not reach"),
        (504, 569003, "sbc", "TLS"),
        (504, 569008, "sbc", "expired"),
        (504, 569009, "sbc", "not trusted"),
    ],
)
def test_each_code_that_microsoft_documents_is_explained(sip: int, sub: int, side: str, words: str) -> None:
    found = explained(sip, sub, "a phrase")
    assert found["side"] == side
    assert words in found["cause"]
    assert found["lookAt"]
    assert (found.get("sipCode"), found.get("subCode")) == (sip, sub)


@pytest.mark.parametrize(
    ("sub", "side", "words"),
    [
        (560503, "sbc", "answered the outbound call with 503: a server was overloaded"),
        (560486, "callee", "answered the outbound call with 486: the called party was busy."),
        (560487, "caller", "487: the caller gave up."),
        (560799, "sbc", "799: the SIP code is not known."),
        (540403, "sbc", "ended the inbound call with 403"),
        (540487, "caller", "ended the inbound call with 487: the caller gave up."),
        (540486, "sbc", "ended the inbound call with 486"),
        (569001, "sbc", "could not reach the SBC"),
    ],
)
def test_a_range_tells_who_answered_and_the_digits_what(sub: int, side: str, words: str) -> None:
    found = explained(None, sub, None)
    assert found["side"] == side
    assert words in found["cause"]
    assert "sipCode" not in found


@pytest.mark.parametrize(
    ("sip", "side", "words"),
    [
        (486, "callee", "busy"),
        (487, "caller", "gave up"),
        (603, "callee", "declined"),
        (404, "unknown", "not found"),
        (499, "unknown", "The request was refused."),
        (302, "unknown", "sent elsewhere"),
        (599, "unknown", "A server failed."),
        (699, "unknown", "refused everywhere"),
    ],
)
@pytest.mark.parametrize("sub", [None, 0])
def test_without_a_sub_code_sip_alone_tells_it_and_not_who_answered(
    sip: int, side: str, words: str, sub: int | None
) -> None:
    found = explained(sip, sub, None)
    assert found["side"] == side
    assert words in found["cause"]


@pytest.mark.parametrize(
    ("sip", "side"), [(486, "callee"), (503, "microsoft"), (404, "microsoft"), (None, "microsoft")]
)
@pytest.mark.parametrize("sub", [123456, 99, 5604861, -5])
def test_an_unknown_sub_code_is_told_as_unknown(sip: int | None, side: str, sub: int) -> None:
    found = explained(sip, sub, None)
    assert found["cause"].endswith("Microsoft's sub-code is not known.")
    assert found["side"] == side


def test_unknown_and_missing_codes_say_so() -> None:
    assert explained(799, None, None)["cause"] == "The SIP code is not known."
    assert (
        explained(None, None, None)["cause"] == explained(0, 0, "BYE")["cause"] == "Graph tells no code of the failure."
    )
    assert explained(None, None, None).keys() == {"cause", "side", "lookAt"}


def test_the_phrase_tells_that_it_was_an_emergency_call() -> None:
    found = explained(500, 510544, "No gateway for EMERGENCY user")
    assert "emergency call" in found["cause"]
    assert found["lookAt"].startswith("At once")
    assert "emergency" not in explained(500, 510544, None)["cause"]


def test_each_entry_of_the_table_has_a_source_and_can_be_reached() -> None:
    assert all(code.source.startswith("https://") for code in CODES)
    keys = [(code.sub, code.sip, code.phrase) for code in CODES]
    assert len({*keys}) == len(keys)


@given(st.none() | st.integers(), st.none() | st.integers(), st.none() | st.text())
def test_any_codes_have_a_cause(sip: int | None, sub: int | None, phrase: str | None) -> None:
    found = explained(sip, sub, phrase)
    assert found["side"] in SIDES
    assert found["cause"]
    assert found["lookAt"]
