"""What Graph's callType says: a free string, which the two functions spell in two ways.

getPstnCalls has user_in, conf_out and ucap_in, getDirectRoutingCalls ByotIn and ByotOutUserForwarding, where the admin
centre has dr_in and dr_out_user_forwarding
(https://learn.microsoft.com/microsoftteams/teams-analytics-and-reports/pstn-usage-report). No list is complete, so the
words in it are read, in any case and with or without underscores.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from callrecords.ports.phonerow import PhoneDirection, PhoneKind

_WAYS: Mapping[str, PhoneDirection] = {"in": "inbound", "out": "outbound"}
_KINDS: Mapping[str, PhoneKind] = {
    "conf": "conference",
    "transfer": "transfer",
    "forwarding": "forwarded",
    "unassigned": "unassigned",
    "ucap": "bot",
    "bot": "bot",
    "emergency": "emergency",
}
# Bring your own trunk, and Direct Routing, stand at the beginning only.
_WORD = re.compile("|".join(("user", *_WAYS, *_KINDS)))
_FORM = re.compile(rf"(byot|dr)?((?:{_WORD.pattern})+)")


class CallType(NamedTuple):
    """Which way a call went, as seen from the organisation, and what it was."""

    direction: PhoneDirection
    kind: PhoneKind


def call_type(raw: str) -> CallType | None:
    """What the string says; None where a word of it is not known, or two contradict each other.

    A bot is a voice application: an attendant or a queue. Unassigned is a call to a number that nobody has.
    """
    found = _FORM.fullmatch(raw.lower().replace("_", ""))
    if found is None:
        return None
    words = _WORD.findall(found[2])
    ways = [_WAYS[word] for word in words if word in _WAYS]
    kinds = {_KINDS[word] for word in words if word in _KINDS}
    if len(ways) != 1 or len(kinds) > 1 or (not found[1] and len(words) == 1):
        return None
    return CallType(ways[0], kinds.pop() if kinds else "call")


def speaks_of_emergency(raw: str | None) -> bool:
    """Whether the text has the word, in any case: how Graph spells the type of an emergency call is nowhere told."""
    return raw is not None and "emergency" in raw.lower()
