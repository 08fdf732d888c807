"""The phone legs of a call are told in words."""

from typing import cast, get_args

import pytest

from callrecords.facts.explain.phone import legs_in_words
from callrecords.ports.callrow import PhoneLegRow
from callrecords.ports.phonerow import PhoneKind

LEG: PhoneLegRow = {
    "id": "pstn-1",
    "day": "2026-03-04",
    "source": "pstn",
    "kind": "call",
    "by": "userNumberAndTime",
    "inferred": True,
}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "Over Microsoft's telephony: a call, most likely (row pstn-1)."),
        (
            {"totalCharge": "0.0150", "currency": "USD"},
            "Over Microsoft's telephony: a call, for 0.0150 USD, most likely (row pstn-1).",
        ),
        (
            {"totalCharge": "3"},
            "Over Microsoft's telephony: a call, for 3 of an unknown currency, most likely (row pstn-1).",
        ),
        (
            {"source": "directRouting", "inferred": False, "kind": "transfer", "successful": True},
            "Over Direct Routing: a transfer (row pstn-1).",
        ),
        (
            {"source": "directRouting", "inferred": False, "kind": "emergency", "successful": False},
            "Over Direct Routing: a call for help, which failed (row pstn-1).",
        ),
    ],
)
def test_a_leg_is_told_with_what_it_cost_or_that_it_failed(more: dict[str, object], words: str) -> None:
    assert [*legs_in_words([cast("PhoneLegRow", {**LEG, **more})])] == [words]


@pytest.mark.parametrize("kind", get_args(PhoneKind.__value__))
def test_every_kind_has_words(kind: PhoneKind) -> None:
    assert len([*legs_in_words([{**LEG, "kind": kind}, LEG])]) == 2
