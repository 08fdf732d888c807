"""Why an endpoint received, or sent, poor media: rules over what is told of it, each with its evidence.

Several causes may hold at once, and none is proved: the evidence is there for the reader to weigh. Where no rule holds,
the cause is "unknown". A relay is no cause here: Graph tells which one was allocated, not whether it was used.
"""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, cast

from callrecords.facts.endpoints import Endpoint
from callrecords.facts.ends import End
from callrecords.facts.gatewaylegs import away_from, towards
from callrecords.facts.intervals import overlap
from callrecords.facts.metrics import PACKET_LOSS, ROUND_TRIP
from callrecords.facts.networkcauses import Evidence, highest, network_causes
from callrecords.facts.networks import properties
from callrecords.facts.streamquality import Verdict, worse
from callrecords.facts.streams import Stream
from callrecords.graphtypes import JsonObject
from callrecords.ports.callrow import CauseRow

type Direction = Literal["received", "sent"]

LONG_ROUND_TRIP = 0.5  # seconds
LITTLE_LOSS = 0.01  # the share of packets up to which a long way explains a long round trip, and not a bad network
_WIRED = "wired"
_LOSS_OR_JITTER = ("averagePacketLossRate", "averageJitter")


class _Poor(NamedTuple):
    """The poor streams of one direction, with the endpoint's own network and device that each of them went over."""

    endpoint: Endpoint
    direction: Direction
    streams: Sequence[Stream]
    networks: Sequence[JsonObject]
    devices: Sequence[JsonObject]


def causes(endpoint: Endpoint) -> list[CauseRow]:
    """What explains the poor media that the endpoint received, and those that it sent; empty where none was poor."""
    found: list[CauseRow] = []
    for direction, streams in (("received", endpoint.received), ("sent", endpoint.sent)):
        poor = [stream for stream in streams if stream.verdict is Verdict.POOR]
        if poor:
            found += _of_direction(_poor(endpoint, cast("Direction", direction), poor))
    return found


def _poor(endpoint: Endpoint, direction: Direction, streams: Sequence[Stream]) -> _Poor:
    networks, devices = [], []
    for stream in streams:
        side = stream.receiver if direction == "received" else stream.sender
        is_own = side is not None and stream.segment.ends[side].is_client  # else they are those of a gateway
        networks.append(properties(stream.media.get(f"{side}Network")) if is_own else {})
        devices.append(properties(stream.media.get(f"{side}Device")) if is_own else {})
    return _Poor(endpoint, direction, streams, networks, devices)


def _of_direction(poor: _Poor) -> list[CauseRow]:
    found = {**network_causes(poor.networks)}
    found |= {name: evidence for name, rule in _RULES.items() if (evidence := rule(poor))}
    rows: list[CauseRow] = [
        {"cause": name, "direction": poor.direction, "evidence": evidence} for name, evidence in found.items()
    ]
    return rows or [{"cause": "unknown", "direction": poor.direction}]


def _long_way(poor: _Poor) -> Evidence | None:
    for stream in poor.streams:
        round_trip, loss = ROUND_TRIP.reading(stream.properties), PACKET_LOSS.reading(stream.properties)
        if round_trip is not None and loss is not None and round_trip > LONG_ROUND_TRIP and loss <= LITTLE_LOSS:
            return {ROUND_TRIP.name: round_trip, PACKET_LOSS.name: loss}
    return None


def _wired_loss_or_jitter(poor: _Poor) -> Evidence | None:
    wired = [stream for stream, network in zip(poor.streams, poor.networks, strict=True) if _is_wired(network)]
    worst: Evidence = {}
    for reason in (reason for stream in wired for reason in stream.reasons):
        if reason.metric in _LOSS_OR_JITTER:
            known = cast("float", worst.get(reason.metric, reason.value))
            worst[reason.metric] = worse(reason.metric, known, reason.value)
    return {"connectionType": _WIRED, **worst} if worst else None


def _is_wired(network: JsonObject) -> bool:
    return network.get("connectionType") == _WIRED


def _processor(poor: _Poor) -> Evidence | None:
    return highest(poor.devices, "cpuInsufficentEventRatio")  # Graph's spelling


def _device(poor: _Poor) -> Evidence | None:
    part = "render" if poor.direction == "received" else "capture"
    return highest(poor.devices, f"{part}NotFunctioningEventRatio", "deviceGlitchEventRatio")


def _gateway(poor: _Poor) -> Evidence | None:
    """The ends of a stream of the same session that was poor between services, gateways and telephones: one of the same
    medium and way as the poor ones, and of the same time as far as times are told."""
    for stream in towards(poor.endpoint) if poor.direction == "received" else away_from(poor.endpoint):
        is_poor = stream.verdict is Verdict.POOR
        if is_poor and any(each.medium == stream.medium and _may_overlap(each, stream) for each in poor.streams):
            return {side: _name(end) for side, end in stream.segment.ends.items()}
    return None


def _may_overlap(one: Stream, other: Stream) -> bool:
    times = one.segment.interval, other.segment.interval
    return times[0] is None or times[1] is None or overlap(times[0], times[1])


_RULES: dict[str, Callable[[_Poor], Evidence | None]] = {
    "longWay": _long_way,
    "wiredLossOrJitter": _wired_loss_or_jitter,
    "processor": _processor,
    "device": _device,
    "gatewayLeg": _gateway,
}


def _name(end: End) -> str:
    return end.role or (end.party.kind.value if end.party else "unknown")
