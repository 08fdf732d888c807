"""Microsoft's stream classification finds all its classes in the traffic.

https://learn.microsoft.com/microsoftteams/stream-classification-in-call-quality-dashboard
"""

from collections import Counter
from collections.abc import Callable

import pytest

from callrecords.graphtypes import JsonObject


def _seconds(duration: str) -> float:
    return float(duration.removeprefix("PT").removesuffix("S"))


def _audio(stream: JsonObject) -> str:
    if stream["averageJitter"] is None or stream["packetUtilization"] <= 500:
        return "unclassified"
    poor = (
        _seconds(stream["averageRoundTripTime"]) > 0.5
        or stream["averagePacketLossRate"] > 0.1
        or _seconds(stream["averageJitter"]) > 0.03
    )
    return "poor" if poor else "good"


def _video(stream: JsonObject) -> str:
    if (loss := stream["averageVideoFrameLossPercentage"]) is not None:
        return "poor" if loss > 50 else "good"
    if (rate := stream["averageVideoFrameRate"]) is not None:
        return "poor" if rate < 7 else "good"
    if (loss := stream["postForwardErrorCorrectionPacketLossRate"]) is not None:
        return "poor" if loss > 0.15 else "good"
    return "unclassified"


def _screen(stream: JsonObject) -> str:
    if (rate := stream["averageVideoFrameRate"]) is None:
        return "unclassified"
    return "poor" if rate < 1 else "good"


@pytest.mark.parametrize(
    ("label", "classify"), [("main-audio", _audio), ("main-video", _video), ("applicationsharing-video", _screen)]
)
def test_most_streams_are_good_some_are_poor_and_some_unclassified(
    label: str, classify: Callable[[JsonObject], str], objects: list[JsonObject]
) -> None:
    media = [each for each in objects if each.get("label") == label and each["callerNetwork"]]
    classes = Counter(classify(stream) for each in media for stream in each["streams"])
    total = classes.total()
    assert classes["good"] > total / 2
    assert total / 100 < classes["poor"] < total / 5
    assert total / 100 < classes["unclassified"] < total / 2


def test_every_test_for_poor_audio_decides_some_streams(objects: list[JsonObject]) -> None:
    streams = [each for each in objects if each.get("averageAudioDegradation") is not None]
    assert any(_seconds(each["averageRoundTripTime"]) > 0.5 for each in streams)
    assert any(_seconds(each["averageJitter"]) > 0.03 for each in streams)
    assert any(each["averagePacketLossRate"] > 0.1 for each in streams)


def test_fractions_percentages_and_maxima_keep_their_bounds(objects: list[JsonObject]) -> None:
    for each in objects:
        for name, value in each.items():
            if value is not None and name.endswith(("Ratio", "PacketLossRate", "RatioOfConcealedSamples")):
                assert 0 <= value <= 1, name
            if value is not None and name.endswith("Percentage"):
                assert 0 <= value <= 100, name
            if value is not None and name in ("maxJitter", "maxRoundTripTime"):
                assert _seconds(value) >= _seconds(each[name.replace("max", "average")]), name
