"""Good and poor streams, as Microsoft's Call Quality Dashboard (CQD) tells them apart.

https://learn.microsoft.com/microsoftteams/stream-classification-in-call-quality-dashboard. Poor audio means a network
that was not fit for audio, not audio that somebody found bad.
"""

from collections.abc import Container, Mapping
from enum import StrEnum
from typing import NamedTuple

from callrecords.facts.media import Modality
from callrecords.facts.metrics import (
    CONCEALED,
    DEGRADATION,
    FRAME_LOSS,
    JITTER,
    LOSS_AFTER_CORRECTION,
    PACKET_LOSS,
    ROUND_TRIP,
    Metric,
    Unit,
    frame_rate,
    is_poor_below,
)
from callrecords.graphtypes import JsonObject, number


class Verdict(StrEnum):
    """The class of a stream, and of what has several."""

    GOOD = "good"
    POOR = "poor"
    UNCLASSIFIED = "unclassified"


class Profile(StrEnum):
    """Which of Microsoft's definitions: the one since 2022, or the one before, for figures that go on from it."""

    CURRENT = "current"
    BEFORE_2022 = "before2022"


class StreamKind(StrEnum):
    """What a stream carries, as far as it has rules of its own.

    A screen that a client sends to a service is classified otherwise than one that is received, and so is any in the
    codec h264s.
    """

    AUDIO = "audio"
    VIDEO = "video"
    SCREEN_RECEIVED = "screenReceived"
    SCREEN_SENT = "screenSent"


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


class Rule(NamedTuple):
    """How a stream is classified: by the first of the metrics that it has whatever the others say, or by every one.

    Only a stream of more packets than `packets` is classified, where that is told.
    """

    metrics: tuple[Metric, ...]
    by_first: bool
    packets: int | None = None

    def classified(self, stream: JsonObject) -> Classified:
        """The class of the stream. A metric that is missing, or whose value cannot be, decides nothing."""
        if self.packets is not None and (number(stream.get("packetUtilization")) or 0) <= self.packets:
            return Classified(Verdict.UNCLASSIFIED)
        numbers, reasons = [], []
        for metric in self.metrics:
            if (value := metric.reading(stream)) is not None:
                numbers.append((metric.name, value))
                if metric.is_poor(value):
                    reasons.append(Reason(metric.name, value, metric.threshold, metric.unit))
                if self.by_first:
                    break
        verdict = Verdict.POOR if reasons else Verdict.GOOD if numbers else Verdict.UNCLASSIFIED
        return Classified(verdict, tuple(reasons), tuple(numbers))


_NETWORK = (ROUND_TRIP, PACKET_LOSS, JITTER)
_VIDEO = Rule((FRAME_LOSS, frame_rate(7), LOSS_AFTER_CORRECTION), by_first=True)
_SCREEN_BEFORE_2022 = Rule((FRAME_LOSS, frame_rate(2), LOSS_AFTER_CORRECTION), by_first=True)

RULES: Mapping[Profile, Mapping[StreamKind, Rule]] = {
    Profile.CURRENT: {
        StreamKind.AUDIO: Rule(_NETWORK, by_first=False, packets=500),
        StreamKind.VIDEO: _VIDEO,
        StreamKind.SCREEN_RECEIVED: Rule((FRAME_LOSS,), by_first=True),
        StreamKind.SCREEN_SENT: Rule((frame_rate(1),), by_first=True),
    },
    Profile.BEFORE_2022: {
        StreamKind.AUDIO: Rule((*_NETWORK, DEGRADATION, CONCEALED), by_first=False),
        StreamKind.VIDEO: _VIDEO,
        StreamKind.SCREEN_RECEIVED: _SCREEN_BEFORE_2022,
        StreamKind.SCREEN_SENT: _SCREEN_BEFORE_2022,
    },
}
"""Of each definition."""


def classify(
    stream: JsonObject, modality: Modality, is_outbound: bool, profile: Profile = Profile.CURRENT
) -> Classified:
    """The class of one mediaStream that carries `modality`.

    `is_outbound`: it goes from a client to a service, which only matters for shared screens. An audio stream of up to
    500 packets, or of unknown many, is unclassified in the current profile: there CQD never calls it poor, and so few
    packets do not show that it was good. Application sharing always is, because Graph has none of its metrics; CQD
    looks at ICE as well, which Graph does not have.
    """
    kind = _kind(stream, modality, is_outbound)
    return RULES[profile][kind].classified(stream) if kind else Classified(Verdict.UNCLASSIFIED)


def _kind(stream: JsonObject, modality: Modality, is_outbound: bool) -> StreamKind | None:
    match modality:
        case Modality.AUDIO:
            return StreamKind.AUDIO
        case Modality.VIDEO:
            return StreamKind.VIDEO
        case Modality.VIDEO_BASED_SCREEN_SHARING:
            is_sent = is_outbound or stream.get("videoCodec") == "h264s"
            return StreamKind.SCREEN_SENT if is_sent else StreamKind.SCREEN_RECEIVED
    return None


def worse(metric: str, one: float, other: float) -> float:
    """The worse of two values of the metric."""
    return min(one, other) if is_poor_below(metric) else max(one, other)


def roll_up(verdicts: Container[Verdict]) -> Verdict:
    """The class of what has streams, or media, of these classes: poor if one is, good if one is and none is poor."""
    if Verdict.POOR in verdicts:
        return Verdict.POOR
    return Verdict.GOOD if Verdict.GOOD in verdicts else Verdict.UNCLASSIFIED
