"""Calls from and to telephones: several segments, because services hand the call on."""

from datetime import datetime, timedelta
from random import Random

from callrecords.graphtypes import JsonObject
from local.traffic.endpoints import End, participant_end, service_end
from local.traffic.media import AUDIO, BOTH, Negotiated
from local.traffic.people import Organisation, Party
from local.traffic.primitives import Span, cut, guid
from local.traffic.records import call_record
from local.traffic.sessions import session

_FAILURES = ("The called number was busy.", "The gateway refused the call.")


def telephone_call(rng: Random, organisation: Organisation, start: datetime) -> JsonObject:
    """A call between an employee and a telephone, at times by way of a call queue; one in ten fails."""
    parties = [rng.choice(organisation.phones), rng.choice(organisation.employees)]
    route = [participant_end(rng, parties[0]), service_end(rng, "gateway"), participant_end(rng, parties[1])]
    if rng.random() < 0.7:  # the others have media bypass
        route.insert(2, service_end(rng, "mediationServer"))
    if rng.random() < 0.25:
        parties.append(rng.choice(organisation.call_queues))
        route.insert(-1, service_end(rng, "skypeForBusinessCallQueues"))
    elif rng.random() < 0.5:  # the employee is the caller
        parties.reverse()
        route.reverse()
    return _record(rng, parties, route, cut(rng, start))


def attended_call(rng: Random, organisation: Organisation, start: datetime) -> JsonObject:
    """A call from a telephone that an auto attendant takes and hands to a call queue, where an employee answers it.

    Graph gives the caller's session once for each service, with one id: with the time at each, one after the other, or
    with that of the whole call and the same media (https://learn.microsoft.com/graph/callrecords-api-faq).
    """
    employee = rng.choice(organisation.employees)
    services = [rng.choice(organisation.auto_attendants), rng.choice(organisation.call_queues)]
    caller = rng.choice(organisation.phones)
    begin = cut(rng, start)
    handed_on = cut(rng, begin + timedelta(seconds=rng.uniform(10, 90)))
    answered = cut(rng, handed_on + timedelta(seconds=rng.uniform(5, 240)))
    end = max(answered, cut(rng, answered + timedelta(minutes=min(rng.lognormvariate(1.2, 1.0), 60))))
    is_in_turn = rng.random() < 0.5
    spans = (Span(begin, handed_on), Span(handed_on, end)) if is_in_turn else (Span(begin, end), Span(begin, end))
    end_of_caller, repeated = participant_end(rng, caller), guid(rng)
    sessions = [
        session(rng, repeated, [end_of_caller, service_end(rng, role)], span, {AUDIO: BOTH})
        for role, span in zip(("skypeForBusinessAutoAttendant", "skypeForBusinessCallQueues"), spans, strict=True)
    ]
    if not is_in_turn:
        sessions[1]["segments"][0]["media"] = sessions[0]["segments"][0]["media"]
    route = [participant_end(rng, employee), service_end(rng, "skypeForBusinessCallQueues")]
    sessions.append(session(rng, guid(rng), route, Span(answered, end), {AUDIO: BOTH}))
    return call_record(rng, guid(rng), "groupCall", Span(begin, end), [caller, *services, employee], sessions)


def dial_in_session(rng: Random, party: Party, span: Span) -> JsonObject:
    """The session of a telephone in a meeting."""
    route = [
        participant_end(rng, party),
        service_end(rng, "mediationServer"),
        service_end(rng, "conferencingAttendant"),
    ]
    return session(rng, guid(rng), route, span, {AUDIO: BOTH})


def _record(rng: Random, parties: list[Party], route: list[End], start: datetime) -> JsonObject:
    negotiated: Negotiated = {AUDIO: BOTH}
    length, failure = timedelta(minutes=min(rng.lognormvariate(1.2, 1.0), 60)), None
    if rng.random() < 0.1:
        negotiated, length = {}, timedelta(seconds=rng.uniform(1, 30))
        failure = {"reason": rng.choice(_FAILURES), "stage": "callSetup"}
    span = Span(start, max(start, cut(rng, start + length)))
    # Graph seems not to tell the type of short telephone calls.
    call_type = "unknown" if length < timedelta(minutes=1) or rng.random() < 0.1 else "peerToPeer"
    whole = session(rng, guid(rng), route, span, negotiated, failure)
    return call_record(rng, guid(rng), call_type, span, parties, [whole])
