"""The numbers of a stream by which it is classified, with the values beyond which it is poor.

https://learn.microsoft.com/microsoftteams/stream-classification-in-call-quality-dashboard has names and thresholds.
"""

from dataclasses import dataclass
from enum import StrEnum

from callrecords.graphtypes import JsonObject, number, rounded, seconds


class Unit(StrEnum):
    """Of a metric's value and threshold. A ratio is 0 to 1, a point one of the mean opinion score."""

    SECONDS = "seconds"
    RATIO = "ratio"
    PERCENT = "percent"
    FRAMES_PER_SECOND = "framesPerSecond"
    POINTS = "points"


# A share of more than the whole is none.
_MOST = {Unit.RATIO: 1, Unit.PERCENT: 100}
_FRAME_RATE = "averageVideoFrameRate"


@dataclass(frozen=True)
class Metric:
    """A property of mediaStream, and the threshold past which a stream is poor."""

    name: str
    unit: Unit
    threshold: float

    def reading(self, stream: JsonObject) -> float | None:
        """The value of the stream, in the unit, as rows have it; None where it is missing or cannot be.

        Rounded: of single precision, 0.1 may come as 0.10000000149, which is not past a threshold of 0.1.
        """
        value = stream.get(self.name)
        found = seconds(value) if self.unit is Unit.SECONDS else number(value)
        return rounded(found) if found is not None and found <= _MOST.get(self.unit, found) else None

    def is_poor(self, value: float) -> bool:
        """Whether the value is past the threshold."""
        return value < self.threshold if is_poor_below(self.name) else value > self.threshold


ROUND_TRIP = Metric("averageRoundTripTime", Unit.SECONDS, 0.5)
PACKET_LOSS = Metric("averagePacketLossRate", Unit.RATIO, 0.1)
JITTER = Metric("averageJitter", Unit.SECONDS, 0.03)
DEGRADATION = Metric("averageAudioDegradation", Unit.POINTS, 1.0)
CONCEALED = Metric("averageRatioOfConcealedSamples", Unit.RATIO, 0.07)
FRAME_LOSS = Metric("averageVideoFrameLossPercentage", Unit.PERCENT, 50)
LOSS_AFTER_CORRECTION = Metric("postForwardErrorCorrectionPacketLossRate", Unit.RATIO, 0.15)


def frame_rate(threshold: float) -> Metric:
    """The frames a second, which are poor below the threshold."""
    return Metric(_FRAME_RATE, Unit.FRAMES_PER_SECOND, threshold)


def is_poor_below(metric: str) -> bool:
    """Whether a stream is poor below the threshold of the metric, and not above."""
    return metric == _FRAME_RATE
