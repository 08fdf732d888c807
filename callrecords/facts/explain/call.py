"""A fact row in plain words: what happened in the call, for whom it was bad, and why. Pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, cast

from callrecords.facts.details import unpack
from callrecords.facts.explain.endpoints import endpoint_in_words, failure_in_words, is_bad, ticked, worst_first
from callrecords.facts.explain.phone import legs_in_words
from callrecords.facts.explain.rules import rules_in_words
from callrecords.facts.explain.voice import voice_in_words
from callrecords.facts.explain.words import (
    at_start,
    joined,
    length_in_words,
    medium_in_words,
    modality_in_words,
    name_of,
    several,
    time_in_words,
)
from callrecords.facts.outcomes import is_client
from callrecords.facts.parties import Kind
from callrecords.ports.callrow import CallRow, EndpointRow, PartyRow

MOST_ENDPOINTS = 10
"""Of a call of more, so many are told of, the worst first."""

_TYPES = {"groupCall": "A meeting or group call", "peerToPeer": "A call between two"}
_ORGANIZED = {"groupCall": "{} organised it.", "peerToPeer": "{} began it."}
_ORGANIZER = "Its organiser, by Graph: {}."
_CAVEATS = {
    "noSessions": "Graph gave no session of this call: nothing is known of its endpoints and streams",
    "participantsRefused": "Graph refused the list of participants: those at endpoints are known",
    "repaired": "A part of Graph's answer was no valid JSON and was repaired",
}


class Passage(NamedTuple):
    """One matter, in sentences."""

    title: str
    lines: list[str]


def explain(row: CallRow) -> list[Passage]:
    """What the row says; matters of which it says nothing are left out."""
    endpoints = row.get("endpoints") or (unpack(row["details"]).get("endpoints", []) if "details" in row else [])
    passages = (
        Passage("The call", [*_call(row, endpoints)]),
        Passage("What happened", [*_events(row)]),
        Passage("For whom it was bad", [*_affected(row, endpoints)]),
        Passage("Each person's endpoint, the worst first", [*_endpoints(endpoints)]),
        Passage("How people rated the call", [*_ratings(row, endpoints)]),
        Passage("What is not known", [*_unknown(row)]),
        Passage("The rules", [*rules_in_words(row)]),
    )
    return [each for each in passages if each.lines]


def _call(row: CallRow, endpoints: Sequence[EndpointRow]) -> Iterator[str]:
    kind = row.get("type", "")
    length = f", {length_in_words(row['durationSeconds'])} long" if "durationSeconds" in row else ""
    modalities = f", with {joined(map(modality_in_words, row['modalities']))}" if row["modalities"] else ""
    what = _TYPES.get(kind, "A call of unknown type")
    yield f"Call id: {row['callId']}."
    yield f"{what} on {time_in_words(row['startDateTime'])} UTC{length}{modalities}."
    if organizer := row.get("organizer"):
        words = _ORGANIZED["peerToPeer"] if organizer["kind"] == Kind.PHONE else _ORGANIZED.get(kind, _ORGANIZER)
        yield words.format(at_start(name_of(organizer)))
    people = [each for each in row.get("participants", ()) if each["kind"] != Kind.APPLICATION]
    at_endpoints = {each["who"]["id"]: each["who"] for each in endpoints if "id" in each["who"]}
    known = [{**at_endpoints.get(each.get("id", ""), {}), **each} for each in people]
    named = joined(name_of(cast("PartyRow", each)) for each in known) if 0 < len(known) <= MOST_ENDPOINTS else ""
    count, at = row["participantCount"], row["endpointCount"]
    took_part = f"{several(count, 'person', 'people')} took part" if count else "It is not known who took part"
    yield f"{took_part}{f', at {several(at, "endpoint")}' if at else ''}{f': {named}' if named else ''}."
    if row.get("isTest"):
        yield "It was a test call."


def _events(row: CallRow) -> Iterator[str]:
    yield from voice_in_words(row.get("voice", {}), row["tenantId"])
    for failure in row["failures"]:
        words = failure_in_words(failure)
        of_all = f"{failure['sessions']} of {several(row['sessions']['all'], 'session')}"
        yield f"{of_all} {words[0].lower()}{words[1:]}."
    yield from legs_in_words(row.get("phoneLegs", ()))


def _affected(row: CallRow, endpoints: Sequence[EndpointRow]) -> Iterator[str]:
    """For whom media were poor, and whose session failed."""
    clients = [each for each in endpoints if is_client(each)]
    if poor := _names([each for each in clients if each["quality"] == "poor"]):
        yield f"Poor media reached {poor}."
    elif row["affectedEndpoints"]:
        yield f"Poor media reached {several(row['affectedEndpoints'], 'endpoint')}, for which the row has no room."
    else:
        good = sum(medium["good"] for each in clients for medium in each.get("received", {}).values())
        yield (
            f"Poor media reached nobody, as far as {several(good, 'stream')} could be classified."
            if good
            else "Nothing is told of what was received, or too little to call it good or poor."
        )
    if failed := _names([each for each in endpoints if each["failed"]]):
        yield f"A session failed for {failed}."
    if between := sum(each.get("serviceStreams", {"poor": 0})["poor"] for each in row["quality"].values()):
        yield f"Between services, gateways and telephones {several(between, 'stream')} had poor quality."


def _names(endpoints: Sequence[EndpointRow]) -> str:
    """The names of those at the endpoints, the worst first; "" where there are none."""
    names = [*dict.fromkeys(name_of(each["who"]) for each in sorted(endpoints, key=worst_first))]
    more = [f"{len(names) - MOST_ENDPOINTS} more"] if len(names) > MOST_ENDPOINTS else []
    return joined(names[:MOST_ENDPOINTS] + more) if names else ""


def _endpoints(endpoints: Sequence[EndpointRow]) -> Iterator[str]:
    names = {each["endpointId"]: name_of(each["who"]) for each in endpoints}
    of_people = sorted((each for each in endpoints if each["who"]["kind"] != Kind.APPLICATION), key=worst_first)
    for endpoint in of_people[:MOST_ENDPOINTS]:
        yield from endpoint_in_words(endpoint, names)
    if others := of_people[MOST_ENDPOINTS:]:
        bad = sum(map(is_bad, others))
        yield f"And {several(len(others), 'more endpoint')}. Something bad is told of {bad or 'none'} of them."


def _ratings(row: CallRow, endpoints: Sequence[EndpointRow]) -> Iterator[str]:
    for each in row["ratings"]:
        given = [one for one in endpoints if one.get("rating") == each["rating"]]
        who = [*dict.fromkeys(f"{name_of(one['who'])}{ticked(one)}" for one in given)]
        yield f"{each['rating']}, {several(each['count'], 'time')}{f': {", ".join(who)}' if who else ''}."


def _unknown(row: CallRow) -> Iterator[str]:
    for caveat in row["caveats"]:
        yield f"{_CAVEATS.get(caveat, caveat)}."
    if not row["sessions"]["all"] and "noSessions" not in row["caveats"]:
        yield "The record has no session: nothing is known of its endpoints and streams."
    for medium, quality in row["quality"].items():
        if unclassified := quality["streams"]["unclassified"]:
            streams = several(unclassified, "stream")
            yield f"The quality of {streams} of {medium_in_words(medium)}: too little is told."
