"""Streams of audio, video and shared screens, as mediaStream.

https://learn.microsoft.com/graph/api/resources/callrecords-mediastream
"""

from dataclasses import dataclass
from random import Random

from callrecords.graphtypes import JsonObject
from local.traffic.conditions import Conditions
from local.traffic.primitives import Span, date_time, duration, single


@dataclass(frozen=True)
class Flow:
    """What goes one way between two ends: when, over what network, and whether by telephone."""

    direction: str
    span: Span
    conditions: Conditions
    telephone: bool


_UNMEASURED: JsonObject = {
    "streamId": None,
    "startDateTime": None,
    "endDateTime": None,
    "streamDirection": None,
    "averageAudioDegradation": None,
    "averageJitter": None,
    "maxJitter": None,
    "averagePacketLossRate": None,
    "maxPacketLossRate": None,
    "averageRatioOfConcealedSamples": None,
    "maxRatioOfConcealedSamples": None,
    "averageRoundTripTime": None,
    "maxRoundTripTime": None,
    "packetUtilization": None,
    "averageBandwidthEstimate": None,
    "wasMediaBypassed": None,
    "postForwardErrorCorrectionPacketLossRate": None,
    "averageVideoFrameLossPercentage": None,
    "averageReceivedFrameRate": None,
    "lowFrameRateRatio": None,
    "averageVideoPacketLossRate": None,
    "averageVideoFrameRate": None,
    "lowVideoProcessingCapabilityRatio": None,
    "averageAudioNetworkJitter": None,
    "maxAudioNetworkJitter": None,
    "audioCodec": "unknown",
    "videoCodec": "unknown",
    "rmsFreezeDuration": None,
    "averageFreezeDuration": None,
    "isAudioForwardErrorCorrectionUsed": None,
}
# Everything that the receiving client measures: null where its report never came.
MEASURED = tuple(name for name, value in _UNMEASURED.items() if value is None and not name.startswith("stream"))

_CODECS = (("satin", "satinFullband", "silkWide", "opus", "g722"), (70, 10, 8, 8, 4))
_TELEPHONE_CODECS = (("pcmu", "pcma", "g722", "silkNarrow", "amrWide"), (40, 25, 15, 15, 5))
_VIDEO_CODECS = (("h264", "av1", "h265"), (80, 15, 5))
_SCREEN_CODECS = (("h264", "h264s", "av1"), (60, 25, 15))


def audio_stream(rng: Random, flow: Flow) -> JsonObject:
    """50 packets a second while somebody speaks, under 500 in all from a muted microphone."""
    packets = int(50 * flow.span.seconds * rng.uniform(0.3, 0.98))
    if rng.random() < 0.25:
        packets = min(packets, rng.randrange(500))
    if not packets:
        return data_stream(rng, flow)
    codecs = _TELEPHONE_CODECS if flow.telephone else _CODECS
    stream = _stream(rng, flow, packets) | {
        "wasMediaBypassed": rng.choices((None, False, True), (60, 35, 5))[0],
        "audioCodec": rng.choices(*codecs)[0],
        "isAudioForwardErrorCorrectionUsed": rng.choice((None, False, True)),
    }
    if rng.random() < 0.06:
        return stream
    jitter = flow.conditions.jitter * rng.uniform(0.7, 1.1)
    concealed = min(flow.conditions.loss * rng.uniform(0.4, 1) + rng.expovariate(200), 1)
    return (
        stream
        | _transport(rng, flow.conditions)
        | {
            "averageAudioDegradation": single(min(rng.expovariate(5) + flow.conditions.loss * 4, 4)),
            "averageRatioOfConcealedSamples": single(concealed),
            "maxRatioOfConcealedSamples": single(min(concealed * 1.6, 1)),
            "averageAudioNetworkJitter": duration(jitter * 3),
            "maxAudioNetworkJitter": duration(jitter * 8),
        }
    )


def video_stream(rng: Random, flow: Flow) -> JsonObject:
    """A camera's stream. Which figures there are differs: frame loss mostly, else frame rate, else packet loss."""
    stream = _stream(rng, flow, int(180 * flow.span.seconds)) | {"videoCodec": rng.choices(*_VIDEO_CODECS)[0]}
    bad = flow.conditions.poor and rng.random() < 0.6
    figures = _video_figures(rng, bad, frame_rate=rng.uniform(2, 6.9) if bad else rng.uniform(8, 30))
    (left_out,) = rng.choices(range(4), (84, 8, 4, 4))
    for name in (
        "averageVideoFrameLossPercentage",
        "averageVideoFrameRate",
        "postForwardErrorCorrectionPacketLossRate",
    )[:left_out]:
        figures[name] = None
    return stream | _transport(rng, flow.conditions) | figures


def screen_stream(rng: Random, flow: Flow) -> JsonObject:
    """A shared screen, sent as video: few frames, and none while nothing moves."""
    stream = _stream(rng, flow, int(40 * flow.span.seconds)) | {"videoCodec": rng.choices(*_SCREEN_CODECS)[0]}
    if rng.random() < 0.05:
        return stream
    bad = flow.conditions.poor and rng.random() < 0.6
    figures = _video_figures(rng, bad, frame_rate=rng.uniform(0.1, 0.95) if bad else rng.uniform(1.5, 12))
    return stream | _transport(rng, flow.conditions) | figures


def data_stream(rng: Random, flow: Flow) -> JsonObject:
    """A stream of which nothing is measured."""
    return _stream(rng, flow, 0)


def _stream(rng: Random, flow: Flow, packets: int) -> JsonObject:
    times = {}
    if rng.random() < 0.1:  # most streams come without
        times = {"startDateTime": date_time(flow.span.start), "endDateTime": date_time(flow.span.end)}
    return {
        **_UNMEASURED,
        **times,
        "streamId": str(rng.randrange(100, 4_000_000_000)),
        "streamDirection": flow.direction,
        "packetUtilization": packets,
    }


def _transport(rng: Random, conditions: Conditions) -> JsonObject:
    jitter = conditions.jitter * rng.uniform(0.9, 1.1)
    round_trip = conditions.round_trip * rng.uniform(0.9, 1.1)
    loss = conditions.loss * rng.uniform(0.9, 1.1)
    return {
        "averageJitter": duration(jitter),
        "maxJitter": duration(jitter * rng.uniform(1.2, 6)),
        "averagePacketLossRate": single(loss),
        "maxPacketLossRate": single(min(loss * rng.uniform(1, 4), 1)),
        "averageRoundTripTime": duration(round_trip),
        "maxRoundTripTime": duration(round_trip * rng.uniform(1.05, 5)),
        "averageBandwidthEstimate": rng.randrange(400_000, 20_000_000),
    }


def _video_figures(rng: Random, bad: bool, frame_rate: float) -> JsonObject:
    freeze = rng.uniform(0.4, 3) if bad else rng.uniform(0, 0.2)
    return {
        "postForwardErrorCorrectionPacketLossRate": single(rng.uniform(0.16, 0.4) if bad else rng.uniform(0, 0.02)),
        "averageVideoFrameLossPercentage": single(rng.uniform(51, 90) if bad else rng.uniform(0, 20)),
        "averageReceivedFrameRate": single(frame_rate * 0.98),
        "lowFrameRateRatio": single(rng.uniform(0.4, 1) if bad else rng.uniform(0, 0.1)),
        "averageVideoPacketLossRate": single(rng.uniform(0.05, 0.3) if bad else rng.uniform(0, 0.01)),
        "averageVideoFrameRate": single(frame_rate),
        "lowVideoProcessingCapabilityRatio": single(rng.uniform(0, 0.05)),
        "rmsFreezeDuration": duration(freeze * 1.4),
        "averageFreezeDuration": duration(freeze),
    }
