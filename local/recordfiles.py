"""A call record out of the answers of Graph that somebody saved to files."""

from collections.abc import Iterable, Sequence

import orjson

from callrecords.callrecord import CallRecord, Caveat
from callrecords.errors import Unreadable
from callrecords.graphtypes import JsonObject

_LISTS = ("sessions", "participants_v2")
_LINK = "@odata.nextLink"


def parsed(text: bytes) -> JsonObject:
    """The answer in the text of a file: a call record, or a page of one of its lists. Raises Unreadable."""
    try:
        found = orjson.loads(text.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"It is no JSON: {error}.") from None
    if isinstance(found, dict) and isinstance(found.get("value"), list):
        return found
    if not isinstance(found, dict) or "startDateTime" not in found or not isinstance(found.get("id"), str):
        raise Unreadable("It is no call record: expected an object with id and startDateTime.")
    for name in _LISTS:
        if not isinstance(found.get(name, []), list | None):
            raise Unreadable(f"{name} is no list.")
    return found


def record_of(answers: Iterable[JsonObject]) -> CallRecord:
    """The record that the answers make together, in any order.

    Raises Unreadable where they are not of one call record, or a page of one of its lists is missing.
    """
    pages, records = list[JsonObject](), list[JsonObject]()
    for each in answers:
        (pages if "value" in each else records).append(each)
    if not records:
        raise Unreadable("It is a list, or a page of one: expected a call record as well.")
    if len({(each["id"], each.get("version")) for each in records}) > 1:
        raise Unreadable("They are of several call records, or of several versions of one.")
    sessions, participants = (_whole(name, records, _pages_of(name, pages)) for name in _LISTS)
    version = records[0].get("version")
    caveats: tuple[Caveat, ...] = () if sessions else ("noSessions",)
    return CallRecord(
        call_id=records[0]["id"],
        version=version if isinstance(version, int) else 0,
        properties={name: value for name, value in records[0].items() if name not in _LISTS},
        sessions=sessions,
        participants=participants,
        caveats=caveats,
    )


def _pages_of(name: str, pages: Iterable[JsonObject]) -> list[JsonObject]:
    return [each for each in pages if ("sessions" if _has_sessions(each) else "participants_v2") == name]


def _has_sessions(page: JsonObject) -> bool:
    elements = (each for each in page["value"] if isinstance(each, dict))
    return "/sessions" in str(page.get("@odata.context")) or any("caller" in each for each in elements)


def _whole(name: str, records: Sequence[JsonObject], pages: Sequence[JsonObject]) -> list[JsonObject]:
    """The list, of which the record has the first page unless it was asked for by itself."""
    firsts = [each for each in records if name in each][:1]
    links = sum(bool(each.get(f"{name}{_LINK}")) for each in firsts) + sum(bool(each.get(_LINK)) for each in pages)
    if any(page in pages[:place] for place, page in enumerate(pages)):
        raise Unreadable(f"A page of {name} is there twice.")
    if (firsts or pages) and len(firsts) + len(pages) <= links:
        raise Unreadable(
            f"It is incomplete: Graph has more pages of {name} than are here. Request each {_LINK}, save the"
            " answers, and name them as well. See --help."
        )
    return [*(firsts[0][name] or () if firsts else ()), *(each for page in pages for each in page["value"])]
