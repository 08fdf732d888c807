"""Calls between two clients: one session, whose id is the call's, with one segment of the same id."""

from datetime import datetime, timedelta
from random import Random

from callrecords.graphtypes import JsonObject
from local.traffic.endpoints import participant_end
from local.traffic.media import AUDIO, BOTH, DATA, SCREEN, TO_CALLEE, TO_CALLER, VIDEO, Negotiated
from local.traffic.people import Organisation, Party, communication_services_user
from local.traffic.primitives import Span, cut, guid
from local.traffic.records import call_record
from local.traffic.sessions import session

# Graph documents no reasons; all that the generator gives are invented.
_SET_UP_FAILURES = (
    "No answer before the time-out.",
    "The callee declined the call.",
    "No endpoint of the callee could be reached.",
    "The ends could not agree on media.",
)
_MEDIA_LOST = "Media connectivity was lost and could not be restored."


def peer_to_peer(
    rng: Random, organisation: Organisation, start: datetime, length: timedelta | None = None
) -> JsonObject:
    """A call within the organisation, at times from or to an outsider."""
    length = length or timedelta(minutes=min(rng.lognormvariate(1.7, 0.9), 90))
    return _call(rng, _pair(rng, organisation), start, length, _negotiated(rng))


def customer_call(rng: Random, organisation: Organisation, start: datetime) -> JsonObject:
    """A call from an application on Azure Communication Services."""
    parties = [communication_services_user(rng), rng.choice(organisation.employees)]
    return _call(rng, parties, start, timedelta(minutes=rng.uniform(1, 25)), {AUDIO: BOTH})


def failed_set_up(rng: Random, organisation: Organisation, start: datetime) -> JsonObject:
    """A call that nobody took: no media."""
    failure = {"reason": rng.choice(_SET_UP_FAILURES), "stage": "callSetup"}
    return _call(rng, _pair(rng, organisation), start, timedelta(seconds=rng.uniform(1, 45)), {}, failure)


def mid_call_failure(rng: Random, organisation: Organisation, start: datetime) -> JsonObject:
    """A call that broke off."""
    failure = {"reason": _MEDIA_LOST, "stage": "midcall"}
    length = timedelta(minutes=rng.uniform(0.5, 20))
    return _call(rng, _pair(rng, organisation), start, length, _negotiated(rng), failure)


def zero_length(rng: Random, organisation: Organisation, start: datetime) -> JsonObject:
    """A call that ended at the moment at which it began."""
    return _call(rng, _pair(rng, organisation), start, timedelta(), {AUDIO: BOTH})


def _call(
    rng: Random,
    parties: list[Party],
    start: datetime,
    length: timedelta,
    negotiated: Negotiated,
    failure: JsonObject | None = None,
) -> JsonObject:
    call_id, start = guid(rng), cut(rng, start)
    span = Span(start, max(start, cut(rng, start + length)))
    caller, callee = parties
    route = [participant_end(rng, caller), participant_end(rng, callee)]
    whole = session(rng, call_id, route, span, negotiated, failure)
    whole["isTest"] = rng.random() < 0.04
    return call_record(rng, call_id, "peerToPeer", span, parties, [whole])


def _pair(rng: Random, organisation: Organisation) -> list[Party]:
    pair = rng.sample(organisation.employees, 2)
    if rng.random() < 0.2:
        pair[1] = rng.choice((*organisation.externals, *organisation.guests))
        rng.shuffle(pair)
    return pair


def _negotiated(rng: Random) -> Negotiated:
    negotiated: Negotiated = {AUDIO: BOTH}
    if rng.random() < 0.3:
        negotiated[VIDEO] = BOTH
    if rng.random() < 0.3:
        negotiated[SCREEN] = (rng.choice((TO_CALLEE, TO_CALLER)),)
    if rng.random() < 0.3:
        negotiated[DATA] = BOTH
    return negotiated
