"""What became of a call to or from somebody, in words."""

from typing import Any

import pytest

from callrecords.facts.explain.voice import UNKNOWN_TENANT, voice_in_words
from callrecords.ports.callrow import VoiceRow
from tests.invented import TENANT

CERTAIN: dict[str, Any] = {"certainty": "certain", "evidence": {}}
LIKELY: dict[str, Any] = {"certainty": "likely", "evidence": {}}


@pytest.mark.parametrize(
    ("voice", "sentence"),
    [
        (
            {"direction": {"value": "inbound", **LIKELY}},
            f"It was an inbound call, most likely, as seen from the organisation {TENANT}.",
        ),
        (
            {"path": [{"role": "skypeForBusinessCallQueues", "name": "Sales", "seconds": 60}]},
            "It was with a call queue, Sales, for 1 min.",
        ),
        ({"path": [{"role": "newRole"}]}, "It was with newRole."),
        ({"queueWait": {"value": 75, **CERTAIN}}, "The caller waited 1 min 15 s in queues until somebody answered."),
        ({"outcome": {"value": "busy", **CERTAIN}}, "The called party was busy."),
        (
            {"outcome": {"value": "answered", **LIKELY}, "answeredBy": {"value": "b", "name": "Ben", **CERTAIN}},
            "It was answered by Ben, most likely.",
        ),
        ({"forwarded": {"value": "b", **LIKELY}}, "It was forwarded to b, most likely."),
        ({"transferred": {"value": "b", "name": "Ben", **CERTAIN}}, "It was transferred to Ben."),
    ],
)
def test_what_became_of_a_call_is_told_and_what_is_not_certain_says_so(voice: VoiceRow, sentence: str) -> None:
    assert [*voice_in_words(voice, TENANT)] == [sentence]


def test_a_call_seen_from_no_known_organisation_names_none() -> None:
    voice: VoiceRow = {"direction": {"value": "inbound", "certainty": "likely", "evidence": {}}}
    assert [*voice_in_words(voice, UNKNOWN_TENANT)] == ["It was an inbound call, most likely."]
