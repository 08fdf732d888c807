"""Meetings: a session for each stay of a participant, between the participant and a service of Teams."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from callrecords.graphtypes import JsonObject
from local.traffic.endpoints import participant_end, service_end
from local.traffic.media import AUDIO, BOTH, DATA, SCREEN, TO_CALLEE, TO_CALLER, VIDEO, Negotiated
from local.traffic.people import Organisation, Party, passer_by
from local.traffic.primitives import Span, cut, guid
from local.traffic.records import call_record
from local.traffic.sessions import session
from local.traffic.telephony import dial_in_session


@dataclass(frozen=True)
class _Plan:
    """What the whole meeting shares: its times, who shows a screen, and whether cameras are on."""

    start: datetime
    end: datetime
    presenter: Party | None
    video: bool


def meeting(rng: Random, organisation: Organisation, start: datetime, size: int, rejoins: int) -> JsonObject:
    """A meeting of `size` sessions with `size - rejoins` participants, `rejoins` of whom came back once."""
    parties = _attendees(rng, organisation, size - rejoins)
    large = size > 60  # nobody gathers that many people to show them nothing
    plan = _Plan(
        start=start,
        end=start + timedelta(minutes=rng.choice((15, 30, 30, 45, 60, 60, 90))),
        presenter=parties[0] if large or rng.random() < 0.5 else None,
        video=large or rng.random() < 0.5,
    )
    sessions, stays = [], []
    for number, party in enumerate(parties):
        stay = _stay(rng, plan)
        if 1 <= number <= rejoins:
            first, stay = _interrupted(rng, stay)
            failure = rng.choice((None, {"reason": "The client lost its network.", "stage": "midcall"}))
            sessions.append(_session(rng, plan, party, first, failure))
            stays.append(first)
        sessions.append(_session(rng, plan, party, stay))
        stays.append(stay)
    span = Span(min(stay.start for stay in stays), max(stay.end for stay in stays))
    return call_record(rng, guid(rng), "groupCall", span, parties, sessions, _join_url(rng, parties[0]))


def _attendees(rng: Random, organisation: Organisation, count: int) -> list[Party]:
    """The organiser, colleagues, people and telephones from outside, and passers-by."""
    organiser = rng.choice(organisation.externals if rng.random() < 0.05 else organisation.employees)
    colleagues = [party for party in organisation.employees if party is not organiser]
    outsiders = (*organisation.externals, *organisation.guests, *organisation.phones[:20])
    visitors = [party for party in (*organisation.rooms, *outsiders) if party is not organiser]
    inside = min(count - 1 - round(count * rng.choice((0, 0, 0.1, 0.2, 0.4))), len(colleagues))
    known = min(math.ceil((count - 1 - inside) * 0.75), len(visitors))
    unknown = count - 1 - inside - known
    return [
        organiser,
        *rng.sample(colleagues, inside),
        *rng.sample(visitors, known),
        *(passer_by(rng) for _ in range(unknown)),
    ]


def _stay(rng: Random, plan: _Plan) -> Span:
    """When a participant is there: from about the start to about the end, but one in ten leaves early."""
    length = plan.end - plan.start
    joined = plan.start + min(timedelta(seconds=rng.expovariate(1 / 90)), length / 4)
    left = plan.end - length * (rng.uniform(0, 0.5) if rng.random() < 0.1 else rng.uniform(-0.05, 0.02))
    return Span(cut(rng, joined), cut(rng, left))


def _interrupted(rng: Random, stay: Span) -> tuple[Span, Span]:
    """`stay` in two parts, with less than a minute between them."""
    gone = stay.start + (stay.end - stay.start) * rng.uniform(0.2, 0.7)
    back = gone + timedelta(seconds=rng.uniform(4, 50))
    return Span(stay.start, cut(rng, gone)), Span(cut(rng, back), stay.end)


def _session(rng: Random, plan: _Plan, party: Party, stay: Span, failure: JsonObject | None = None) -> JsonObject:
    if party.kind == "phone":
        return dial_in_session(rng, party, stay)
    role = rng.choices(("skypeForBusinessAudioVideoMcu", "mediaController"), (90, 10))[0]
    route = [participant_end(rng, party), service_end(rng, role)]
    return session(rng, guid(rng), route, stay, _negotiated(rng, plan, party), failure)


def _negotiated(rng: Random, plan: _Plan, party: Party) -> Negotiated:
    negotiated: Negotiated = {AUDIO: BOTH}
    if plan.video:
        negotiated[VIDEO] = rng.choice((BOTH, (TO_CALLER,)))
    if plan.presenter is not None:
        negotiated[SCREEN] = (TO_CALLEE,) if party is plan.presenter else (TO_CALLER,)
    if rng.random() < 0.3:
        negotiated[DATA] = BOTH
    return negotiated


def _join_url(rng: Random, organiser: Party) -> str:
    context = f"%7b%22Tid%22%3a%22{organiser.tenant_id}%22%2c%22Oid%22%3a%22{organiser.id}%22%7d"
    thread = f"19%3ameeting_{rng.getrandbits(192):048X}%40thread.v2"
    return f"https://teams.example/l/meetup-join/{thread}/0?context={context}"
