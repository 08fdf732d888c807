from callrecords.facts.row import fact_row
from callrecords.facts.streamquality import Profile
from tests.invented import TENANT
from tests.unit.facts.invented_sessions import (
    GOOD_AUDIO,
    HOME,
    JONAS,
    MIRA,
    NO_STREAMS,
    OFFICE,
    POOR_AUDIO,
    SERVICE,
    SILENT_AUDIO,
    audio,
    client,
    record,
    row_of,
    segment,
    session,
)


def test_audio_is_told_for_each_subnet_that_it_went_from_or_to() -> None:
    between = session(
        segment(audio(POOR_AUDIO, GOOD_AUDIO, callerNetwork=HOME, calleeNetwork=OFFICE)),
        segment({"label": "main-video", "streams": [{"averageVideoFrameRate": 1}], "callerNetwork": HOME}),
        caller=client(MIRA),
        callee=client(JONAS),
    )
    meeting = session(
        segment(audio(SILENT_AUDIO, callerNetwork=OFFICE, calleeNetwork=HOME)), caller=client(MIRA), callee=SERVICE
    )
    assert row_of(between, meeting)["audioBySubnet"] == [
        {"subnet": "10.20.3.0", "good": 1, "poor": 1, "unclassified": 1},
        {"subnet": "192.168.178.0", "good": 1, "poor": 1, "unclassified": 0},
    ]


def test_quality_is_told_of_streams_and_legs_and_the_whole_call() -> None:
    video = {"label": "main-video", "streams": [{"averageVideoFrameRate": 15}, {}]}
    row = row_of(
        session(segment(audio(GOOD_AUDIO, POOR_AUDIO), video)),
        session(segment(audio(GOOD_AUDIO)), segment(audio(SILENT_AUDIO))),
        session(segment(audio(SILENT_AUDIO))),
        session(),
    )
    assert row["quality"] == {
        "audio": {
            "verdict": "poor",
            "streams": {"good": 2, "poor": 1, "unclassified": 2},
            "legs": {"good": 1, "poor": 1, "unclassified": 1},
        },
        "video": {
            "verdict": "good",
            "streams": {"good": 1, "poor": 0, "unclassified": 1},
            "legs": {"good": 1, "poor": 0, "unclassified": 0},
        },
        "screenSharing": {"verdict": "unclassified", "streams": NO_STREAMS, "legs": NO_STREAMS},
    }
    assert [each.get("quality") for each in row["legs"]] == [
        {"audio": "poor", "video": "good"},
        {"audio": "good"},
        {"audio": "unclassified"},
        None,
    ]


def test_reasons_tell_the_worst_value_and_how_many_streams_are_poor_by_it() -> None:
    streams = [{"packetUtilization": 900, "averageJitter": f"PT0.0{jitter}S"} for jitter in (45, 92, 31, 29)]
    slow = {"label": "main-video", "streams": [{"averageVideoFrameRate": rate} for rate in (3, 1, 6)]}
    row = row_of(session(segment(audio(*streams))), session(segment(slow)))
    assert row["poorReasons"] == [
        {
            "media": "audio",
            "metric": "averageJitter",
            "value": 0.092,
            "threshold": 0.03,
            "unit": "seconds",
            "streamCount": 3,
        },
        {
            "media": "video",
            "metric": "averageVideoFrameRate",
            "value": 1,
            "threshold": 7,
            "unit": "framesPerSecond",
            "streamCount": 3,
        },
    ]


def test_the_older_profile_can_be_asked_for_and_the_row_says_so() -> None:
    whole = record(session(segment(audio({"packetUtilization": 480, "averageJitter": "PT0.045S"}))))
    row = fact_row(whole, TENANT, profile=Profile.BEFORE_2022)
    assert (row["qualityProfile"], row["quality"]["audio"]["verdict"]) == ("before2022", "poor")
    assert fact_row(whole, TENANT)["quality"]["audio"]["verdict"] == "unclassified"
