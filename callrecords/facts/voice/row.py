"""What happened to a call between a caller and the called: the voice facts of its row.

Graph has no property for any of them. Each is read from who stands at the ends of the sessions, for how long, and with
what failures; each says what it was read from, and how sure it is. What nothing tells is left out: so is the outcome of
a short call without media and without a failure, of which Microsoft says that Graph does not tell whether it was missed
(https://techcommunity.microsoft.com/discussions/teamsdeveloper/teams-missed-calls-api/4292895).
"""

from collections.abc import Sequence
from itertools import chain
from typing import cast

from callrecords.callrecord import CallRecord
from callrecords.facts.parties import Kind, Party, participant
from callrecords.facts.people import Person
from callrecords.facts.serviceroles import VOICE_SERVICES
from callrecords.facts.sessions import Item, Session
from callrecords.facts.voice.answers import answers_of
from callrecords.facts.voice.direction import called_first, direction
from callrecords.facts.voice.legs import caller_of, legs_of
from callrecords.facts.voice.outcome import answered_by, outcome
from callrecords.facts.voice.path import queue_wait, steps
from callrecords.facts.voice.transfers import forwarded, transferred
from callrecords.graphtypes import JsonObject, as_object, known, objects_of, text
from callrecords.ports.callrow import VoiceRow


def voice(
    record: CallRecord,
    tenant_id: str,
    *,
    sessions: Sequence[Session],
    persons: Sequence[Person],
    organized_by: Party | None,
) -> VoiceRow | None:
    """The voice facts of the call; None where nothing is told, as of a meeting."""
    items = [item for session in sessions for item in session.items]
    has_services = _has_services(items)
    is_from_phone = organized_by is not None and organized_by.kind is Kind.PHONE
    if not has_services and not _is_call(record, items, is_from_phone):
        return None
    parties = {key: person.party for person in persons if (key := person.party.key)}
    legs = legs_of(sessions, parties)
    caller, certainty = caller_of(legs, organized_by) or (None, "likely")
    if not has_services and not is_from_phone:
        legs = [leg for leg in legs if leg.is_direct]  # of the people in a meeting nothing tells who was called
    mailboxes = _mailboxes(record)
    answers = answers_of(legs, caller, certainty, mailboxes) if caller or not has_services else []
    path = steps(legs, caller, answers[0].time if answers else None)
    ended = outcome(legs, answers, path, caller, mailboxes)
    row: JsonObject = {
        "outcome": ended,
        "answeredBy": answered_by(answers, ended),
        "forwarded": None if path else forwarded(legs, answers),
        "queueWait": queue_wait(path, answers[0]) if answers else None,
        "path": [step.row for step in path],
    }
    if caller:
        called, service = called_first(legs, answers, caller, parties)
        row["direction"] = direction(caller, certainty, called, service, tenant_id)
        row["transferred"] = transferred(legs, answers, caller)
    return cast("VoiceRow", known(row)) or None


def _has_services(items: Sequence[Item]) -> bool:
    ends = chain((item.ends for item in items), (segment.ends for item in items for segment in item.segments))
    return any(end.role in VOICE_SERVICES for each in ends for end in each.values() if end.role)


def _is_call(record: CallRecord, items: Sequence[Item], is_from_phone: bool) -> bool:
    """Whether it is a call between parties, or from a telephone, and no meeting: a call has no link to join by."""
    if text(record.properties.get("joinWebUrl")):
        return False
    if record.properties.get("type") != "groupCall" or is_from_phone:
        return True
    return any(not any(end.is_service for end in item.ends.values()) for item in items)


def _mailboxes(record: CallRecord) -> set[str | None]:
    """The keys of participants that are no people but their voicemail, as endpointType tells
    (https://learn.microsoft.com/graph/api/resources/communicationsidentityset)."""
    listed = [*objects_of(record.participants)]
    mailboxes = [each for each in listed if as_object(each.get("identity")).get("endpointType") == "voicemail"]
    if not mailboxes:
        return set()
    return {participant(each).key for each in mailboxes} - {
        participant(each).key for each in listed if each not in mailboxes
    }
