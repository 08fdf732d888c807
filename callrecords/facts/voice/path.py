"""The way of a call through attendants, queues and mailboxes.

Graph gives the caller's session once for each service, each with its own time
(https://learn.microsoft.com/graph/callrecords-api-faq). Of attendants one within the other it tells as if all were the
first (https://docs.loway.ch/QmlTeams/04_integration_notes.html), and so does the path: nothing tells them apart.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, cast

from callrecords.facts.ends import SIDES, End
from callrecords.facts.intervals import Interval
from callrecords.facts.parties import Party
from callrecords.facts.serviceroles import QUEUES, VOICE_SERVICES, VOICEMAIL
from callrecords.facts.voice.answers import Answer
from callrecords.facts.voice.legs import LATEST, Leg
from callrecords.graphtypes import known
from callrecords.ports.callrow import Evidence, SecondsRow, StepRow

# The attendant that takes telephones into a meeting is on the way too, but makes no meeting a voice call.
_ON_THE_WAY = VOICE_SERVICES | {"conferencingAttendant", "conferencingAnnouncementService"}


class Step(NamedTuple):
    """A stay with a service: `start` is None where nothing tells when the call came to it."""

    role: str
    account: Party | None
    session_id: str | None
    start: datetime | None
    end: datetime | None

    @property
    def seconds(self) -> float | None:
        """How long the call was there."""
        return round((self.end - self.start).total_seconds(), 3) if self.start and self.end else None

    @property
    def evidence(self) -> Evidence:
        """Where the record tells of it."""
        return known({"role": self.role, "sessionId": self.session_id})

    @property
    def row(self) -> StepRow:
        """The step as a row has it."""
        told = {
            "id": self.account.id if self.account else None,
            "name": self.account.display_name if self.account else None,
            "seconds": self.seconds,
        }
        return cast("StepRow", {**self.evidence, **known(told)})


def steps(legs: Iterable[Leg], caller: Party | None, answered: datetime | None) -> list[Step]:
    """The services that the call came to, in order; `answered` is when somebody answered it.

    A call is with one service at a time: it leaves one when it comes to the next, or when somebody answers. Where
    several have one time, nothing tells how long it was with each.
    """
    mentions = {each: None for leg in legs if leg.is_direct or is_callers(leg, caller) for each in _mentions(leg)}
    in_order = sorted(mentions, key=_sort_key)
    starts = [each.start for each in in_order]
    found = []
    for number, each in enumerate(in_order):
        if each.start is None or starts.count(each.start) > 1:
            found.append(each._replace(start=None, end=None))
            continue
        ends = [each.end, *starts[number + 1 : number + 2], answered]
        found.append(each._replace(end=min((end for end in ends if end and end >= each.start), default=None)))
    return found


def queue_wait(path: Sequence[Step], answer: Answer) -> SecondsRow | None:
    """The seconds from the first queue until somebody answered; None where nothing tells."""
    first = next((step for step in path if step.role in QUEUES), None)
    if first is None or first.start is None or answer.time is None or first.start > answer.time:
        return None
    waited = round((answer.time - first.start).total_seconds(), 3)
    evidence: Evidence = {**first.evidence, **known({"answerSessionId": answer.leg.session_id})}
    return {"value": waited, "certainty": answer.certainty, "evidence": evidence}


def is_callers(leg: Leg, caller: Party | None) -> bool:
    """Whether it is not the leg of an agent to the queue, or of anybody else but the caller."""
    return not leg.people or any(caller and each.key == caller.key for each in leg.people.values())


def _mentions(leg: Leg) -> Iterator[Step]:
    """The services at the ends of the leg, and those on its way, of which no time of their own may be told."""
    at_ends = [leg.item.ends[side] for side in SIDES]
    yield from (_step(each, leg, leg.item.interval) for each in at_ends if each.role in _ON_THE_WAY)
    found = {_service(each) for each in at_ends}
    for segment in leg.item.segments:
        own = segment.interval if segment.interval != leg.item.interval else None
        for end in segment.ends.values():
            if end.role in _ON_THE_WAY and _service(end) not in found:
                found.add(_service(end))
                yield _step(end, leg, own)


def _service(end: End) -> tuple[str | None, str | None]:
    return end.role, end.party.key if end.party else None


def _step(end: End, leg: Leg, interval: Interval | None) -> Step:
    start, left = (interval.start, interval.end) if interval else (None, None)
    return Step(end.role or "", end.party, leg.session_id, start, left)


def _sort_key(step: Step) -> tuple[datetime, int, str, str]:
    """In time; of services that come at once, or of which no time is told, in the usual order."""
    account = (step.account and step.account.key) or ""
    rank = (step.role in QUEUES) + 2 * (step.role in VOICEMAIL)
    return step.start or LATEST, rank, step.role, f"{step.session_id} {account} {step.end}"
