"""Whether a call came in, went out or stayed inside, as seen from one organisation."""

from collections.abc import Mapping, Sequence
from typing import Literal

from callrecords.facts.parties import Kind, Party
from callrecords.facts.serviceroles import VOICE_SERVICES
from callrecords.facts.voice.answers import Answer
from callrecords.facts.voice.legs import Leg
from callrecords.ports.callrow import Certainty, Direction, DirectionRow

type _Place = Literal["own", "outside"]

_OUTSIDE = (Kind.PHONE, Kind.GUEST, Kind.ACS)
_DIRECTIONS: Mapping[tuple[_Place | None, _Place | None], Direction] = {
    ("own", "own"): "internal",
    ("own", "outside"): "outbound",
    ("outside", "own"): "inbound",
    # Graph tells an organisation of its own calls: where one end is outside, the other is somebody of it.
    (None, "outside"): "outbound",
    ("outside", None): "inbound",
}


def direction(
    caller: Party, certainty: Certainty, called: Party | None, service: str | None, tenant_id: str
) -> DirectionRow | None:
    """Where the call went, from the kinds and the tenants of both; None where they do not tell.

    A telephone number is outside, and so is a user of another tenant, a visitor and a user of Communication Services.
    A `service` that was called belongs to the organisation, unless another tenant is told: likely, for a colleague may
    call the attendant of others.
    """
    if called is None and service is None:
        return None
    origin, goal = _place(caller, tenant_id), _place(called, tenant_id)
    is_sure = certainty == "certain" and origin is not None and (goal is not None or service is not None)
    if service and goal is None:
        is_sure, goal = is_sure and origin == "outside", "own"
    value = _DIRECTIONS.get((origin, goal))
    if value is None:
        return None
    kinds = {"caller": caller.kind.value, "called": service or (called.kind.value if called else "")}
    return {"value": value, "certainty": "certain" if is_sure else "likely", "evidence": {**kinds}}


def called_first(
    legs: Sequence[Leg], answers: Sequence[Answer], caller: Party, parties: Mapping[str, Party]
) -> tuple[Party | None, str | None]:
    """Who was called first, or by what account the service goes that was, and the role of that service."""
    for leg in legs:
        called = leg.item.ends["callee"].party
        if leg.is_direct and (called is None or called.key != caller.key):
            return (parties.get(called.key or "", called) if called else None), None
        for end in leg.item.ends.values():
            if end.role in VOICE_SERVICES:
                return end.party, end.role
    return (answers[0].who if answers else None), None


def _place(party: Party | None, tenant_id: str) -> _Place | None:
    if party is None:
        return None
    if party.kind in _OUTSIDE:
        return "outside"
    if party.tenant_id is None:
        return None
    return "own" if party.tenant_id == tenant_id else "outside"
