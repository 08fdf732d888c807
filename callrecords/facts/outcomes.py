"""How the sessions of a call ended, for whom it was bad, and what people answered when they were asked."""

from collections import Counter
from collections.abc import Iterable, Sequence

from callrecords.facts.failures import worst
from callrecords.facts.parties import Kind
from callrecords.facts.sessions import Session
from callrecords.graphtypes import JsonObject, distinct
from callrecords.ports.callrow import CountedFailureRow, EndpointRow, RatingRow, SessionCounts


def outcome(sessions: Sequence[Session], endpoints: Sequence[EndpointRow]) -> JsonObject:
    """What a row says of the ends of these sessions and of the endpoints that were affected."""
    affected = [each for each in endpoints if is_client(each) and each["quality"] == "poor"]
    failed = [each for each in endpoints if each["failed"]]
    failures = _failures(sessions)
    return {
        "sessions": _session_counts(sessions),
        "failed": any(each["kind"] != "expected" for each in failures),
        "failures": failures,
        "ratings": _ratings(endpoints),
        "endpointCount": len(endpoints),
        "affectedEndpoints": len(affected),
        "poorUserIds": distinct(_user_id(each) for each in affected),
        "failedUserIds": distinct(_user_id(each) for each in failed),
    }


def is_client(endpoint: EndpointRow) -> bool:
    """Whether a person's own device is there, by the kind of who is: neither a telephone nor an application."""
    return endpoint["who"]["kind"] not in (Kind.PHONE, Kind.APPLICATION)


def _failures(sessions: Iterable[Session]) -> list[CountedFailureRow]:
    """The failures with the number of sessions that had each; the most frequent first."""
    found = Counter(failure for session in sessions for failure in session.failures)
    by_count = sorted(found, key=lambda each: (-found[each], each.stage or "", each.reason or ""))
    return [{**each.row, "sessions": found[each]} for each in by_count]


def _session_counts(sessions: Sequence[Session]) -> SessionCounts:
    """Those that failed are counted among those with audio, as Microsoft does."""
    audio = [each for each in sessions if "audio" in each.modalities]
    ends = Counter(worst(each.failures) for each in audio)
    return {
        "all": len(sessions),
        "audio": len(audio),
        "setUpFailures": ends["setUp"],
        "drops": ends["drop"],
        "expectedEnds": ends["expected"],
    }


def _ratings(endpoints: Iterable[EndpointRow]) -> list[RatingRow]:
    """How often each rating was given; what one person gave for one session counts once."""
    given = {
        (each["endpointId"].partition("/")[0], each["who"].get("id") or each["endpointId"]): each["rating"]
        for each in endpoints
        if "rating" in each
    }
    found = Counter(given.values())
    return [{"rating": rating, "count": found[rating]} for rating in sorted(found)]


def _user_id(endpoint: EndpointRow) -> str | None:
    """The id as `userIds` has it."""
    return endpoint["who"].get("id", "").lower() if endpoint["who"]["kind"] == Kind.USER else None
