"""How a call ended for those who were called, and to whom it went on."""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from typing import cast

from callrecords.facts.failures import Failure
from callrecords.facts.parties import Party
from callrecords.facts.serviceroles import VOICEMAIL
from callrecords.facts.voice.answers import Answer
from callrecords.facts.voice.legs import Leg
from callrecords.facts.voice.path import Step, is_callers
from callrecords.graphtypes import known
from callrecords.ports.callrow import AnsweredByRow, Certainty, Evidence, OutcomeRow, WhoRow

# So much sooner than one leg ends the leg that takes over may begin.
_HANDOVER = timedelta(seconds=5)


def outcome(
    legs: Sequence[Leg],
    answers: Sequence[Answer],
    path: Sequence[Step],
    caller: Party | None,
    mailboxes: Collection[str | None],
) -> OutcomeRow | None:
    """Answered if anybody was connected, whatever failed at other legs: a queue rings many, of whom one answers
    (https://github.com/microsoftgraph/microsoft-graph-docs/issues/17984).

    A call that came to an attendant or a queue and to nobody else is missed. A later version of the record may tell of
    more legs, so that is never certain.
    """
    if answers:
        surest = next((each for each in answers if each.certainty == "certain"), answers[0])
        return {"value": "answered", "certainty": surest.certainty, "evidence": _answer(surest)}
    if mailbox := _voicemail(legs, mailboxes):
        return mailbox
    services = [step for step in path if step.role not in VOICEMAIL]
    found = _unanswered([leg for leg in legs if is_callers(leg, caller)] if services else legs)
    if services and (found is None or found["value"] == "failed"):
        return {"value": "missed", "certainty": "likely", "evidence": services[-1].evidence}
    return found


def answered_by(answers: Sequence[Answer], told: OutcomeRow | None) -> AnsweredByRow | None:
    """Who answered first; None where that is not told. Evidence that the outcome has already is not told again."""
    first = answers[0] if answers else None
    if first is None or first.who is None:
        return None
    row = cast("AnsweredByRow", _who(first.who, first.certainty, _answer(first)))
    if told and told["evidence"] == row["evidence"]:
        del row["evidence"]
    return row


def forwarded(legs: Sequence[Leg], answers: Sequence[Answer]) -> WhoRow | None:
    """Who answered a call between parties instead of the one who was called first, and who did not answer.

    Graph has no word for it: told is that the leg to the one who answered began later.
    """
    if not answers or answers[0].who is None or not answers[0].leg.is_direct:
        return None
    leg, who = answers[0].leg, answers[0].who
    first = next(each for each in legs if each.is_direct)
    called = first.people.get("callee")
    if called is None or called.key is None or called.key == who.key or first.start >= leg.start:
        return None
    return _who(who, "likely", _evidence(leg) | {"calledFirst": called.key})


def transferred(legs: Sequence[Leg], answers: Sequence[Answer], caller: Party) -> WhoRow | None:
    """With whom the caller was at last, after the one who answered had left.

    Graph has no word for it: told is that the leg of another began when those of the first had ended. A leg from the
    caller to one who did not answer counts too.
    """
    first = answers[0].who if answers else None
    if first is None:
        return None
    left = max(each.leg.end for each in answers if each.who and each.who.key == first.key)
    later = [
        (leg, who)
        for leg, who in _reached(legs, answers, caller)
        if who.key != first.key and answers[0].leg.start < leg.start and leg.start >= left - _HANDOVER
    ]
    if not later:
        return None
    leg, who = later[-1]
    return _who(who, "likely", _evidence(leg) | {"answeredFirst": first.key or ""})


def _who(who: Party, certainty: Certainty, evidence: Evidence) -> WhoRow:
    row: WhoRow = {"value": who.id or "", "certainty": certainty, "evidence": evidence}
    if who.display_name:
        row["name"] = who.display_name
    return row


def _reached(legs: Sequence[Leg], answers: Sequence[Answer], caller: Party) -> Iterator[tuple[Leg, Party]]:
    """Those who answered, and those to whom there is a leg from the caller, in the order of the legs of known times."""
    connected = {id(each.leg): each.who for each in answers}
    for leg in legs:
        callee = leg.people.get("callee") if leg.is_direct and is_callers(leg, caller) else None
        who = connected.get(id(leg)) or callee
        if who and who.key != caller.key and leg.item.interval:
            yield leg, who


def _voicemail(legs: Sequence[Leg], mailboxes: Collection[str | None]) -> OutcomeRow | None:
    """That a leg came to a mailbox: certain where it lasted. Exchange has attendants of the same role."""
    found: list[OutcomeRow] = []
    for leg in legs:
        role = min(leg.services & VOICEMAIL, default=None)
        if leg.seconds == 0 or not (role or any(each.key in mailboxes for each in leg.people.values())):
            continue
        is_sure = role == "voicemail" and leg.seconds is not None and not leg.item.failure
        told = {"role": role} if role else {"endpointType": "voicemail"}
        evidence: Evidence = {**_evidence(leg), **told}
        found.append({"value": "voicemail", "certainty": "certain" if is_sure else "likely", "evidence": evidence})
    return next((each for each in found if each["certainty"] == "certain"), found[0] if found else None)


def _unanswered(legs: Sequence[Leg]) -> OutcomeRow | None:
    """Why the leg that was tried last was not set up.

    Graph's words are free text, and it calls a failure what people did, such as hanging up
    (https://github.com/microsoftgraph/microsoft-graph-docs/issues/13072): "failed" is likely only.
    """
    leg = next((leg for leg in reversed(legs) if leg.set_up_failures), None)
    if leg is None:
        return None
    failures = sorted(leg.set_up_failures, key=str)
    said = {each.expected: each for each in failures if each.expected}
    if not said:
        return {"value": "failed", "certainty": "likely", "evidence": _evidence(leg, failures[0])}
    value, told = min(said.items())
    is_sure = len(said) == 1 and told.stage == "callSetup"
    return {"value": value, "certainty": "certain" if is_sure else "likely", "evidence": _evidence(leg, told)}


def _answer(answer: Answer) -> Evidence:
    return {"proof": answer.proof, **_evidence(answer.leg)}


def _evidence(leg: Leg, failure: Failure | None = None) -> Evidence:
    stage, reason = failure or (None, None)
    told = {"sessionId": leg.session_id, "seconds": leg.seconds, "failureStage": stage, "failureReason": reason}
    return cast("Evidence", known(told))
