"""What the plain words about a call say, and that they say it of any call."""

from collections.abc import Sequence

import pytest

from callrecords.facts.explain.call import MOST_ENDPOINTS, explain
from callrecords.facts.row import Rules, fact_row
from callrecords.facts.streamquality import Profile
from callrecords.graphtypes import JsonObject
from callrecords.ports.callrow import CallRow
from tests.generated import rows
from tests.invented import CALL, TENANT
from tests.unit.facts.invented_sessions import (
    BUSY,
    GOOD_AUDIO,
    HOME,
    JONAS,
    LOST,
    MIRA,
    NUMBER,
    POOR_AUDIO,
    SERVICE,
    SILENT_AUDIO,
    audio,
    client,
    record,
    segment,
    session,
    telephone,
    times,
    to_callee,
    to_caller,
    user,
)

BAD, ENDPOINTS = "For whom it was bad", "Each person's endpoint, the worst first"
RATINGS, UNKNOWN = "How people rated the call", "What is not known"
MIRA_NAME, JONAS_NAME = (f"{each[:4]}@fabrikam.example" for each in (MIRA, JONAS))


def said(row: CallRow) -> dict[str, list[str]]:
    """The lines by title."""
    return {each.title: each.lines for each in explain(row)}


def row_of(*sessions: JsonObject, profile: Profile = Profile.CURRENT, **properties: object) -> CallRow:
    return fact_row(
        record(*sessions, participants_v2=None, **properties), TENANT, rules=Rules(profile, with_words=True)
    )


def between(*streams: JsonObject, caller_network: JsonObject = HOME, **properties: object) -> JsonObject:
    """A session of Mira, who calls, and Jonas."""
    media = audio(*streams, callerNetwork=caller_network)
    ends = {"caller": client(MIRA), "callee": client(JONAS, "macOS")}
    return session(segment(media), **{**ends, "modalities": ["audio"], **properties})


def of_medium(label: str, **stream: object) -> JsonObject:
    """A session with a service, and a stream of another medium from it."""
    media = {"label": label, "streams": [to_caller(stream)]}
    return session(segment(media), caller=client(MIRA), callee=SERVICE)


def test_the_call_is_told_with_its_id_time_length_media_and_people() -> None:
    row = row_of(
        between(),
        type="peerToPeer",
        modalities=["videoBasedScreenSharing", "audio"],
        endDateTime="2026-03-04T11:05:03Z",
    )
    assert said(row)["The call"] == [
        f"Call id: {CALL}.",
        "A call between two on 4 March 2026, 10:00 UTC, 1 h 5 min long, with audio and a shared screen.",
        f"2 people took part, at 2 endpoints: {MIRA_NAME} and {JONAS_NAME}.",
    ]


def test_of_a_call_without_sessions_it_counts_no_endpoints_and_invents_nobody() -> None:
    people = [user(MIRA, "Mira Kovac")]
    assert "It is not known who took part." in said(row_of())["The call"]
    row = fact_row(record(participants_v2=people), TENANT, rules=Rules(Profile.CURRENT, with_words=True))
    assert "1 person took part: Mira Kovac." in said(row)["The call"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("groupCall", "Mira Kovac organised it."),
        ("peerToPeer", "Mira Kovac began it."),
        ("unknown", "Its organiser, by Graph: Mira Kovac."),
    ],
)
def test_the_organiser_of_a_meeting_organised_it_and_that_of_a_call_between_two_began_it(kind: str, words: str) -> None:
    assert words in said(row_of(between(), type=kind, organizer_v2=user(MIRA, "Mira Kovac")))["The call"]


def test_a_telephone_organises_nothing() -> None:
    row = row_of(between(), type="groupCall", organizer_v2={"id": NUMBER, "identity": {"phone": {"id": NUMBER}}})
    assert f"The telephone {NUMBER} began it." in said(row)["The call"]


def test_the_devices_of_an_endpoint_with_something_bad_are_told() -> None:
    media = audio(
        to_caller(POOR_AUDIO), callerDevice={"captureDeviceName": "Headset 1", "renderDeviceName": "Headset 1"}
    )
    row = row_of(session(segment(media), caller=client(MIRA), callee=SERVICE))
    assert "  Audio devices: Headset 1." in said(row)[ENDPOINTS]


def test_the_direction_of_a_call_is_that_of_the_organisation_that_is_named() -> None:
    row = next(row for row in rows() if row.get("voice", {}).get("direction", {}).get("value") == "internal")
    assert said(row)["What happened"][0] == f"It was an internal call, as seen from the organisation {TENANT}."


def test_of_each_endpoint_it_says_who_when_what_was_bad_by_which_rule_and_why() -> None:
    poor, good = to_caller(POOR_AUDIO), to_callee(GOOD_AUDIO)
    row = row_of(between(poor, good, caller_network={**HOME, "wifiSignalStrength": 31}, **times("01:00", "05:30")))
    assert said(row)[BAD] == [f"Poor media reached {MIRA_NAME}."]
    assert said(row)[ENDPOINTS] == [
        f"{MIRA_NAME} (Windows, Wi-Fi in subnet 192.168.178.0), 10:01:00 to 10:05:30:",
        "  Received poor audio: jitter 45 ms, poor above 30 ms.",
        "  Possible cause: weak Wi-Fi: signal 31 %, expected at least 50 %.",
        f"{JONAS_NAME} (macOS), 10:01:00 to 10:05:30:",
        "  Received good audio.",
        "  Sent audio that arrived poor: jitter 45 ms, poor above 30 ms.",
        "  The record shows no cause.",
    ]


def test_of_several_streams_it_says_how_many_were_poor() -> None:
    row = row_of(between(to_caller(POOR_AUDIO), to_caller(GOOD_AUDIO), to_caller(SILENT_AUDIO)))
    assert "  Received poor audio in 1 of 2 streams: jitter 45 ms, poor above 30 ms." in said(row)[ENDPOINTS]


def test_a_far_end_that_may_have_been_the_cause_is_named() -> None:
    row = row_of(between(to_callee(POOR_AUDIO), caller_network={**HOME, "wifiBand": "frequency24GHz"}))
    lines = said(row)[ENDPOINTS]
    assert lines[2:4] == [
        "  The record shows no cause.",
        f"  It may also have come from the side of {MIRA_NAME}.",
    ]


def test_a_good_call_was_bad_for_nobody_and_one_of_which_nothing_is_told_is_not_called_good() -> None:
    good = said(row_of(between(to_caller(GOOD_AUDIO))))
    assert good[BAD] == ["Poor media reached nobody, as far as 1 stream could be classified."]
    silent = said(row_of(between(to_caller(SILENT_AUDIO))))
    assert silent[BAD] == ["Nothing is told of what was received, or too little to call it good or poor."]
    assert "  Received audio: too little is told to call it good or poor." in silent[ENDPOINTS]
    assert "  Nothing else is told." in silent[ENDPOINTS]


def test_what_a_telephone_received_was_measured_at_its_gateway() -> None:
    row = row_of(session(segment(audio(to_callee(GOOD_AUDIO))), caller=SERVICE, callee=telephone()))
    assert said(row)[ENDPOINTS] == [
        "The telephone +15550123 (measured at its gateway):",
        "  Received good audio.",
    ]


def test_poor_streams_between_services_are_counted_apart() -> None:
    row = row_of(session(segment(audio(to_callee(POOR_AUDIO))), caller=SERVICE, callee=telephone()))
    assert said(row)[BAD][-1] == "Between services, gateways and telephones 1 stream had poor quality."


def affected(count: int, worst: int) -> Sequence[JsonObject]:
    """Sessions of so many people who received poor audio, one of them twice."""
    return [
        session(
            segment(audio(*[to_caller(POOR_AUDIO)] * (2 if number == worst else 1))),
            id=f"{number:08}-1111-4222-8333-444455556666",
            caller=client(f"{number:08}-2222-4333-8444-555566667777"),
            callee=SERVICE,
        )
        for number in range(count)
    ]


def test_of_many_the_worst_are_told_and_the_rest_counted() -> None:
    lines = said(row_of(*affected(MOST_ENDPOINTS + 3, worst=7)))
    assert "in 2 of 2 streams" in lines[ENDPOINTS][1]
    assert lines[ENDPOINTS][-1] == "And 3 more endpoints. Something bad is told of 3 of them."
    good = [
        session(segment(audio(to_caller(GOOD_AUDIO))), id=str(number), caller=client(str(number)), callee=SERVICE)
        for number in range(MOST_ENDPOINTS + 1)
    ]
    assert said(row_of(*good))[ENDPOINTS][-1] == "And 1 more endpoint. Something bad is told of none of them."


def test_endpoints_for_which_the_row_has_no_room_are_read_from_its_details() -> None:
    whole = record(*affected(MOST_ENDPOINTS + 3, worst=7))
    packed = fact_row(whole, TENANT, row_bytes=8_000)
    assert packed["packing"] not in ("details", "nothing")
    assert said(packed)[ENDPOINTS] == said(fact_row(whole, TENANT))[ENDPOINTS]
    left_out = fact_row(whole, TENANT, row_bytes=1)
    assert left_out["packing"] == "nothing"
    assert said(left_out)[BAD] == [f"Poor media reached {MOST_ENDPOINTS + 3} endpoints, for which the row has no room."]


def test_of_a_failure_it_says_for_whom_at_which_stage_and_that_it_need_not_be_theirs() -> None:
    row = said(row_of(between(failureInfo=LOST)))
    assert row["What happened"][-1] == "1 of 1 session failed in mid-call: The client lost its network."
    assert row[BAD][-1] in {
        f"A session failed for {a} and {b}." for a, b in ((MIRA_NAME, JONAS_NAME), (JONAS_NAME, MIRA_NAME))
    }
    assert row[ENDPOINTS].count("  Failed in mid-call: The client lost its network.") == 2
    assert row["The rules"][-1].startswith("Graph tells a failure of a session, so both its endpoints have it.")


def test_an_end_that_is_to_be_expected_is_no_failure_of_the_service() -> None:
    row = said(row_of(between(failureInfo=BUSY)))
    words = "nded during set-up, which is no failure of the service: The called number was busy."
    assert row["What happened"][-1] == f"1 of 1 session e{words}"
    assert row[ENDPOINTS].count(f"  E{words}") == 2
    assert not any("failed for" in line for line in row[BAD])


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        ({"reason": "Nobody knows."}, "Failed at a stage that Graph does not tell: Nobody knows."),
        ({"stage": "callSetup"}, "Failed during set-up."),
        ({"stage": "newStage"}, "Failed in the stage newStage."),
    ],
)
def test_a_failure_is_told_as_far_as_graph_tells_it(failure: JsonObject, words: str) -> None:
    assert f"  {words}" in said(row_of(between(failureInfo=failure)))[ENDPOINTS]


def test_who_rated_the_call_and_how_is_told_with_what_they_ticked_and_wrote() -> None:
    feedback = {"rating": "bad", "tokens": {"Noisy": True, "Echo": True, "Other": False}, "text": "A hum."}
    row = said(row_of(between(caller=client(MIRA, feedback=feedback))))
    assert row[RATINGS] == [f"bad, 1 time: {MIRA_NAME} (ticked Echo and Noisy)."]
    assert row[ENDPOINTS][1:3] == [
        "  Rated the call bad (ticked Echo and Noisy).",
        '  Wrote: "A hum."',
    ]
    only_ticked = said(row_of(between(caller=client(MIRA, feedback={"tokens": {"Noisy": True}}))))
    assert "  Did not rate the call (ticked Noisy)." in only_ticked[ENDPOINTS]


def test_caveats_are_told() -> None:
    assert "The record has no session: nothing is known of its endpoints and streams." in said(row_of())[UNKNOWN]
    without: CallRow = {**row_of(), "caveats": ["noSessions", "newOne"]}
    assert said(without)[UNKNOWN] == [
        "Graph gave no session of this call: nothing is known of its endpoints and streams.",
        "newOne.",
    ]
    assert "It was a test call." in said(row_of(session(isTest=True)))["The call"]


def test_only_the_rules_of_the_media_that_the_call_has_are_told() -> None:
    rules = {
        medium: " ".join(said(row)["The rules"])
        for medium, row in {
            "audio": row_of(between(to_caller(GOOD_AUDIO))),
            "video": row_of(of_medium("main-video", averageVideoFrameRate=20)),
            "shared screen": row_of(of_medium("applicationsharing-video", averageVideoFrameLossPercentage=1)),
        }.items()
    }
    for medium, words in rules.items():
        assert [other for other in rules if f"{other} is " in words.lower() or f"{other}, as " in words.lower()] == [
            medium
        ]
    assert "The rules" not in said(row_of(between()))


def test_every_generated_call_can_be_explained() -> None:
    for row in rows():
        for passage in explain(row):
            for line in passage.lines:
                assert not {"None", "{", "[", "unknown "} & {*line.split()}, line
                assert line.rstrip().endswith((".", ":", '"')), line
