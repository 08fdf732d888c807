"""The endpoints of a call: each end of a session that is no service, with all that is told of it.

An endpoint is one person's stay in the call with one device. Mentions of one session are one endpoint with several
intervals. Whoever is replaced within a session, as in a transfer, is there for the time of the own segments.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from callrecords.facts.ends import OTHER, SIDES, End, Side, merged
from callrecords.facts.failures import Failure
from callrecords.facts.intervals import Interval, within
from callrecords.facts.networks import properties
from callrecords.facts.parties import Party
from callrecords.facts.serviceroles import VOICE_SERVICES
from callrecords.facts.sessions import Item, Segment, Session
from callrecords.facts.streams import Stream
from callrecords.graphtypes import JsonObject, text


@dataclass(eq=False)
class Endpoint:
    """An endpoint, while its facts are collected: `media` are by label the network and the device of each medium.

    `faces_service`: the other end of its session is a service, as in every meeting. `between_services` are those
    streams of its session that go neither from nor to a client.
    """

    endpoint_id: str
    session: Session
    side: Side
    faces_service: bool
    ends: list[End] = field(default_factory=list)
    intervals: list[Interval] = field(default_factory=list)
    media: list[tuple[str | None, JsonObject, JsonObject]] = field(default_factory=list)
    received: list[Stream] = field(default_factory=list)
    sent: list[Stream] = field(default_factory=list)
    between_services: list[Stream] = field(default_factory=list)

    @cached_property
    def end(self) -> End:
        """What all mentions of it tell together."""
        return merged(self.ends)

    @property
    def failures(self) -> list[Failure]:
        """What failed in its session."""
        return self.session.failures


class _Endpoints:
    """The endpoints of one session, found by side and party."""

    def __init__(self, session: Session, number: int) -> None:
        self._session = session
        self._name = session.id or f"no-id-{number}"
        self._found: dict[tuple[Side, str | None], Endpoint] = {}

    def at(self, side: Side, end: End, other: End) -> Endpoint:
        """The endpoint of that end, whose other end is `other`. One of which no party is told is that of who is there,
        if it is one alone."""
        party = end.party.key if end.party else None
        on_side = {key[1]: key for key in self._found if key[0] == side}
        if party in on_side:
            return self._found[on_side[party]]
        if party is None and len(on_side) == 1:
            return self._found[next(iter(on_side.values()))]
        if None in on_side and not any(told_of.party for told_of in self._found[on_side[None]].ends):
            self._found[side, party] = self._found.pop(on_side[None])
            return self._found[side, party]
        endpoint_id = f"{self._name}/{side}" + (f"/{len(on_side) + 1}" if on_side else "")
        self._found[side, party] = Endpoint(endpoint_id, self._session, side, other.is_service)
        return self._found[side, party]

    def all(self) -> list[Endpoint]:
        return [*self._found.values()]


def endpoints_of(session: Session, streams: Iterable[Stream], number: int) -> list[Endpoint]:
    """The endpoints of the session, whose streams these are; `number` names it where it has no id."""
    endpoints = _Endpoints(session, number)
    at_segments: dict[int, dict[Side, Endpoint]] = {}
    between_services: list[Stream] = []
    for item in session.items:
        own: dict[Side, Endpoint] = {}
        for side in SIDES:
            if not item.ends[side].is_service:
                own[side] = endpoints.at(side, item.ends[side], item.ends[OTHER[side]])
                own[side].ends.append(item.ends[side])
        for segment in item.segments:
            at_segments[id(segment)] = _at_segment(segment, own, endpoints)
        for endpoint in own.values():
            endpoint.intervals += _times(endpoint, item, at_segments)
    for stream in streams:
        at = at_segments[id(stream.segment)]
        between_services += [] if stream.is_clients else [stream]
        if stream.receiver in at:
            at[stream.receiver].received.append(stream)
        if stream.sender in at:
            at[stream.sender].sent.append(stream)
    for endpoint in endpoints.all():
        endpoint.between_services = between_services
    return endpoints.all()


def _at_segment(segment: Segment, own: dict[Side, Endpoint], endpoints: _Endpoints) -> dict[Side, Endpoint]:
    """The endpoints at the sides of the segment, which are told of its networks and devices."""
    found: dict[Side, Endpoint] = {}
    is_turned = _is_turned(segment, own)
    for side in SIDES:
        end = segment.ends[side]
        if end.is_service:
            continue
        at = OTHER[side] if is_turned else side
        found[side] = _same_party(end, at, own) or endpoints.at(at, end, segment.ends[OTHER[side]])
        if end not in found[side].ends:
            found[side].ends.append(end)
        if found[side] not in own.values() and segment.interval:
            found[side].intervals.append(segment.interval)
    for media in segment.media:
        for side, endpoint in found.items():
            if not segment.ends[side].is_client:
                continue  # it is that of a gateway
            network, device = properties(media.get(f"{side}Network")), properties(media.get(f"{side}Device"))
            told_of = text(media.get("label")), network, device
            if (network or device) and told_of not in endpoint.media:
                endpoint.media.append(told_of)
    return found


def _times(endpoint: Endpoint, item: Item, at_segments: Mapping[int, Mapping[Side, Endpoint]]) -> list[Interval]:
    """When it was at its end of the session: all the time, or, if it was replaced there, at its own segments."""
    own = [each.interval for each in item.segments if endpoint in at_segments[id(each)].values()]
    if all(own) and any(_is_replaced(endpoint, each, at_segments[id(each)]) for each in item.segments):
        told = [within(each, item.interval) if item.interval else each for each in own]
        if found := [each for each in told if each]:
            return found
    return [item.interval] if item.interval else []


def _is_replaced(endpoint: Endpoint, segment: Segment, there: Mapping[Side, Endpoint]) -> bool:
    """Whether another party is in its place at the segment, or for the called a mailbox, a queue or an attendant."""
    if endpoint in there.values():
        return False
    is_taken = endpoint.side == "callee" and any(end.role in VOICE_SERVICES for end in segment.ends.values())
    return is_taken or any(each.side == endpoint.side for each in there.values())


def _is_turned(segment: Segment, own: Mapping[Side, Endpoint]) -> bool:
    """Whether the segment tells its ends the other way round: the caller of the session as its callee."""
    caller, callee = (_party_at(own[side]) if side in own else None for side in SIDES)
    if caller is None or (callee is not None and callee.key == caller.key):
        return False
    keys = {side: end.party.key for side, end in segment.ends.items() if end.party}
    return keys.get("callee") == caller.key != keys.get("caller")


def _party_at(endpoint: Endpoint) -> Party | None:
    return next((told_of.party for told_of in endpoint.ends if told_of.party), None)


def _same_party(end: End, side: Side, own: Mapping[Side, Endpoint]) -> Endpoint | None:
    """The end of the session at which this end of a segment is: that of its side, unless another party is there."""
    for each in (side, OTHER[side]):
        if each in own:
            known = _party_at(own[each])
            if each == side and (end.party is None or known is None):
                return own[each]
            if end.party and known and end.party.key == known.key:
                return own[each]
    return None
