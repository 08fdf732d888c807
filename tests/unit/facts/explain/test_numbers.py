"""Metrics, their values and causes in words."""

import pytest

from callrecords.facts.explain.numbers import cause_in_words, reason_in_words
from callrecords.ports.callrow import CauseRow, ReasonRow
from tests.documented import schema


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (
            {"cause": "processor", "evidence": {"cpuInsufficentEventRatio": 0.0312}},
            "keep up for 3.1 % of the call, expected under 0.5 %",
        ),
        (
            {"cause": "gatewayLeg", "evidence": {"caller": "gateway", "callee": "mediationServer"}},
            "between the gateway and the mediation server was",
        ),
        ({"cause": "longWay", "evidence": {"averageRoundTripTime": 0.6}}, "600 ms with unknown packet loss"),
        ({"cause": "newCause"}, "newCause"),
    ],
)
def test_a_cause_is_told_with_its_evidence(cause: CauseRow, words: str) -> None:
    assert words in cause_in_words(cause)


def test_each_cause_has_words_of_its_own() -> None:
    names = {*schema("calls")["$defs"]["cause"]["properties"]["cause"]["enum"]} - {"unknown"}
    assert [name for name in sorted(names) if cause_in_words({"cause": name, "direction": "sent"}) == name] == []


@pytest.mark.parametrize(
    ("metric", "value", "threshold", "unit", "words"),
    [
        ("averageRoundTripTime", 1.234, 0.5, "seconds", "round trip 1.2 s, poor above 500 ms"),
        ("averagePacketLossRate", 0.123, 0.1, "ratio", "packet loss 12.3 %, poor above 10 %"),
        ("averageVideoFrameRate", 4.25, 7, "framesPerSecond", "frame rate 4.2 fps, poor below 7 fps"),
        ("averageVideoFrameLossPercentage", 61.0, 50, "percent", "frame loss 61 %, poor above 50 %"),
        ("averageVideoFrameRate", 0.173, 1, "framesPerSecond", "frame rate 0.2 fps, poor below 1 fps"),
        ("averageVideoFrameRate", 0.997, 1, "framesPerSecond", "frame rate 0.997 fps, poor below 1 fps"),
        ("averageVideoFrameRate", 0.01, 1, "framesPerSecond", "frame rate under 0.1 fps, poor below 1 fps"),
        ("averageJitter", 0.0302, 0.03, "seconds", "jitter 30.2 ms, poor above 30 ms"),
        ("averageAudioDegradation", 1.25, 1, "points", "audio degradation 1.2 MOS, poor above 1 MOS"),
        ("newMetric", 2.0, 1.0, "points", "newMetric 2 MOS, poor above 1 MOS"),
    ],
)
def test_a_number_is_told_with_its_threshold(
    metric: str, value: float, threshold: float, unit: str, words: str
) -> None:
    reason: ReasonRow = {"metric": metric, "value": value, "threshold": threshold, "unit": unit, "streams": 1}
    assert reason_in_words(reason) == words
