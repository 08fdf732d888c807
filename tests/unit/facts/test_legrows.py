from callrecords.facts.row import CAPS
from tests.invented import OTHER_CALL, call_id
from tests.unit.facts.invented_sessions import (
    GOOD_AUDIO,
    HOME,
    LOST,
    MIRA,
    OFFICE,
    POOR_AUDIO,
    SERVICE,
    TO_CALLEE,
    TO_CALLER,
    audio,
    client,
    row_of,
    segment,
    session,
)


def test_a_leg_tells_its_ends_and_what_was_poor_in_which_direction() -> None:
    heard = {**POOR_AUDIO, "averagePacketLossRate": 0.2, "streamDirection": TO_CALLER}
    sent = [{**POOR_AUDIO, "averageJitter": jitter, "streamDirection": TO_CALLEE} for jitter in ("PT0.05S", "PT0.06S")]
    whole = session(
        segment(audio(*sent, heard, {**GOOD_AUDIO}, callerNetwork=HOME, calleeNetwork=OFFICE)),
        caller=client(MIRA, feedback={"rating": "bad"}),
        callee=SERVICE,
        startDateTime="2026-03-04T10:00:03.118Z",
        endDateTime="2026-03-04T10:29:48Z",
        failureInfo=LOST,
    )
    reason = {"media": "audio", "metric": "averageJitter"}
    assert row_of(whole)["legs"] == [
        {
            "sessionId": OTHER_CALL,
            "startDateTime": "2026-03-04T10:00:03Z",
            "durationSeconds": 1784.882,
            "caller": {
                "kind": "user",
                "id": MIRA,
                "platform": "windows",
                "connectionType": "wifi",
                "subnet": "192.168.178.0",
                "reflexiveIPAddress": "203.0.113.77",
                "feedbackRating": "bad",
            },
            "callee": {"kind": "service", "role": "skypeForBusinessAudioVideoMcu"},
            "failures": [LOST],
            "quality": {"audio": "poor"},
            "poorReasons": [
                {**reason, "streamDirection": TO_CALLER, "value": 0.045},
                {**reason, "streamDirection": TO_CALLER, "metric": "averagePacketLossRate", "value": 0.2},
                {**reason, "streamDirection": TO_CALLEE, "value": 0.06},
            ],
        }
    ]


def test_a_leg_of_which_nothing_is_known_says_only_that_it_was() -> None:
    row = row_of({"id": None})
    assert row["legs"] == [{"caller": {"kind": "unknown"}, "callee": {"kind": "unknown"}}]
    assert row["legCount"] == 1


def test_a_poor_stream_of_unknown_direction_is_told_as_such() -> None:
    (leg,) = row_of(session(segment(audio(POOR_AUDIO))))["legs"]
    assert leg["poorReasons"][0]["streamDirection"] == "unknown"


def test_legs_are_in_order_of_their_start() -> None:
    starts = ["2026-03-04T10:02:00Z", "2026-03-04T10:00:00Z", "2026-03-04T10:01:00Z"]
    row = row_of(*(session(id=call_id(number), startDateTime=start) for number, start in enumerate(starts)))
    assert [leg["startDateTime"] for leg in row["legs"]] == sorted(starts)


def test_of_too_many_legs_those_that_were_poor_or_failed_are_kept_and_all_are_counted() -> None:
    sessions = [
        session(segment(audio(GOOD_AUDIO)), id=call_id(n), startDateTime=f"2026-03-04T10:{n % 60:02}:00Z")
        for n in range(150)
    ]
    sessions[7] = session(segment(audio(POOR_AUDIO)), id="poor", startDateTime="2026-03-04T10:59:30Z")
    sessions[9] = session(failureInfo=LOST, id="failed", startDateTime="2026-03-04T10:59:40Z")
    row = row_of(*sessions)
    starts = [leg["startDateTime"] for leg in row["legs"]]
    assert len(row["legs"]) == CAPS["legs"] == 100
    assert starts == sorted(starts)
    assert [leg["sessionId"] for leg in row["legs"][-2:]] == ["poor", "failed"]
    assert (row["legCount"], row["legsCapped"]) == (150, True)
    assert row["quality"]["audio"]["legs"] == {"good": 148, "poor": 1, "unclassified": 0}
    assert (row_of(*sessions[:100])["legsCapped"], len(row_of(*sessions[:100])["legs"])) == (False, 100)
