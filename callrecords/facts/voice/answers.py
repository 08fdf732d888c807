"""Who was connected in a voice call besides the caller."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from callrecords.facts.ends import OTHER, End, Side
from callrecords.facts.parties import Kind, Party
from callrecords.facts.sessions import Segment
from callrecords.facts.voice.legs import Leg, called_side
from callrecords.graphtypes import JsonObject, number, objects, text
from callrecords.ports.callrow import Certainty

type Proof = Literal["mediaOfTheCalled", "mediaOfTheCall", "droppedMidcall", "length"]

# No phone rings longer: a queue lets an agent's ring for three minutes at most
# (https://learn.microsoft.com/microsoftteams/create-a-phone-system-call-queue).
LONGEST_RING = 180  # seconds


_AWAY: Mapping[Side, str] = {"caller": "callerToCallee", "callee": "calleeToCaller"}
_NOBODY = Party(Kind.UNKNOWN, None, None, None, None)


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
        side = called_side(leg, caller) if not leg.is_to_mailbox else None
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
    caller heard in a queue or from a mailbox proves nothing, and neither do the words of a network.
    """
    item, seconds = leg.item, leg.seconds
    if seconds == 0:
        return None
    own = [each for each in item.segments if _is_at(each, item.ends[side])]
    is_short = (seconds or 0) <= LONGEST_RING
    if is_short and _is_early(leg, side, own):
        return None
    if any(_sent(each) and not _is_failed(each) for each in own):
        is_told_failed = item.failure is not None and item.failure.is_of_set_up
        return "certain" if seconds and not is_told_failed else "likely", "mediaOfTheCalled"
    if (leg.is_direct and leg.services) or (is_short and leg.set_up_failures):
        return None
    if any(each and each.stage == "midcall" for each in (item.failure, *(each.failure for each in own))):
        return "likely", "droppedMidcall"
    if any(map(_sent, item.segments)):
        return "likely", "mediaOfTheCall"
    return ("likely", "length") if seconds and not (is_short and leg.is_direct) else None


def _is_early(leg: Leg, side: Side, own: Sequence[Segment]) -> bool:
    """Whether the media may be what a network says, such as that a number is not in use, before anybody answers.

    So it may be where the call was not set up, and no failure of a segment to the party explains that; and where a
    telephone was heard that received nothing.
    """
    if leg.set_up_failures and not any(map(_is_failed, own)):
        return True
    party = leg.item.ends[side].party
    if not leg.is_direct or party is None or party.kind is not Kind.PHONE:
        return False
    other = leg.item.ends[OTHER[side]].party
    at: Mapping[bool, Side] = {False: side, True: OTHER[side]}
    return {
        text(stream.get("streamDirection")) == _AWAY[at[_is_turned(each, side, party, other)]]
        for each in leg.item.segments
        for stream in _sent(each)
    } == {True}


def _is_turned(segment: Segment, side: Side, party: Party, other: Party | None) -> bool:
    """Whether the segment tells its ends the other way round than its leg, where the party is at this side."""
    here, there = ((segment.ends[each].party or _NOBODY).key for each in (side, OTHER[side]))
    return there == party.key != here or (here is not None and other is not None and here == other.key != there)


def _is_failed(segment: Segment) -> bool:
    return segment.failure is not None and segment.failure.is_of_set_up


def _is_at(segment: Segment, end: End) -> bool:
    if end.party is None:
        return any(each is end for each in segment.ends.values())
    return any(each.party and each.party.key == end.party.key for each in segment.ends.values())


def _sent(segment: Segment) -> list[JsonObject]:
    """The streams in which something was sent: one without packets or measurements shows no answer."""
    streams = [stream for media in segment.media for stream in objects(media.get("streams"))]
    return [each for each in streams if number(each.get("packetUtilization")) or text(each.get("averageJitter"))]
