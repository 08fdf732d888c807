"""What the plain words about a call say, and that they say it of any call."""

import pytest

from callrecords.facts.explain import MOST_ENDPOINTS, explain
from callrecords.facts.row import Rules, fact_row
from callrecords.facts.streamquality import Profile
from callrecords.facts.words import cause_in_words, client_of, length_in_words, name_of, reason_in_words
from callrecords.graphtypes import JsonObject
from callrecords.ports.callrow import CallRow, CauseRow, PartyRow, ReasonRow
from tests.generated import rows
from tests.invented import TENANT
from tests.unit.facts.invented_sessions import (
    GOOD_AUDIO,
    HOME,
    JONAS,
    LOST,
    MIRA,
    POOR_AUDIO,
    SERVICE,
    TO_CALLEE,
    TO_CALLER,
    audio,
    client,
    record,
    segment,
    session,
)


def said(row: CallRow) -> dict[str, list[str]]:
    """The lines by title."""
    return {each.title: each.lines for each in explain(row)}


def row_of(*sessions: JsonObject, profile: Profile = Profile.CURRENT, **properties: object) -> CallRow:
    return fact_row(record(*sessions, participants_v2=None, **properties), TENANT, rules=Rules(profile))


def between(*streams: JsonObject, **caller_network: object) -> JsonObject:
    """A session of Mira, who calls, and Jonas."""
    media = audio(*streams, callerNetwork={**HOME, **caller_network})
    return session(segment(media), caller=client(MIRA), callee=client(JONAS, "macOS"), modalities=["audio"])


def test_the_call_is_told_with_its_time_length_media_and_people() -> None:
    row = row_of(
        between(),
        type="peerToPeer",
        modalities=["video", "audio"],
        endDateTime="2026-03-04T11:05:03Z",
    )
    assert said(row)["The call"] == [
        "A call between two on 4 March 2026, 10:00 UTC, 1 h 5 min long, with audio and video.",
        f"2 people took part, at 2 endpoints: {MIRA[:4]}@fabrikam.example and {JONAS[:4]}@fabrikam.example.",
    ]


def test_who_received_poor_media_is_named_with_the_numbers_and_causes() -> None:
    poor, good = POOR_AUDIO | {"streamDirection": TO_CALLER}, GOOD_AUDIO | {"streamDirection": TO_CALLEE}
    row = row_of(between(poor, good, wifiSignalStrength=31))
    assert said(row)["For whom it was bad"] == [
        f"{MIRA[:4]}@fabrikam.example (windows, Wi-Fi 192.168.178.0):",
        "  Received poor audio: jitter 45 ms, poor above 30 ms.",
        "  It may be because of this: weak Wi-Fi: signal 31 %, expected at least 50 %.",
    ]
    assert said(row)["Who sent poor media to others"] == [
        f"{JONAS[:4]}@fabrikam.example: audio. The record shows no cause."
    ]


def test_a_far_end_that_may_have_been_the_cause_is_named() -> None:
    poor = POOR_AUDIO | {"streamDirection": TO_CALLEE}
    lines = said(row_of(between(poor, wifiBand="frequency24GHz")))["For whom it was bad"]
    assert lines[-2:] == [
        "  The record shows no cause.",
        f"  It may also have come from the side of {MIRA[:4]}@fabrikam.example.",
    ]


def test_a_good_call_was_bad_for_nobody_and_one_of_which_nothing_is_told_is_not_called_good() -> None:
    good = said(row_of(between(GOOD_AUDIO | {"streamDirection": TO_CALLER})))
    assert good["For whom it was bad"] == [
        "For nobody: what was received was good, as far as 1 stream could be classified."
    ]
    assert said(row_of(between()))["For whom it was bad"] == [
        "Nothing is told of what was received, or too little to call it good or poor."
    ]


def test_of_many_affected_the_worst_are_told_and_the_rest_counted() -> None:
    sessions = [
        session(
            segment(audio(*[POOR_AUDIO | {"streamDirection": TO_CALLER}] * (2 if number == 7 else 1))),
            id=f"{number:08}-1111-4222-8333-444455556666",
            caller=client(f"{number:08}-2222-4333-8444-555566667777"),
            callee=SERVICE,
        )
        for number in range(MOST_ENDPOINTS + 3)
    ]
    lines = said(row_of(*sessions))["For whom it was bad"]
    assert lines[0].startswith("0000@fabrikam.example")
    assert lines[-1] == "And for 3 endpoints more, less badly."
    packed = fact_row(record(*sessions), TENANT, row_bytes=8_000)
    assert packed["packing"] != "details"
    assert said(packed)["For whom it was bad"] == [
        f"For {MOST_ENDPOINTS + 3} endpoints, which are packed in the row's details."
    ]


def test_failures_ratings_and_caveats_are_told() -> None:
    rated = client(MIRA, feedback={"rating": "bad"})
    row = row_of(session(failureInfo=LOST, caller=rated, callee=SERVICE), isTest=True)
    assert said(row)["What happened"] == ["1 session ended in a failure: The client lost its network."]
    assert said(row)["What people answered when they were asked"] == ["bad, 1 time."]
    assert "The record has no session: nothing is known of its ends and streams." in said(row_of())["What is not known"]
    without = {**row_of(), "caveats": ["noSessions", "newOne"]}
    assert said(without)["What is not known"] == [  # type: ignore[arg-type]
        "Graph gave no session of this call: nothing is known of its ends and streams.",
        "newOne.",
    ]
    assert "It was a test call." in said(row_of(session(isTest=True)))["The call"]


def test_the_rule_is_that_of_the_profile() -> None:
    current, before = (said(row_of(profile=profile))["The rule"] for profile in Profile)
    assert current != before
    assert "500 packets" in current[0]


def test_every_generated_call_can_be_explained() -> None:
    for row in rows():
        for passage in explain(row):
            for line in passage.lines:
                assert not {"None", "{", "[", "unknown "} & {*line.split()}, line
                assert line.rstrip().endswith((".", ":")), line


@pytest.mark.parametrize(
    ("party", "name"),
    [
        ({"kind": "user", "displayName": "Mira Kovac", "id": MIRA}, "Mira Kovac"),
        ({"kind": "user", "userPrincipalName": "mira@fabrikam.example"}, "mira@fabrikam.example"),
        ({"kind": "phone", "id": "+15550123"}, "the telephone +15550123"),
        ({"kind": "guest", "id": "teamsvisitor:1"}, "a guest without a name"),
        ({"kind": "application", "id": "a"}, "an application a"),
        ({"kind": "unknown"}, "somebody"),
        ({"kind": "user"}, "a user"),
    ],
)
def test_somebody_is_named_by_the_best_that_is_known(party: PartyRow, name: str) -> None:
    assert name_of(party) == name


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ({"cause": "processor", "evidence": {"cpuInsufficentEventRatio": 0.0312}}, "keep up for 3.12 % of the call"),
        ({"cause": "gatewayLeg", "evidence": {"caller": "gateway", "callee": "mediationServer"}}, "gateway and media"),
        ({"cause": "longWay", "evidence": {"averageRoundTripTime": 0.6}}, "600 ms with unknown of"),
        ({"cause": "newCause"}, "newCause"),
    ],
)
def test_a_cause_is_told_with_its_evidence(cause: CauseRow, words: str) -> None:
    assert words in cause_in_words(cause)


@pytest.mark.parametrize(
    ("metric", "value", "threshold", "unit", "words"),
    [
        ("averageRoundTripTime", 1.234, 0.5, "seconds", "round trip 1.2 s, poor above 500 ms"),
        ("averagePacketLossRate", 0.123, 0.1, "ratio", "packets lost 12.3 %, poor above 10 %"),
        ("averageVideoFrameRate", 4.25, 7, "framesPerSecond", "frames a second 4.25, poor below 7"),
        ("averageVideoFrameLossPercentage", 61.0, 50, "percent", "frames lost 61 %, poor above 50 %"),
        ("newMetric", 2.0, 1.0, "points", "newMetric 2, poor above 1"),
    ],
)
def test_a_number_is_told_with_its_threshold(
    metric: str, value: float, threshold: float, unit: str, words: str
) -> None:
    reason: ReasonRow = {"metric": metric, "value": value, "threshold": threshold, "unit": unit, "streams": 1}
    assert reason_in_words(reason) == words


@pytest.mark.parametrize(("seconds", "words"), [(0.4, "0 s"), (61, "1 min 1 s"), (3_600, "1 h 0 min")])
def test_a_length_is_told_as_people_say_it(seconds: float, words: str) -> None:
    assert length_in_words(seconds) == words


def test_a_client_of_which_nothing_is_told_has_no_words() -> None:
    (endpoint,) = row_of(session(caller=client(MIRA, "unknown"), callee=SERVICE)).get("endpoints", [])
    assert client_of(endpoint) == ""
