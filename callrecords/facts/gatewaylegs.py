"""The legs of a session beyond its clients: between services, gateways and the telephone."""

from collections.abc import Iterator

from callrecords.facts.endpoints import Endpoint
from callrecords.facts.ends import OTHER, SIDES, End, Side
from callrecords.facts.parties import Kind
from callrecords.facts.sessions import Segment, Session
from callrecords.facts.streams import Stream

# How far from the telephone they stand; all else is farther.
_AWAY = {"gateway": 1, "mediationServer": 2, "mediationServerCloudConnectorEdition": 2}
_FARTHEST = 3


def towards(endpoint: Endpoint) -> Iterator[Stream]:
    """The streams beyond the clients of its session that flow to the endpoint."""
    return (each for each in endpoint.between_services if each.receiver == _facing(endpoint, each.segment))


def away_from(endpoint: Endpoint) -> Iterator[Stream]:
    """Those that flow from it."""
    return (each for each in endpoint.between_services if each.sender == _facing(endpoint, each.segment))


def _facing(endpoint: Endpoint, segment: Segment) -> Side:
    """The side of the segment towards the endpoint: its own, unless the segment tells its ends the other way round.

    That is told by what stands nearer to the telephone of the session.
    """
    phone = _phone_side(endpoint.session)
    caller, callee = (_distance(segment.ends[side]) for side in SIDES)
    if phone is None or caller == callee or phone == ("caller" if caller < callee else "callee"):
        return endpoint.side
    return OTHER[endpoint.side]


def _phone_side(session: Session) -> Side | None:
    """The side of the session at which a telephone is, if it is at one alone."""
    sides = {side for item in session.items for side in SIDES if _is_phone(item.ends[side])}
    return sides.pop() if len(sides) == 1 else None


def _is_phone(end: End) -> bool:
    return end.party is not None and end.party.kind is Kind.PHONE


def _distance(end: End) -> int:
    return 0 if _is_phone(end) else _AWAY.get(end.role or "", _FARTHEST)
