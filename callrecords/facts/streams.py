"""The streams of a session: what each carries, who sent and who received it, and how good it was.

What a stream tells was measured by its receiver. So what an end received says how the call was for that person, and
what it sent how it was for others.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from callrecords.callrecord import MEDIA
from callrecords.facts.ends import Side
from callrecords.facts.media import Modality, modality_of
from callrecords.facts.sessions import Segment, Session
from callrecords.facts.streamquality import Classified, Profile, Reason, Verdict, classify
from callrecords.graphtypes import JsonObject, objects, text
from callrecords.ports.callrow import Medium

_MEDIA: dict[Modality, Medium] = {
    Modality.AUDIO: "audio",
    Modality.VIDEO: "video",
    Modality.VIDEO_BASED_SCREEN_SHARING: "screenSharing",
    Modality.SCREEN_SHARING: "screenSharing",
}
assert set(_MEDIA.values()) == {*MEDIA}
# From which side, to which.
_WAYS: dict[str, tuple[Side, Side]] = {"callerToCallee": ("caller", "callee"), "calleeToCaller": ("callee", "caller")}

_UNCLASSIFIED = Classified(Verdict.UNCLASSIFIED)


class Stream(NamedTuple):
    """A stream of one of the `media` of a segment: `medium` is None where it is none of those that are classified, or
    nothing tells; `sender` and `receiver` are sides of the segment, where its direction is told.

    `is_clients`: at one end at least there is a client; of the others both are services, gateways or telephones.
    """

    segment: Segment
    media: JsonObject
    label: str | None
    medium: Medium | None
    sender: Side | None
    receiver: Side | None
    is_clients: bool
    properties: JsonObject
    verdict: Verdict
    reasons: tuple[Reason, ...]
    numbers: tuple[tuple[str, float], ...]


def streams_of(session: Session, profile: Profile) -> list[Stream]:
    """The streams of the session, each once.

    Where Graph repeats a session it may repeat its media as well: of one segment, label, id and direction there are as
    many streams as one of the mentions has. Of two mentions of a stream that counts which tells more.
    """
    if len(session.items) == 1:
        return [stream for segment in session.items[0].segments for stream in _streams(segment, session, profile)]
    found: dict[object, Stream] = {}
    for item in session.items:
        in_item = Counter[object]()
        for stream in (each for segment in item.segments for each in _streams(segment, session, profile)):
            identity = _identity(stream)
            in_item[identity] += 1
            key = identity, in_item[identity]
            if key not in found or _told(stream) > _told(found[key]):
                found[key] = stream
    return [*found.values()]


def _identity(stream: Stream) -> object:
    stream_id = text(stream.properties.get("streamId"))
    content = None if stream_id else _content(stream)
    return stream.segment.id, stream.label, stream.sender, stream_id, content


def _told(stream: Stream) -> tuple[int, str]:
    return sum(value is not None for value in stream.properties.values()), _content(stream)


def _content(stream: Stream) -> str:
    return json.dumps(stream.properties, sort_keys=True)


def _streams(segment: Segment, session: Session, profile: Profile) -> Iterator[Stream]:
    is_clients = segment.ends["caller"].is_client or segment.ends["callee"].is_client
    is_service = {side: end.is_service for side, end in segment.ends.items()}
    for media in segment.media:
        label = text(media.get("label"))
        for stream in objects(media.get("streams")):
            modality = modality_of(stream, label, session.modalities)
            medium = _MEDIA.get(modality) if modality else None
            sender, receiver = _WAYS.get(text(stream.get("streamDirection")) or "", (None, None))
            found = _UNCLASSIFIED
            if modality and medium:
                found = classify(stream, modality, receiver is not None and is_service[receiver], profile)
            yield Stream(segment, media, label, medium, sender, receiver, is_clients, stream, *found)


def by_medium(streams: Iterable[Stream]) -> dict[Medium, list[Stream]]:
    """The streams of each medium that has any."""
    found: dict[Medium, list[Stream]] = {}
    for stream in streams:
        if stream.medium:
            found.setdefault(stream.medium, []).append(stream)
    return found
