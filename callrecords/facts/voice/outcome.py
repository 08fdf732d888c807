"""How a call ended for those who were called."""

from collections.abc import Collection, Sequence
from typing import cast

from callrecords.facts.parties import Party
from callrecords.facts.serviceroles import VOICEMAIL
from callrecords.facts.voice.answers import Answer
from callrecords.facts.voice.evidence import evidence_of, who_row
from callrecords.facts.voice.legs import Leg
from callrecords.facts.voice.path import Step, is_callers
from callrecords.ports.callrow import AnsweredByRow, Evidence, OutcomeRow


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
    row = cast("AnsweredByRow", who_row(first.who, first.certainty, _answer(first)))
    if told and told["evidence"] == row["evidence"]:
        del row["evidence"]
    return row


def _voicemail(legs: Sequence[Leg], mailboxes: Collection[str | None]) -> OutcomeRow | None:
    """That a leg came to a mailbox: certain where it lasted. Exchange has attendants of the same role."""
    found: list[OutcomeRow] = []
    for leg in legs:
        role = min(leg.services & VOICEMAIL, default=None)
        if leg.seconds == 0 or not (role or any(each.key in mailboxes for each in leg.people.values())):
            continue
        is_sure = role == "voicemail" and leg.seconds is not None and not leg.item.failure
        told = {"role": role} if role else {"endpointType": "voicemail"}
        evidence: Evidence = {**evidence_of(leg), **told}
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
        return {"value": "failed", "certainty": "likely", "evidence": evidence_of(leg, failures[0])}
    value, told = min(said.items())
    is_sure = len(said) == 1 and told.stage == "callSetup"
    return {"value": value, "certainty": "certain" if is_sure else "likely", "evidence": evidence_of(leg, told)}


def _answer(answer: Answer) -> Evidence:
    return {"proof": answer.proof, **evidence_of(answer.leg)}
