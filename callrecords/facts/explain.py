"""A fact row in plain words: what happened in the call, for whom it was bad, and why. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, cast

from callrecords.facts.outcomes import is_client
from callrecords.facts.streamquality import Profile
from callrecords.facts.words import (
    cause_in_words,
    client_of,
    joined,
    length_in_words,
    medium_in_words,
    name_of,
    numbers_in_words,
    several,
    time_in_words,
    voice_in_words,
)
from callrecords.ports.callrow import CallRow, EndpointRow, PartyRow

MOST_ENDPOINTS = 10
"""Of a call in which more people were affected, so many are told of, the worst first."""

_TYPES = {"groupCall": "A meeting or group call", "peerToPeer": "A call between two"}
_ENDS = {
    "setUp": "never connected",
    "drop": "ended in a failure",
    "expected": "ended without a connection, as may be expected",
    "unknown": "failed",
}
_RULES = {
    Profile.CURRENT: (
        "Audio of more than 500 packets is poor above a round trip of 500 ms, 10 % of packets lost or 30 ms of jitter.",
        "Video is poor above 50 % of frames lost or, where that is not told, below 7 frames a second.",
    ),
    Profile.BEFORE_2022: ("Microsoft's definition before 2022, by which degraded and concealed audio counts as well.",),
}
_CAVEATS = {
    "noSessions": "Graph gave no session of this call: nothing is known of its ends and streams",
    "participantsRefused": "Graph refused the list of participants: those at the ends of sessions are known",
    "repaired": "A part of Graph's answer was no valid JSON and was repaired",
}


class Passage(NamedTuple):
    """One matter, in sentences."""

    title: str
    lines: list[str]


def explain(row: CallRow) -> list[Passage]:
    """What the row says; matters of which it says nothing are left out."""
    endpoints = row.get("endpoints", [])
    passages = (
        Passage("The call", [*_call(row)]),
        Passage("What happened", [*_events(row)]),
        Passage("For whom it was bad", [*_affected(row, endpoints)]),
        Passage("Who sent poor media to others", [*_senders(endpoints)]),
        Passage("What people answered when they were asked", [*_ratings(row)]),
        Passage("What is not known", [*_unknown(row)]),
        Passage("The rule", [*_RULES[Profile(row["qualityProfile"])]]),
    )
    return [each for each in passages if each.lines]


def _call(row: CallRow) -> Iterator[str]:
    kind = _TYPES.get(row.get("type", ""), "A call of which Graph does not tell the type")
    length = f", {length_in_words(row['durationSeconds'])} long" if "durationSeconds" in row else ""
    modalities = f", with {joined(row['modalities'])}" if row["modalities"] else ""
    yield f"{kind} on {time_in_words(row['startDateTime'])} UTC{length}{modalities}."
    if organizer := row.get("organizer"):
        yield f"It was organised or begun by {name_of(organizer)}."
    people = [each for each in row.get("participants", ()) if each["kind"] != "application"]
    at_endpoints = {each["who"]["id"]: each["who"] for each in row.get("endpoints", ()) if "id" in each["who"]}
    known = [{**at_endpoints.get(each.get("id", ""), {}), **each} for each in people]
    named = joined(name_of(cast("PartyRow", each)) for each in known) if 0 < len(known) <= MOST_ENDPOINTS else ""
    took_part = several(row["participantCount"], "person", "people")
    yield f"{took_part} took part, at {several(row['endpointCount'], 'endpoint')}{f': {named}' if named else ''}."
    if row.get("isTest"):
        yield "It was a test call."


def _events(row: CallRow) -> Iterator[str]:
    yield from voice_in_words(row.get("voice", {}))
    for failure in row["failures"]:
        sessions = several(failure["sessions"], "session")
        reason = f": {failure['reason'].rstrip('.')}" if "reason" in failure else ""
        yield f"{sessions} {_ENDS[failure['kind']]}{reason}."


def _affected(row: CallRow, endpoints: Iterable[EndpointRow]) -> Iterator[str]:
    names = {each["endpointId"]: name_of(each["who"]) for each in endpoints}
    clients = [each for each in endpoints if is_client(each)]
    affected = [each for each in clients if each["quality"] == "poor"]
    affected.sort(key=lambda each: (-sum(one["poor"] for one in each["received"].values()), each["endpointId"]))
    for endpoint in affected[:MOST_ENDPOINTS]:
        client = client_of(endpoint)
        yield f"{name_of(endpoint['who'])}{f' ({client})' if client else ''}:"
        for medium, received in endpoint["received"].items():
            if received["verdict"] == "poor":
                yield f"  Received poor {medium_in_words(medium)}: {numbers_in_words(received)}."
        yield f"  {_why(endpoint, 'received')}"
        if by := endpoint.get("impairedBy"):
            more = endpoint.get("impairedByMore", 0)
            others = joined([*dict.fromkeys(names[each] for each in by), *([f"{more} more"] if more else [])])
            yield f"  It may also have come from the side of {others}."
    if len(affected) > MOST_ENDPOINTS:
        yield f"And for {several(len(affected) - MOST_ENDPOINTS, 'endpoint')} more, less badly."
    if not row["affectedEndpoints"]:
        good = sum(medium["good"] for each in clients for medium in each.get("received", {}).values())
        yield (
            f"For nobody: what was received was good, as far as {several(good, 'stream')} could be classified."
            if good
            else "Nothing is told of what was received, or too little to call it good or poor."
        )
    elif not affected:
        where = "which are packed in the row's details" if "details" in row else "for which the row has no room"
        yield f"For {several(row['affectedEndpoints'], 'endpoint')}, {where}."
    if between := sum(each.get("serviceStreams", {"poor": 0})["poor"] for each in row["quality"].values()):
        yield f"Between services, gateways and telephones {several(between, 'stream')} had poor quality."


def _why(endpoint: EndpointRow, direction: str) -> str:
    causes = [each for each in endpoint.get("causes", ()) if each.get("direction") == direction]
    if any(each["cause"] == "unknown" for each in causes):
        return "The record shows no cause."
    return f"It may be because of this: {'; '.join(map(cause_in_words, causes))}."


def _senders(endpoints: Iterable[EndpointRow]) -> Iterator[str]:
    for endpoint in endpoints:
        poor = [medium for medium, sent in endpoint.get("sent", {}).items() if sent["verdict"] == "poor"]
        if poor and is_client(endpoint):
            why = _why(endpoint, "sent")
            yield f"{name_of(endpoint['who'])}: {joined(medium_in_words(each) for each in poor)}. {why}".strip()


def _ratings(row: CallRow) -> Iterator[str]:
    for each in row["ratings"]:
        yield f"{each['rating']}, {several(each['count'], 'time')}."


def _unknown(row: CallRow) -> Iterator[str]:
    for caveat in row["caveats"]:
        yield f"{_CAVEATS.get(caveat, caveat)}."
    if not row["sessions"]["all"] and "noSessions" not in row["caveats"]:
        yield "The record has no session: nothing is known of its ends and streams."
    for medium, quality in row["quality"].items():
        if unclassified := quality["streams"]["unclassified"]:
            streams = several(unclassified, "stream")
            yield f"The quality of {streams} of {medium_in_words(medium)}: too little is told."
