"""The forms of settings. Each parser raises ValueError saying what was expected."""

import re
import uuid
from urllib.parse import urlsplit

from callrecords.facts.streamquality import Profile

GRAPH_ROOTS = {
    "global": "https://graph.microsoft.com",
    "usgov": "https://graph.microsoft.us",
    "dod": "https://dod-graph.microsoft.us",
}
MOST_DAYS = 365


class Secret(str):
    """A string whose repr, as dumps of settings and of local variables have it, does not show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('**********')"


def guid(text: str) -> str:
    """The GUID in its usual form, lower case."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise ValueError("a GUID such as 11112222-3333-4444-5555-666677778888") from None


def cloud(text: str) -> str:
    """One of GRAPH_ROOTS."""
    if text not in GRAPH_ROOTS:
        raise ValueError(f"one of {', '.join(GRAPH_ROOTS)}")
    return text


def base_url(text: str) -> str:
    """An absolute URL without its last slash: https, or http on this machine."""
    expected = "an https URL such as https://calls.example.com (http is allowed on this machine only)"
    try:
        url = urlsplit(text)
    except ValueError:
        raise ValueError(expected) from None
    schemes = ("https", "http") if url.hostname in ("localhost", "127.0.0.1", "::1") else ("https",)
    if not url.hostname or url.scheme not in schemes or url.query or url.fragment:
        raise ValueError(expected)
    return text.rstrip("/")


def client_state(text: str) -> Secret:
    """A secret. Graph takes at most 128 characters, and one of fewer than 16 could be guessed."""
    if not 16 <= len(text) <= 128:
        raise ValueError("a secret of 16 to 128 characters")
    return Secret(text)


def schedule(text: str) -> str:
    """Six fields of NCRONTAB; the Functions host checks what is in them."""
    if not re.fullmatch(r"[\w*/,\-]+( [\w*/,\-]+){5}", text):
        raise ValueError("an NCRONTAB expression of six fields such as '0 */15 * * * *'")
    return text


def profile(text: str) -> Profile:
    """One of the profiles, as `qualityProfile` of a fact row names it."""
    if text not in Profile:
        raise ValueError(f"one of {', '.join(Profile)}")
    return Profile(text)


def truth(text: str) -> str:
    """Yes or no."""
    if text not in ("true", "false"):
        raise ValueError("true or false")
    return text


def days(text: str) -> str:
    """A number of days, a year at most."""
    if not re.fullmatch(r"[1-9][0-9]{0,2}", text) or int(text) > MOST_DAYS:
        raise ValueError(f"a number from 1 to {MOST_DAYS}")
    return text


def name(text: str) -> str:
    """A name that Cosmos DB takes."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,254}", text):
        raise ValueError("a name of letters, digits, '-' and '_'")
    return text
