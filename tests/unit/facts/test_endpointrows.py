from typing import Any

import pytest

from callrecords.facts.row import Rules, fact_row
from callrecords.facts.streamquality import Profile
from callrecords.graphtypes import JsonObject
from tests.invented import OTHER_CALL, TENANT
from tests.unit.facts.invented_sessions import (
    BUSY,
    GOOD_AUDIO,
    HOME,
    LOST,
    MIRA,
    OFFICE,
    POOR_AUDIO,
    QUEUE,
    SERVICE,
    SILENT_AUDIO,
    audio,
    client,
    record,
    row_of,
    segment,
    session,
    telephone,
    times,
    to_callee,
    to_caller,
)


def endpoints(*sessions: JsonObject) -> list[JsonObject]:
    found: list[JsonObject] = row_of(*sessions)["endpoints"]
    return found


def test_an_endpoint_tells_who_and_when_with_what_and_how_it_was_for_that_person_and_for_others() -> None:
    heard = to_caller({**POOR_AUDIO, "averagePacketLossRate": 0.2})
    device = {"captureDeviceName": "Headset Mic", "renderDeviceName": "Headset"}
    whole = session(
        segment(
            audio(to_callee(GOOD_AUDIO), heard, callerNetwork=HOME, callerDevice=device),
            {"label": "main-video", "streams": [], "callerDevice": {"captureDeviceName": "Webcam"}},
        ),
        caller=client(
            MIRA,
            name="LT-4471",
            userAgent={"platform": "windows", "applicationVersion": "27/1.0"},
            feedback={"rating": "bad", "text": "could not hear the room", "tokens": {"Echo": True}},
        ),
        callee=SERVICE,
        failureInfo=LOST,
        **times("00:03.118", "29:48"),
    )
    assert endpoints(whole) == [
        {
            "endpointId": f"{OTHER_CALL}/caller",
            "who": {"kind": "user", "id": MIRA, "userPrincipalName": "0a11@fabrikam.example"},
            "joined": "2026-03-04T10:00:03Z",
            "left": "2026-03-04T10:29:48Z",
            "seconds": 1784.882,
            "platform": "windows",
            "clientVersion": "27/1.0",
            "hostName": "LT-4471",
            "captureDevices": ["Headset Mic"],
            "renderDevices": ["Headset"],
            "cameras": ["Webcam"],
            "networks": [{"connectionType": "wifi", "subnet": "192.168.178.0", "publicAddress": "203.0.113.77"}],
            "rating": "bad",
            "feedbackTokens": ["Echo"],
            "failures": [{"kind": "drop", **LOST}],
            "failed": True,
            "received": {
                "audio": {
                    "verdict": "poor",
                    "good": 0,
                    "poor": 1,
                    "unclassified": 0,
                    "numbers": {"averageJitter": 0.045, "averagePacketLossRate": 0.2},
                    "reasons": [
                        {"metric": "averageJitter", "value": 0.045, "threshold": 0.03, "unit": "seconds", "streams": 1},
                        {
                            "metric": "averagePacketLossRate",
                            "value": 0.2,
                            "threshold": 0.1,
                            "unit": "ratio",
                            "streams": 1,
                        },
                    ],
                }
            },
            "sent": {
                "audio": {
                    "verdict": "good",
                    "good": 1,
                    "poor": 0,
                    "unclassified": 0,
                    "numbers": {"averageJitter": 0.007},
                }
            },
            "quality": "poor",
            "causes": [{"cause": "unknown", "direction": "received"}],
        }
    ]


def test_an_endpoint_of_which_nothing_is_known_says_only_that_it_was() -> None:
    (found,) = endpoints(session(caller={"userAgent": {"platform": "web"}}))
    assert found == {
        "endpointId": f"{OTHER_CALL}/caller",
        "who": {"kind": "unknown"},
        "platform": "web",
        "failed": False,
        "quality": "unclassified",
    }


@pytest.mark.parametrize("value", ["unknown", "unknownFutureValue"])
def test_a_platform_or_a_rating_that_is_unknown_is_missing(value: str) -> None:
    unknown = client(MIRA, value, feedback={"rating": value})
    (found,) = endpoints(session(caller=unknown, callee=SERVICE))
    assert not {"platform", "rating"} & found.keys()


def test_several_intervals_are_told_and_one_is_not() -> None:
    first = session(caller=telephone(), callee=SERVICE, **times("01:00", "02:00"))
    second = session(caller=telephone(), callee=QUEUE, **times("03:00", "05:00"))
    (found,) = endpoints(first, second)
    assert (found["joined"], found["left"], found["seconds"]) == ("2026-03-04T10:01:00Z", "2026-03-04T10:05:00Z", 180)
    assert found["intervals"] == [
        {"joined": "2026-03-04T10:01:00Z", "left": "2026-03-04T10:02:00Z"},
        {"joined": "2026-03-04T10:03:00Z", "left": "2026-03-04T10:05:00Z"},
    ]
    assert "intervals" not in endpoints(first)[0]


@pytest.mark.parametrize("with_words", [True, False])
def test_what_somebody_wrote_is_told_where_the_rules_say_so(with_words: bool) -> None:
    wrote = client(MIRA, feedback={"rating": "bad", "text": "could not hear the room"})
    whole = record(session(caller=wrote, callee=SERVICE))
    row = fact_row(whole, TENANT, rules=Rules(with_words=with_words))
    assert row["endpoints"][0].get("feedbackText") == ("could not hear the room" if with_words else None)
    assert ("hear" in str(row)) is with_words


def test_an_end_that_was_to_be_expected_is_no_failure() -> None:
    (found,) = endpoints(session(caller=client(MIRA), callee=SERVICE, failureInfo=BUSY))
    assert (found["failed"], found["failures"]) == (False, [{"kind": "expected", **BUSY}])


def verdicts(*streams: JsonObject, **more: Any) -> JsonObject:
    """The audio that somebody received."""
    (found,) = endpoints(session(segment(audio(*map(to_caller, streams), **more)), caller=client(MIRA), callee=SERVICE))
    medium: JsonObject = found["received"]["audio"]
    return medium


def test_numbers_and_reasons_are_those_of_the_worst_stream_and_streams_are_counted() -> None:
    streams = [{"packetUtilization": 900, "averageJitter": f"PT0.0{jitter}S"} for jitter in (45, 92, 31, 29)]
    for found in (verdicts(*streams), verdicts(*streams[::-1])):
        assert found["numbers"] == {"averageJitter": 0.092}
        assert found["reasons"] == [
            {"metric": "averageJitter", "value": 0.092, "threshold": 0.03, "unit": "seconds", "streams": 3}
        ]


def test_of_frame_rates_the_lowest_is_the_worst() -> None:
    slow = {"label": "main-video", "streams": [to_caller({"averageVideoFrameRate": rate}) for rate in (3, 1, 30)]}
    (found,) = endpoints(session(segment(slow), caller=client(MIRA), callee=SERVICE))
    assert found["received"]["video"]["numbers"] == {"averageVideoFrameRate": 1}
    assert found["received"]["video"]["reasons"][0] == {
        "metric": "averageVideoFrameRate",
        "value": 1,
        "threshold": 7,
        "unit": "framesPerSecond",
        "streams": 2,
    }


@pytest.mark.parametrize(
    ("streams", "verdict"),
    [
        ([GOOD_AUDIO, POOR_AUDIO, SILENT_AUDIO], "poor"),
        ([GOOD_AUDIO, SILENT_AUDIO], "good"),
        ([SILENT_AUDIO], "unclassified"),
    ],
)
def test_a_medium_is_poor_where_one_stream_is_and_good_where_one_is_and_none_is_poor(
    streams: list[JsonObject], verdict: str
) -> None:
    found = verdicts(*streams)
    assert (found["verdict"], found["good"] + found["poor"] + found["unclassified"]) == (verdict, len(streams))
    assert ("reasons" in found) is (verdict == "poor")
    assert ("numbers" in found) is (verdict != "unclassified")


def test_the_quality_of_an_endpoint_is_that_of_what_it_received_and_not_of_what_it_sent() -> None:
    sent = segment(audio(to_callee(POOR_AUDIO), to_caller(GOOD_AUDIO)))
    (found,) = endpoints(session(sent, caller=client(MIRA), callee=SERVICE))
    assert (found["quality"], found["received"]["audio"]["verdict"], found["sent"]["audio"]["verdict"]) == (
        "good",
        "good",
        "poor",
    )


def test_the_profile_decides_which_numbers_count() -> None:
    stream = to_caller({"packetUtilization": 480, "averageAudioDegradation": 1.5, "averageJitter": "PT0.01S"})
    whole = record(session(segment(audio(stream)), caller=client(MIRA), callee=SERVICE))
    row = fact_row(whole, TENANT, rules=Rules(Profile.BEFORE_2022))
    received = row["endpoints"][0]["received"]["audio"]
    assert row["qualityProfile"] == "before2022"
    assert (received["verdict"], received["numbers"]) == (
        "poor",
        {"averageAudioDegradation": 1.5, "averageJitter": 0.01},
    )
    assert fact_row(whole, TENANT)["endpoints"][0]["quality"] == "unclassified"


def test_who_impaired_somebody_is_named_and_of_many_the_others_are_counted() -> None:
    def stay(name: str, sent: JsonObject, heard: JsonObject) -> JsonObject:
        streams = audio(to_callee(sent), to_caller(heard))
        return session(segment(streams), id=name, caller=client(MIRA), callee=SERVICE, **times("00:10", "30:00"))

    few = endpoints(stay("1", POOR_AUDIO, GOOD_AUDIO), stay("2", GOOD_AUDIO, POOR_AUDIO))
    assert few[1]["impairedBy"] == ["1/caller"]
    assert not {"impairedBy", "impairedByMore"} & few[0].keys()
    assert "impairedByMore" not in few[1]
    many = endpoints(*(stay(f"{n:02}", POOR_AUDIO, GOOD_AUDIO) for n in range(12)), stay("x", GOOD_AUDIO, POOR_AUDIO))
    assert (len(many[-1]["impairedBy"]), many[-1]["impairedByMore"]) == (10, 2)


def test_a_network_that_was_used_for_most_media_is_first() -> None:
    media = [audio(callerNetwork=OFFICE), audio(callerNetwork=HOME), audio(callerNetwork={**HOME, "port": 1})]
    (found,) = endpoints(session(segment(*media), caller=client(MIRA), callee=SERVICE))
    assert [each["subnet"] for each in found["networks"]] == [HOME["subnet"], OFFICE["subnet"]]
