"""What a row has packed: gzip in base64 of a JSON object. docs/data.md has the code that reads it.

All streams with all their numbers are here, and what is told of endpoints beyond the fields that can be queried.
"""

import base64
import gzip
import zlib
from collections.abc import Iterable, Sequence
from itertools import compress
from typing import Any, NotRequired, TypedDict, cast

import orjson

from callrecords.errors import Unreadable
from callrecords.facts.endpoints import Endpoint
from callrecords.facts.intervals import told
from callrecords.facts.networks import DECIMALS, beyond_rows
from callrecords.facts.sessions import Segment, Session
from callrecords.facts.streams import Stream
from callrecords.graphtypes import JsonObject, known, number, utc
from callrecords.ports.callrow import EndpointRow, PersonRow

# The highest level saves 4 to 9 %. For what is large it takes six times as long as the level chosen there.
_SMALL, _SMALL_LEVEL, _LEVEL = 50_000, 9, 4
_NOTHING = ("", "unknown")
_NUMBERS = (
    "packetUtilization", "averagePacketLossRate", "maxPacketLossRate", "averageRatioOfConcealedSamples",
    "maxRatioOfConcealedSamples", "averageAudioDegradation", "averageBandwidthEstimate",
    "postForwardErrorCorrectionPacketLossRate", "averageVideoFrameLossPercentage", "averageVideoFrameRate",
    "averageReceivedFrameRate", "averageVideoPacketLossRate", "lowFrameRateRatio", "lowVideoProcessingCapabilityRatio",
)  # fmt: skip
_TEXTS = (
    "streamId", "audioCodec", "videoCodec", "averageJitter", "maxJitter", "averageRoundTripTime", "maxRoundTripTime",
    "averageAudioNetworkJitter", "maxAudioNetworkJitter", "averageFreezeDuration", "rmsFreezeDuration",
)  # fmt: skip
_TIMES = ("startDateTime", "endDateTime")
_TRUTHS = ("isAudioForwardErrorCorrectionUsed", "wasMediaBypassed")
_ALL = ("segment", "label", "medium", "sender", "receiver", "verdict", *_NUMBERS, *_TEXTS, *_TIMES, *_TRUTHS)


class Details(TypedDict):
    """What is packed; `participants` and `endpoints` where the row has no room for them."""

    participants: NotRequired[list[PersonRow]]
    endpoints: NotRequired[list[EndpointRow]]
    clients: NotRequired[list[JsonObject]]
    segments: NotRequired[list[JsonObject]]
    streamColumns: NotRequired[list[str]]
    streams: NotRequired[list[list[Any]]]


def details(sessions: Sequence[tuple[Session, Sequence[Stream], Sequence[Endpoint]]]) -> Details:
    """All that is told of the sessions beside the fields of the row.

    `clients` has what is told of the endpoints, in the order of those. Streams are a table: `segment`, `sender` and
    `receiver` are places in the lists of segments and of endpoints, the other columns are Graph's properties as it sent
    them. What is of another type than Graph's counts as missing, and a column with nothing in it is left out.
    """
    segments: list[JsonObject] = []
    table: list[list[Any]] = []
    clients: list[JsonObject] = []
    for session, streams, endpoints in sessions:
        places: dict[int, int] = {}
        for item in session.items:
            for segment in item.segments:
                places[id(segment)] = len(segments)
                segments.append(_segment(session, segment))
        sender, receiver = dict[int, int](), dict[int, int]()
        for place, endpoint in enumerate(endpoints, len(clients)):
            sender.update((id(stream), place) for stream in endpoint.sent)
            receiver.update((id(stream), place) for stream in endpoint.received)
        table += [
            _row(each, places[id(each.segment)], sender.get(id(each)), receiver.get(id(each))) for each in streams
        ]
        clients += [_client(each) for each in endpoints]
    columns = [any(value is not None for value in column) for column in zip(*table, strict=True)]
    return {
        "clients": clients,
        "segments": segments,
        "streamColumns": [*compress(_ALL, columns)],
        "streams": [[*compress(row, columns)] for row in table],
    }


def pack(found: Details) -> str:
    """The details as the row has them."""
    plain = orjson.dumps(found)
    level = _SMALL_LEVEL if len(plain) < _SMALL else _LEVEL
    return base64.b64encode(gzip.compress(plain, level, mtime=0)).decode()


def unpack(packed: str) -> Details:
    """The details of a row. Raises Unreadable where they are damaged."""
    try:
        found = orjson.loads(gzip.decompress(base64.b64decode(packed, validate=True)))
    except (ValueError, EOFError, OSError, zlib.error):
        found = None
    if not isinstance(found, dict):
        raise Unreadable("The details of a row are no JSON object in gzip in base64.")
    return cast("Details", found)


def streams_of(found: Details) -> Iterable[JsonObject]:
    """The streams as objects, without what is not known."""
    for row in found.get("streams", ()):
        yield {name: value for name, value in zip(found["streamColumns"], row, strict=True) if value is not None}


def _row(stream: Stream, segment: int, sender: int | None, receiver: int | None) -> list[Any]:
    get = stream.properties.get
    return [
        segment,
        stream.label,
        stream.medium,
        sender,
        receiver,
        stream.verdict if stream.medium else None,
        *[value if value is None else _number(value) for value in map(get, _NUMBERS)],
        *[value if value.__class__ is str and value not in _NOTHING else None for value in map(get, _TEXTS)],
        *[value if told(value) else None for value in map(get, _TIMES)],
        *[value if value.__class__ is bool else None for value in map(get, _TRUTHS)],
    ]


def _number(value: object) -> float | None:
    found = number(value)
    return round(found, DECIMALS) if found.__class__ is float else found


def _segment(session: Session, segment: Segment) -> JsonObject:
    return known(
        {
            "sessionId": session.id,
            "segmentId": segment.id if segment.id != session.id else None,
            "start": utc(segment.interval and segment.interval.start),
            "end": utc(segment.interval and segment.interval.end),
            **{f"{side}Role": end.role for side, end in segment.ends.items()},
            "failure": segment.failure and segment.failure.row,
        }
    )


def _client(endpoint: Endpoint) -> JsonObject:
    """What is told of a client, its networks and devices beside the fields of its row."""
    shared, own = beyond_rows([network for _, network, _ in endpoint.media])
    media = [
        known({"label": label, "network": network, "device": device})
        for (label, _, device), network in zip(endpoint.media, own, strict=True)
    ]
    return known(
        {**endpoint.end.others, "modalities": sorted(endpoint.session.modalities), "network": shared, "media": media}
    )
