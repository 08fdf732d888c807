"""All streams of a call with all their numbers, as the columns of a table: these are packed smaller than rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from callrecords.facts.intervals import told
from callrecords.facts.streams import Stream
from callrecords.graphtypes import JsonObject, number, rounded, seconds

type Value = str | float | bool | None
type Columns = Mapping[str, Sequence[Value]]


_NOTHING = ("", "unknown", "unknownFutureValue")


class Placed(NamedTuple):
    """A stream with the places of its segment, and of the endpoints that sent and received it, in the lists of the
    details; None for an end that is a service."""

    stream: Stream
    segment: int
    sender: int | None
    receiver: int | None


def columns_of(placed: Sequence[Placed]) -> Columns:
    """By the name of each column its values, one for each stream; without the columns that have no value at all.

    `segment`, `sender` and `receiver` are places, the columns from packetUtilization on Graph's properties as it sent
    them. What is of another type than Graph's counts as missing.
    """
    rows = [_row(each) for each in placed]
    found = {}
    for name, values in zip(COLUMNS, zip(*rows, strict=True), strict=False):
        clean = _CLEANED.get(name)
        found[name] = clean(values) if clean and not _is_empty(values) else values
    return {name: values for name, values in found.items() if not _is_empty(values)}


def streams_of(columns: Columns) -> Iterator[JsonObject]:
    """The streams as objects, without what is not known."""
    for values in zip(*columns.values(), strict=True):
        yield {name: value for name, value in zip(columns, values, strict=True) if value is not None}


def _row(placed: Placed) -> tuple[Any, ...]:
    stream = placed.stream
    verdict = stream.verdict.value if stream.medium else None
    own = placed.segment, stream.label, stream.medium, placed.sender, placed.receiver, verdict
    return *own, *map(stream.properties.get, _CLEANED)


def _is_empty(values: Sequence[object]) -> bool:
    return values.count(None) == len(values)


def _numbers(values: Sequence[object]) -> list[Value]:
    known = [value if value is None else number(value) for value in values]
    return [rounded(value) if type(value) is float else value for value in known]


def _texts(values: Sequence[object]) -> list[Value]:
    return [value if type(value) is str and value not in _NOTHING else None for value in values]


def _durations(values: Sequence[object]) -> list[Value]:
    return [value if seconds(value) is not None else None for value in _texts(values)]


def _times(values: Sequence[object]) -> list[Value]:
    said = _texts(values)
    is_time = {value: told(value) is not None for value in {*said}}  # many streams begin and end together
    return [value if is_time[value] else None for value in said]


def _truths(values: Sequence[object]) -> list[Value]:
    return [value if isinstance(value, bool) else None for value in values]


# What cleans the values of a column, by Graph's properties.
_CLEANED: dict[str, Callable[[Sequence[object]], list[Value]]] = {
    "packetUtilization": _numbers,
    "averagePacketLossRate": _numbers,
    "maxPacketLossRate": _numbers,
    "averageRatioOfConcealedSamples": _numbers,
    "maxRatioOfConcealedSamples": _numbers,
    "averageAudioDegradation": _numbers,
    "averageBandwidthEstimate": _numbers,
    "postForwardErrorCorrectionPacketLossRate": _numbers,
    "averageVideoFrameLossPercentage": _numbers,
    "averageVideoFrameRate": _numbers,
    "averageReceivedFrameRate": _numbers,
    "averageVideoPacketLossRate": _numbers,
    "lowFrameRateRatio": _numbers,
    "lowVideoProcessingCapabilityRatio": _numbers,
    "streamId": _texts,
    "audioCodec": _texts,
    "videoCodec": _texts,
    "averageJitter": _durations,
    "maxJitter": _durations,
    "averageRoundTripTime": _durations,
    "maxRoundTripTime": _durations,
    "averageAudioNetworkJitter": _durations,
    "maxAudioNetworkJitter": _durations,
    "averageFreezeDuration": _durations,
    "rmsFreezeDuration": _durations,
    "startDateTime": _times,
    "endDateTime": _times,
    "isAudioForwardErrorCorrectionUsed": _truths,
    "wasMediaBypassed": _truths,
}
COLUMNS = ("segment", "label", "medium", "sender", "receiver", "verdict", *_CLEANED)
