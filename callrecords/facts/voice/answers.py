"""Who was connected in a voice call besides the caller."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from callrecords.facts.ends import End, Side
from callrecords.facts.parties import Party
from callrecords.facts.sessions import Segment
from callrecords.facts.voice.legs import Leg, called_side, roles
from callrecords.graphtypes import number, objects, text
from callrecords.ports.callrow import Certainty

type Proof = Literal["mediaOfTheCalled", "mediaOfTheCall", "droppedMidcall", "length"]

# No phone rings longer: a queue lets an agent's ring for three minutes at most
# (https://learn.microsoft.com/microsoftteams/create-a-phone-system-call-queue).
LONGEST_RING = 180  # seconds


class Answer(NamedTuple):
    """A leg at which somebody was connected, and what shows it; `who` is None where no id is told."""

    leg: Leg
    who: Party | None
    certainty: Certainty
    proof: Proof

    @property
    def time(self) -> datetime | None:
        """When it began, if that is told."""
        return self.leg.item.interval.start if self.leg.item.interval else None


def answers_of(
    legs: Sequence[Leg], caller: Party | None, caller_is: Certainty, mailboxes: Collection[str | None]
) -> list[Answer]:
    """The legs at which others than the caller were connected, the first first; `mailboxes` are the keys of those that
    are no people but voicemail.

    At a leg to a service only the caller tells who is another: it is no surer than that.
    """
    found = []
    for leg in legs:
        side = called_side(leg, caller)
        who = leg.people.get(side) if side else None
        is_mailbox = who is not None and who.key in mailboxes
        if side and not is_mailbox and (connection := _connection(leg, side)):
            certainty, proof = connection
            is_other = leg.is_direct or caller_is == "certain"
            found.append(Answer(leg, who, certainty if is_other else "likely", proof))
    return found


def _connection(leg: Leg, side: Side) -> tuple[Certainty, Proof] | None:
    """How sure it is that the party at this side was connected for a time, and by what; None where nothing says so.

    The legs of agents whose phones only rang end as they begin
    (https://github.com/mozziemozz/Commsverse2025-CallRecords-Demo, Get-CallRecordByUserId.ps1). A failure at the
    session may be that of any of its segments, of which another was answered
    (https://learn.microsoft.com/graph/api/resources/callrecords-failureinfo?view=graph-rest-beta). The best proof is a
    segment with media that ends at the party. Without one the length tells, if it is more than that of ringing. What a
    caller heard in a queue or from a mailbox proves nothing.
    """
    item, seconds = leg.item, leg.seconds
    if seconds == 0:
        return None
    own = [each for each in item.segments if _is_at(each, item.ends[side])]
    if any(_has_streams(each) and not (each.failure and each.failure.is_of_set_up) for each in own):
        is_told_failed = item.failure is not None and item.failure.is_of_set_up
        return "certain" if seconds and not is_told_failed else "likely", "mediaOfTheCalled"
    if leg.set_up_failures and (seconds or 0) <= LONGEST_RING:
        return None
    if (leg.is_direct and any(roles(each.ends.values()) for each in item.segments)) and not leg.set_up_failures:
        return None
    if any(each and each.stage == "midcall" for each in (item.failure, *(each.failure for each in own))):
        return "likely", "droppedMidcall"
    if any(_has_streams(each) for each in item.segments):
        return "likely", "mediaOfTheCall"
    return ("likely", "length") if seconds and (seconds > LONGEST_RING or not leg.is_direct) else None


def _is_at(segment: Segment, end: End) -> bool:
    if end.party is None:
        return any(each is end for each in segment.ends.values())
    return any(each.party and each.party.key == end.party.key for each in segment.ends.values())


def _has_streams(segment: Segment) -> bool:
    """Whether something was sent: a stream without packets, or of which nothing was measured, shows no answer."""
    streams = (stream for media in segment.media for stream in objects(media.get("streams")))
    return any(number(stream.get("packetUtilization")) or text(stream.get("averageJitter")) for stream in streams)
