"""The versions in which Graph holds a record, one after the other.

Graph writes a record soon after the call and again as clients' reports arrive; what a report would tell is null
or missing until then. A consumer cannot expect that versions only grow, nor that it sees number 1.
"""

from random import Random

from callrecords.graphtypes import JsonObject
from local.traffic.streams import MEASURED

_PAGE_OF_SESSIONS = 60


def revisions(rng: Random, complete: JsonObject) -> list[JsonObject]:
    """The versions of a record, first to last. The last is `complete`, or `complete` less a part.

    Versions share what they have in common. `version` rises, mostly by one.
    """
    states = [complete]
    # Among so many clients, one always reports late.
    large = len(complete["sessions"]) > _PAGE_OF_SESSIONS
    if large or rng.random() < 0.25:
        (later,) = rng.choices((1, 2, 3), (75, 20, 5))
        states = _growing(rng, complete, later)
        if not large and rng.random() < 0.25:
            states[-1] = _reduced(complete)
    version = rng.choices((1, 2, 3), (80, 15, 5))[0]
    versions = []
    for state in states:
        versions.append({**state, "version": version})
        version += rng.choices((1, 2, 5), (85, 10, 5))[0]
    return versions


def _growing(rng: Random, complete: JsonObject, later: int) -> list[JsonObject]:
    """`later` states with fewer and fewer reports outstanding, then `complete`."""
    sessions = complete["sessions"]
    late = rng.sample(range(len(sessions)), max(1, len(sessions) // 3))
    unreported = {number: _without_report(rng, sessions[number]) for number in late}
    states = [complete]
    for rank in range(1, later + 1):
        outstanding = set(late[: max(1, len(late) * rank // later)])
        known = [unreported[n] if n in outstanding else session for n, session in enumerate(sessions)]
        states.insert(0, {**complete, "sessions": known})
    return states


def _without_report(rng: Random, session: JsonObject) -> JsonObject:
    """The session before its caller's client reported: nothing of the media at all, or only that there were some."""
    nothing = rng.random() < 0.5
    segments = [
        {
            **segment,
            "caller": _without_feedback(segment["caller"]),
            "media": [] if nothing else [_unmeasured(media) for media in segment["media"]],
        }
        for segment in session["segments"]
    ]
    return {**session, "caller": _without_feedback(session["caller"]), "segments": segments}


def _without_feedback(endpoint: JsonObject) -> JsonObject:
    return {**endpoint, "feedback": None} if "feedback" in endpoint else endpoint


def _unmeasured(media: JsonObject) -> JsonObject:
    streams = [{**stream, **dict.fromkeys(MEASURED)} for stream in media["streams"]]
    return {**media, "callerDevice": None, "callerNetwork": None, "streams": streams}


def _reduced(record: JsonObject) -> JsonObject:
    """`record` less its last session, or less the last media of its only one."""
    *others, last = record["sessions"]
    if others:
        return {**record, "sessions": others}
    *segments, segment = last["segments"]
    segments.append({**segment, "media": segment["media"][:-1]})
    return {**record, "sessions": [{**last, "segments": segments}]}
