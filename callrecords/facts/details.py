"""What a row has packed: gzip in base64 of a JSON object. docs/data.md has the code that reads it.

All streams with all their numbers are here, and what is told of endpoints beyond the fields that can be queried.
"""

import base64
import gzip
import zlib
from collections.abc import Sequence
from typing import NotRequired, TypedDict, cast

import orjson

from callrecords.errors import Unreadable
from callrecords.facts.endpoints import Endpoint
from callrecords.facts.networks import beyond_rows
from callrecords.facts.sessions import Segment, Session
from callrecords.facts.streamcolumns import Columns, Placed, columns_of
from callrecords.facts.streams import Stream
from callrecords.graphtypes import JsonObject, known, utc
from callrecords.ports.callrow import EndpointRow, PersonRow

# The highest level saves 4 to 9 %. For what is large it takes six times as long as the level chosen there.
_SMALL, _SMALL_LEVEL, _LEVEL = 50_000, 9, 4


class Details(TypedDict):
    """What is packed; `participants` and `endpoints` where the row has no room for them."""

    participants: NotRequired[list[PersonRow]]
    endpoints: NotRequired[list[EndpointRow]]
    clients: NotRequired[list[JsonObject]]
    segments: NotRequired[list[JsonObject]]
    streams: NotRequired[Columns]


def details(sessions: Sequence[tuple[Session, Sequence[Stream], Sequence[Endpoint]]]) -> Details:
    """All that is told of the sessions beside the fields of the row.

    `clients` has what is told of the endpoints, in the order of those, and `streams` the columns of streamcolumns.
    """
    segments: list[JsonObject] = []
    placed: list[Placed] = []
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
        placed += [
            Placed(each, places[id(each.segment)], sender.get(id(each)), receiver.get(id(each))) for each in streams
        ]
        clients += [_client(each) for each in endpoints]
    return {"clients": clients, "segments": segments, "streams": columns_of(placed)}


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
