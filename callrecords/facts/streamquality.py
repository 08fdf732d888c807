"""Good and poor streams, as Microsoft's Call Quality Dashboard (CQD) tells them apart.

https://learn.microsoft.com/microsoftteams/stream-classification-in-call-quality-dashboard. Poor audio means a network
that was not fit for audio, not audio that somebody found bad.
"""

from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from callrecords.facts.media import Modality
from callrecords.graphtypes import JsonObject, number, seconds


class Verdict(StrEnum):
    """The class of a stream, and of what has several."""

    GOOD = "good"
    POOR = "poor"
    UNCLASSIFIED = "unclassified"


class Profile(StrEnum):
    """Which of Microsoft's definitions: the one since 2022, or the one before, for figures that go on from it."""

    CURRENT = "current"
    BEFORE_2022 = "before2022"


class Unit(StrEnum):
    """Of a metric's value and threshold. A ratio is 0 to 1, a point one of the mean opinion score."""

    SECONDS = "seconds"
    RATIO = "ratio"
    PERCENT = "percent"
    FRAMES_PER_SECOND = "framesPerSecond"
    POINTS = "points"


# A share of more than the whole is none.
_MOST = {Unit.RATIO: 1, Unit.PERCENT: 100}


class Reason(NamedTuple):
    """Why a stream is poor: `metric` is the property of Graph's mediaStream whose value is past the threshold."""

    metric: str
    value: float
    threshold: float
    unit: Unit


class Classified(NamedTuple):
    """The class of a stream, with the values that decided by their metrics; reasons only where it is poor."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    numbers: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class _Metric:
    """A property of mediaStream, and beyond which value it makes a stream poor."""

    name: str
    unit: Unit
    threshold: float
    poor_below: bool = False

    def reading(self, stream: JsonObject) -> float | None:
        value = stream.get(self.name)
        if self.unit is Unit.SECONDS:
            return seconds(value)
        found = number(value)
        return found if found is None or found <= _MOST.get(self.unit, found) else None

    def is_poor(self, value: float) -> bool:
        return value < self.threshold if self.poor_below else value > self.threshold


_LEAST_PACKETS = 500

_NETWORK = (
    _Metric("averageRoundTripTime", Unit.SECONDS, 0.5),
    _Metric("averagePacketLossRate", Unit.RATIO, 0.1),
    _Metric("averageJitter", Unit.SECONDS, 0.03),
)
_AUDIO_BEFORE_2022 = (
    *_NETWORK,
    _Metric("averageAudioDegradation", Unit.POINTS, 1.0),
    _Metric("averageRatioOfConcealedSamples", Unit.RATIO, 0.07),
)
_FRAME_LOSS = _Metric("averageVideoFrameLossPercentage", Unit.PERCENT, 50)
_PACKET_LOSS = _Metric("postForwardErrorCorrectionPacketLossRate", Unit.RATIO, 0.15)


_FRAME_RATE = "averageVideoFrameRate"


def _frame_rate(threshold: float) -> _Metric:
    return _Metric(_FRAME_RATE, Unit.FRAMES_PER_SECOND, threshold, poor_below=True)


_VIDEO = (_FRAME_LOSS, _frame_rate(7), _PACKET_LOSS)
_SCREEN_BEFORE_2022 = (_FRAME_LOSS, _frame_rate(2), _PACKET_LOSS)
_SCREEN_INBOUND = (_FRAME_LOSS,)
_SCREEN_OTHERWISE = (_frame_rate(1),)


def classify(
    stream: JsonObject, modality: Modality, is_outbound: bool, profile: Profile = Profile.CURRENT
) -> Classified:
    """The class of one mediaStream that carries `modality`.

    `is_outbound`: it goes from a client to a service, which only matters for shared screens. A metric that is missing,
    or whose value cannot be, decides nothing. An audio stream of up to 500 packets, or of unknown many, is unclassified
    in the current profile: there CQD never calls it poor, and so few packets do not show that it was good. Application
    sharing always is, because Graph has none of its metrics; CQD looks at ICE as well, which Graph does not have.
    """
    match modality:
        case Modality.AUDIO:
            return _audio(stream, profile)
        case Modality.VIDEO:
            return _by_first(stream, _VIDEO)
        case Modality.VIDEO_BASED_SCREEN_SHARING:
            return _by_first(stream, _screen_metrics(stream, is_outbound, profile))
    return Classified(Verdict.UNCLASSIFIED)


def is_poor_below(metric: str) -> bool:
    """Whether a stream is poor below the threshold of the metric, and not above."""
    return metric == _FRAME_RATE


def worse(metric: str, one: float, other: float) -> float:
    """The worse of two values of the metric."""
    return min(one, other) if is_poor_below(metric) else max(one, other)


def roll_up(verdicts: Container[Verdict]) -> Verdict:
    """The class of what has streams, or media, of these classes: poor if one is, good if one is and none is poor."""
    if Verdict.POOR in verdicts:
        return Verdict.POOR
    return Verdict.GOOD if Verdict.GOOD in verdicts else Verdict.UNCLASSIFIED


def _audio(stream: JsonObject, profile: Profile) -> Classified:
    if profile is Profile.BEFORE_2022:
        return _by_any(stream, _AUDIO_BEFORE_2022)
    packets = number(stream.get("packetUtilization"))
    if packets is None or packets <= _LEAST_PACKETS:
        return Classified(Verdict.UNCLASSIFIED)
    return _by_any(stream, _NETWORK)


def _screen_metrics(stream: JsonObject, is_outbound: bool, profile: Profile) -> tuple[_Metric, ...]:
    if profile is Profile.BEFORE_2022:
        return _SCREEN_BEFORE_2022
    return _SCREEN_OTHERWISE if is_outbound or stream.get("videoCodec") == "h264s" else _SCREEN_INBOUND


def _by_any(stream: JsonObject, metrics: tuple[_Metric, ...]) -> Classified:
    """Poor by each metric that is."""
    numbers, reasons = [], []
    for metric in metrics:
        if (value := metric.reading(stream)) is not None:
            numbers.append((metric.name, value))
            if metric.is_poor(value):
                reasons.append(Reason(metric.name, value, metric.threshold, metric.unit))
    verdict = Verdict.POOR if reasons else Verdict.GOOD if numbers else Verdict.UNCLASSIFIED
    return Classified(verdict, tuple(reasons), tuple(numbers))


def _by_first(stream: JsonObject, metrics: tuple[_Metric, ...]) -> Classified:
    """By the first metric that the stream has, whatever the others say."""
    return _by_any(stream, next(((each,) for each in metrics if each.reading(stream) is not None), ()))
