"""The legs of a voice call, and who called.

In a call between two parties a leg runs from the caller to the called. On the way through an attendant or a queue each
person has a leg of their own to a service, and whoever answers is at the caller's side of it
(https://github.com/mozziemozz/Commsverse2025-CallRecords-Demo, Get-CallRecordByUserId.ps1).
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from callrecords.facts.ends import SIDES, End, Side
from callrecords.facts.failures import Failure
from callrecords.facts.parties import Kind, Party
from callrecords.facts.serviceroles import ATTENDANTS, QUEUES, VOICE_SERVICES, VOICEMAIL
from callrecords.facts.sessions import Item, Session
from callrecords.facts.voice.handovers import taken_apart
from callrecords.ports.callrow import Certainty

LATEST = datetime.max.replace(tzinfo=UTC)


class Leg(NamedTuple):
    """A mention of a session, or the part of it with one called party; `people` are those at its ends whose ids are
    known. The `session_id` is None where the call has one session alone."""

    session_id: str | None
    item: Item
    people: Mapping[Side, Party]

    @property
    def start(self) -> datetime:
        """When it began; after all others where that is not told."""
        return self.item.interval.start if self.item.interval else LATEST

    @property
    def end(self) -> datetime:
        """When it ended; after all others where that is not told."""
        return self.item.interval.end if self.item.interval else LATEST

    @property
    def seconds(self) -> float | None:
        """How long it was."""
        return round((self.end - self.start).total_seconds(), 3) if self.item.interval else None

    @property
    def is_direct(self) -> bool:
        """Whether it runs between two parties, and not to a service."""
        return not (self.item.ends["caller"].is_service or self.item.ends["callee"].is_service)

    @property
    def services(self) -> set[str]:
        """The attendants, queues and mailboxes at its ends and on its way."""
        ends = (self.item.ends, *(segment.ends for segment in self.item.segments))
        return {end.role for each in ends for end in each.values() if end.role in VOICE_SERVICES}

    @property
    def is_to_mailbox(self) -> bool:
        """Whether it runs between one party and a mailbox: that is the caller, whoever organised the call."""
        return not self.is_direct and not self.services.isdisjoint(VOICEMAIL)

    @property
    def set_up_failures(self) -> list[Failure]:
        """What kept it, or a part of it, from being set up."""
        told = (self.item.failure, *(segment.failure for segment in self.item.segments))
        return [failure for failure in told if failure and failure.is_of_set_up]


def legs_of(sessions: Sequence[Session], parties: Mapping[str, Party]) -> list[Leg]:
    """The legs in the order in which they began; `parties` are those of the call by their keys, as the whole record
    tells of them.

    The account of an attendant or a queue is nobody, wherever it stands. In a call that came to one, a user without a
    name is nobody either: so Graph gives such accounts, and an assistant of Microsoft's (Get-CallRecordByUserId.ps1, as
    above).
    """
    mentions = [(session.id if len(sessions) > 1 else None, item) for session in sessions for item in session.items]
    services = [end for _, item in mentions for end in item.ends.values() if end.role in QUEUES | ATTENDANTS]
    accounts = {end.party.key for end in services if end.party}

    def person(end: End) -> Party | None:
        key = end.party.key if end.party and not end.is_service else None
        if end.party is None or key is None or key in accounts:
            return None
        found = parties.get(key, end.party)
        is_named = bool(found.display_name or found.user_principal_name or end.host_name)
        is_nameless = bool(services) and found.kind is Kind.USER and not is_named
        return None if is_nameless or found.kind is Kind.APPLICATION else found

    legs = [
        Leg(session_id, part, {side: found for side in SIDES if (found := person(part.ends[side]))})
        for session_id, item in mentions
        for part in taken_apart(item, person)
    ]
    return sorted(legs, key=lambda leg: (leg.start, leg.end, leg.session_id or ""))


def caller_of(legs: Sequence[Leg], organizer: Party | None) -> tuple[Party, Certainty] | None:
    """Who called: the caller of the first leg, and of a call by way of services the organiser.

    A session's caller is who began it (https://learn.microsoft.com/graph/api/resources/callrecords-session), but an
    agent is the caller of the leg to the queue as well. Only callers have legs to mailboxes. No page says that the
    organiser of a call is its caller: where both are told and differ, or one is missing, the answer is likely only.
    """
    first = next((leg for leg in legs if leg.is_direct or "caller" in leg.people), None)
    began = first.people.get("caller") if first else None
    if first and began and (first.is_direct or first.is_to_mailbox):
        is_sure = organizer is None or organizer.key == began.key
        return began, "certain" if is_sure and (len(legs) == 1 or first.item.interval) else "likely"
    if organizer and organizer.key and organizer.kind is not Kind.APPLICATION:
        return organizer, "certain" if began and began.key == organizer.key else "likely"
    return (began, "likely") if began else None


def called_side(leg: Leg, caller: Party | None) -> Side | None:
    """The side of somebody other than the caller: at a direct leg that of the callee, whose id may be unknown."""
    callee = leg.item.ends["callee"].party
    is_nobody = callee is not None and (callee.key is not None or callee.kind is Kind.APPLICATION)
    if leg.is_direct and not is_nobody:
        return "callee"
    key = caller.key if caller else None
    sides: tuple[Side, Side] = ("callee", "caller")
    return next((side for side in sides if side in leg.people and leg.people[side].key != key), None)
