"""Which other endpoints impaired what an endpoint received.

In a meeting the way up, from a client to the service, and the way down are streams of their own: loss on the way up
is that of the sender's network, and everyone else hears it. Between two people one stream goes each way, over both
networks: the other's is to blame where something speaks against it and nothing against one's own.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from callrecords.facts.endpoints import Endpoint
from callrecords.facts.ends import Side
from callrecords.facts.intervals import Interval, overlap, union
from callrecords.facts.networkcauses import network_causes
from callrecords.facts.networks import properties
from callrecords.facts.streamquality import Verdict
from callrecords.facts.streams import Stream
from callrecords.graphtypes import JsonObject
from callrecords.ports.callrow import Medium

MOST_NAMED = 10
"""Where more endpoints impaired one, so many are named and the others counted."""


class Impairing(NamedTuple):
    """The ids of the endpoints that impaired another, the worst first, and how many more there are."""

    endpoint_ids: list[str]
    more: int


class _Sender(NamedTuple):
    """An endpoint and the times at which its way up was poor, the first and the last moment of them before all."""

    endpoint: Endpoint
    start: datetime
    end: datetime
    times: tuple[Interval, ...]


def impairing(endpoints: Sequence[Endpoint]) -> Mapping[str, Impairing]:
    """By the id of each endpoint that received poor media those that impaired it, where there are any."""
    sender_of = {id(stream): each for each in endpoints for stream in each.sent}
    senders: dict[frozenset[Medium], list[_Sender]] = {}
    found = {}
    for endpoint in endpoints:
        media = frozenset(_poor_by_medium(endpoint.received))
        if not media:
            continue
        if endpoint.faces_service:
            if media not in senders:
                senders[media] = _senders(endpoints, media)
            by = _in_meeting(endpoint, media, senders[media])
        else:
            by = _between_two(endpoint, sender_of)
        if by.endpoint_ids:
            found[endpoint.endpoint_id] = by
    return found


def _between_two(endpoint: Endpoint, sender_of: Mapping[int, Endpoint]) -> Impairing:
    """The senders of what was poor, of whose networks something is told that is not told of its own: of the networks
    that these streams went over."""
    poor = [stream for stream in endpoint.received if stream.verdict is Verdict.POOR and stream.medium]
    if network_causes([_network(each, each.receiver) for each in poor]):
        return Impairing([], 0)
    by_sender: dict[Endpoint, list[JsonObject]] = {}
    for stream in poor:
        if sender := sender_of.get(id(stream)):
            by_sender.setdefault(sender, []).append(_network(stream, stream.sender))
    return Impairing([each.endpoint_id for each, networks in by_sender.items() if network_causes(networks)], 0)


def _network(stream: Stream, side: Side | None) -> JsonObject:
    """That of the client at this side of the stream; that of a gateway is nobody's."""
    is_clients = side is not None and stream.segment.ends[side].is_client
    return properties(stream.media.get(f"{side}Network")) if is_clients else {}


def _in_meeting(endpoint: Endpoint, media: frozenset[Medium], senders: Sequence[_Sender]) -> Impairing:
    """Those whose way up was poor while what this one received was, as far as times are told."""
    own = _times(endpoint, endpoint.received, media)
    if not own:
        return Impairing([], 0)
    start, end = own[0].start, own[-1].end
    there = [
        each.endpoint_id
        for each, first, last, times in senders  # of thousands, for each of thousands
        if first < end and start < last and (len(own) == len(times) == 1 or _overlap(own, times))
    ]
    if endpoint.endpoint_id in there:
        there.remove(endpoint.endpoint_id)
    return Impairing(there[:MOST_NAMED], len(there) - len(there[:MOST_NAMED]))


def _overlap(some: tuple[Interval, ...], others: tuple[Interval, ...]) -> bool:
    return any(overlap(one, other) for one in some for other in others)


def _senders(endpoints: Sequence[Endpoint], media: frozenset[Medium]) -> list[_Sender]:
    """The endpoints whose way up to a service was poor, the worst first, and when it was; not those without a time."""
    counts = {
        each: sum(count for medium, count in _poor_by_medium(each.sent).items() if medium in media)
        for each in endpoints
        if each.faces_service and each.end.is_client
    }
    found = [each for each, count in counts.items() if count]
    found.sort(key=lambda each: (-counts[each], each.endpoint_id))
    at = ((each, _times(each, each.sent, media)) for each in found)
    return [_Sender(each, times[0].start, times[-1].end, times) for each, times in at if times]


def _times(endpoint: Endpoint, streams: Sequence[Stream], media: frozenset[Medium]) -> tuple[Interval, ...]:
    """When the poor streams of these media flowed: in their segments, or where no time of one is told, in the stay."""
    segments = [each.segment.interval for each in streams if each.verdict is Verdict.POOR and each.medium in media]
    if not all(segments):
        return union(endpoint.intervals)
    return union(each for each in segments if each)


def _poor_by_medium(streams: Sequence[Stream]) -> dict[Medium, int]:
    counts: dict[Medium, int] = {}
    for stream in streams:
        if stream.verdict is Verdict.POOR and stream.medium:
            counts[stream.medium] = counts.get(stream.medium, 0) + 1
    return counts
