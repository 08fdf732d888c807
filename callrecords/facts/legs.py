"""The legs of a call: what each of its sessions tells, with its segments and their media.

https://learn.microsoft.com/graph/api/resources/callrecords-session
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from callrecords.facts.endpoints import Endpoint, Network, endpoint, network
from callrecords.facts.media import Modality, modality_of
from callrecords.facts.parties import Kind
from callrecords.facts.streamquality import Profile, Reason, Verdict, classify
from callrecords.graphtypes import JsonObject, as_object, moment, objects, text, texts

SIDES = ("caller", "callee")
_MEDIA = {
    Modality.AUDIO: "audio",
    Modality.VIDEO: "video",
    Modality.VIDEO_BASED_SCREEN_SHARING: "screenSharing",
    Modality.SCREEN_SHARING: "screenSharing",
}
_RECEIVERS = {"callerToCallee": "callee", "calleeToCaller": "caller"}


class Failure(NamedTuple):
    """What failed in a session or segment, and in which stage of its life."""

    stage: str | None
    reason: str | None


class Stream(NamedTuple):
    """A classified stream; `subnets` are those of the clients at its ends."""

    media: str
    direction: str | None
    verdict: Verdict
    reasons: tuple[Reason, ...]
    subnets: frozenset[str]


class Leg(NamedTuple):
    """A session: the way from a participant to the service of a meeting, or to another participant.

    `endpoints` and `networks` are lists by side. The first endpoint is the session's, those of its segments follow;
    the networks are those of clients.
    """

    session_id: str | None
    start: datetime | None
    end: datetime | None
    is_test: bool | None
    endpoints: dict[str, list[Endpoint]]
    networks: dict[str, list[Network]]
    failures: list[Failure]
    streams: list[Stream]

    @property
    def duration(self) -> float | None:
        """Seconds from start to end."""
        return seconds_between(self.start, self.end)

    def rating(self, side: str) -> str | None:
        """What the person at that end answered after the call."""
        return next((end.rating for end in self.endpoints[side] if end.rating), None)


class _Media(NamedTuple):
    properties: JsonObject
    ends: dict[str, Endpoint]
    networks: dict[str, Network | None]


def leg(session: JsonObject, kinds: Mapping[str, Kind], profile: Profile) -> Leg:
    """The leg of a session with its segments; `kinds` are those of parties known by Party.key."""
    segments = objects(session.get("segments"))
    ends = [{side: endpoint(as_object(session.get(side)), kinds) for side in SIDES}]
    ends += [_ends(segment, session, ends[0], kinds) for segment in segments]
    media = [each for segment, own in zip(segments, ends[1:], strict=True) for each in _media(segment, own)]
    modalities = texts(session.get("modalities"))
    is_test = session.get("isTest")
    return Leg(
        session_id=text(session.get("id")),
        start=moment(session.get("startDateTime")),
        end=moment(session.get("endDateTime")),
        is_test=is_test if isinstance(is_test, bool) else None,
        endpoints={side: [each[side] for each in ends] for side in SIDES},
        networks={side: [found for each in media if (found := each.networks[side])] for side in SIDES},
        failures=list(dict.fromkeys(failure for each in (session, *segments) if (failure := _failure(each)))),
        streams=[stream for each in media for stream in _streams(each, modalities, profile)],
    )


def seconds_between(start: datetime | None, end: datetime | None) -> float | None:
    """To the millisecond; None where one is not known, or where they are the wrong way round."""
    if start is None or end is None or end < start:
        return None
    return round((end - start).total_seconds(), 3)


def _ends(
    segment: JsonObject, session: JsonObject, of_session: dict[str, Endpoint], kinds: Mapping[str, Kind]
) -> dict[str, Endpoint]:
    """Those of the segment: most repeat the session's word for word."""
    told = {side: as_object(segment.get(side)) for side in SIDES}
    return {
        side: endpoint(told[side], kinds) if told[side] not in ({}, session.get(side)) else end
        for side, end in of_session.items()
    }


def _media(segment: JsonObject, ends: dict[str, Endpoint]) -> Iterator[_Media]:
    for media in objects(segment.get("media")):
        networks = {side: network(media.get(f"{side}Network")) if end.is_client else None for side, end in ends.items()}
        yield _Media(media, ends, networks)


def _streams(media: _Media, modalities: Collection[str], profile: Profile) -> Iterator[Stream]:
    label = text(media.properties.get("label"))
    subnets = frozenset(found.subnet for found in media.networks.values() if found and found.subnet)
    for stream in objects(media.properties.get("streams")):
        modality = modality_of(stream, label, modalities)
        if modality in _MEDIA:
            direction = text(stream.get("streamDirection"))
            receiver = _RECEIVERS.get(direction or "")
            is_outbound = receiver is not None and media.ends[receiver].is_service
            verdict, reasons = classify(stream, modality, is_outbound, profile)
            yield Stream(_MEDIA[modality], direction, verdict, reasons, subnets)


def _failure(properties: JsonObject) -> Failure | None:
    info = as_object(properties.get("failureInfo"))
    if not info:
        return None
    found = Failure(text(info.get("stage")), text(info.get("reason")))
    return found if any(found) else None
