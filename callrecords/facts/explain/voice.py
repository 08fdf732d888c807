"""What happened between the caller and the called in words, in English. Pure."""

from collections.abc import Iterator

from callrecords.facts.explain.words import length_in_words, role_in_words
from callrecords.ports.callrow import VoiceFact, VoiceRow

UNKNOWN_TENANT = "unknown"
"""The organisation of a row that was derived without one."""

_DIRECTIONS = {
    "inbound": "an inbound call",
    "outbound": "an outbound call",
    "internal": "an internal call",
}
_OUTCOMES = {
    "answered": "It was answered",
    "missed": "Nobody answered",
    "declined": "It was declined",
    "busy": "The called party was busy",
    "cancelled": "The caller gave up",
    "voicemail": "It went to voicemail",
    "failed": "It failed",
}


def voice_in_words(voice: VoiceRow, tenant_id: str) -> Iterator[str]:
    """What happened between the caller and the called, in sentences; what is not certain says so.

    The direction is that which the organisation `tenant_id` sees.
    """
    if direction := voice.get("direction"):
        seen_from = "" if tenant_id == UNKNOWN_TENANT else f", as seen from the organisation {tenant_id}"
        yield f"It was {_DIRECTIONS[direction['value']]}{_doubt(direction)}{seen_from}."
    for step in voice.get("path", ()):
        seconds = f" for {length_in_words(step['seconds'])}" if "seconds" in step else ""
        named = f", {step['name']}," if "name" in step else ""
        yield f"It was with {role_in_words(step['role'])}{named}{seconds}."
    if waited := voice.get("queueWait"):
        yield f"The caller waited {length_in_words(waited['value'])} in queues until somebody answered{_doubt(waited)}."
    if outcome := voice.get("outcome"):
        by = voice.get("answeredBy")
        who = f" by {by.get('name', by['value'])}" if by else ""
        yield f"{_OUTCOMES[outcome['value']]}{who}{_doubt(outcome)}."
    if to := voice.get("forwarded"):
        yield f"It was forwarded to {to.get('name', to['value'])}{_doubt(to)}."
    if to := voice.get("transferred"):
        yield f"It was transferred to {to.get('name', to['value'])}{_doubt(to)}."


def _doubt(fact: VoiceFact) -> str:
    return "" if fact["certainty"] == "certain" else ", most likely"
