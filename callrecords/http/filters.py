"""The parameters by which a search chooses calls. A wrong one is a BadParameter whose sentence names it."""

import re
from collections.abc import Mapping
from typing import cast

from callrecords.callrecord import CALL_ID
from callrecords.cosmos.endfilters import EndFilters
from callrecords.cosmos.search import Filters
from callrecords.facts.media import Modality
from callrecords.facts.meetings import thread_id
from callrecords.http.answers import BadParameter
from callrecords.http.parameters import SHOWN, guid, one_of, yes_or_no
from callrecords.ports.callrow import VerdictName

NAMES = (
    "user", "number", "type", "modality", "subnet", "publicAddress", "platform", "clientVersion", "connectionType",
    "device", "rating", "quality", "failed", "organizer", "joinUrl", "id",
)  # fmt: skip
VERDICTS: tuple[VerdictName, ...] = ("good", "poor", "unclassified")
# A URL has to hold them all. What Graph has is ASCII but for names: of filters, devices have some.
LONGEST, LONGEST_URL = 256, 1_024
ASCII, ANY_TEXT = r"^[ -~]*$", r"^[^\u0000-\u001f\u007f]*$"

# As Graph spells them; others are searched for as they are written.
_KNOWN = {
    each.lower(): each
    for each in (
        "groupCall", "peerToPeer", "unknown", *Modality,
        "windows", "macOS", "iOS", "android", "web", "ipPhone", "roomSystem", "surfaceHub", "holoLens",
        "wired", "wifi", "mobile", "tunnel",
        "notRated", "bad", "poor", "fair", "good", "excellent",
    )
}  # fmt: skip


def longest(name: str) -> int:
    """How many characters the parameter may have."""
    return LONGEST_URL if name in ("joinUrl", "fields") else LONGEST


def pattern(name: str) -> str:
    """What the characters of the parameter have to be, as a regular expression."""
    return ANY_TEXT if name == "device" else ASCII


def check_values(parameters: Mapping[str, str]) -> None:
    """Raises BadParameter for one that is too long, or has characters that it cannot have."""
    for name, value in parameters.items():
        if len(value) > longest(name):
            raise BadParameter(f"{name} has {len(value)} characters: expected at most {longest(name)}.")
        if not re.fullmatch(pattern(name), value):
            kind = "printable ASCII characters" if pattern(name) == ASCII else "printable characters"
            raise BadParameter(f"{name} is {value[:SHOWN]!r}: expected {kind}.")


def filters(parameters: Mapping[str, str]) -> Filters:
    """What the parameters ask for, in the form in which rows have it."""
    told = {name: parameters[name] for name in NAMES if parameters.get(name)}
    return Filters(
        number=_bare_number(told["number"]) if "number" in told else None,
        type=_as_graph_spells(told.get("type")),
        modality=_as_graph_spells(told.get("modality")),
        organizer=_id_or_name(told["organizer"]) if "organizer" in told else None,
        thread_id=_thread_id(told["joinUrl"]) if "joinUrl" in told else None,
        call_id=guid(told["id"], "id") if "id" in told else None,
        end=EndFilters(
            user=told["user"].lower() if "user" in told else None,
            platform=_as_graph_spells(told.get("platform")),
            client_version=told.get("clientVersion"),
            connection_type=_as_graph_spells(told.get("connectionType")),
            public_address=told.get("publicAddress"),
            subnet=re.sub(r"/\d{1,3}$", "", told["subnet"]) if "subnet" in told else None,  # rows have it without
            device=told.get("device"),
            rating=_as_graph_spells(told.get("rating")),
            quality=cast("VerdictName | None", one_of(parameters, "quality", VERDICTS)),
            failed=yes_or_no(parameters, "failed"),
        ),
    )


def _bare_number(text: str) -> str:
    # Graph has E.164, mostly; a + that is not escaped in a URL is a space. What has letters is no number.
    return text if re.search("[a-z]", text, re.IGNORECASE) else re.sub("[^0-9*]", "", text)


def _as_graph_spells(text: str | None) -> str | None:
    return _KNOWN.get(text.lower(), text) if text else None


def _id_or_name(text: str) -> str:
    """In lower case, but for ids that are no GUIDs: rows have these as Graph has them."""
    return text.lower() if "@" in text or CALL_ID.fullmatch(text.lower()) else text


def _thread_id(text: str) -> str:
    # A thread id on its own is read as the last part of a URL.
    found = thread_id(f"/{text}")
    if found is None:
        raise BadParameter(
            f"joinUrl is {text[:SHOWN]!r}: expected a meeting's join URL with its thread id in it, or the thread id,"
            " such as 19:meeting_abc@thread.v2."
        )
    return found
