"""How Graph shows call records: properties, relationships, pages and preferences."""

import heapq
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote

from callrecords.graphtypes import JsonObject
from local.graph.errors import bad_request
from local.graph.odata import Query, encode_skiptoken, parse_instant

_PAGE_SIZES = {"callRecords": 60, "sessions": 60, "participants_v2": 130}
_PARTS: dict[str, type] = {
    "id": str,
    "version": int,
    "startDateTime": str,
    "sessions": list,
    "participants_v2": list,
}
_RELATIONSHIPS = {"organizer_v2", "participants_v2", "sessions"}
# Members that were added to an enumeration after its sentinel `unknownFutureValue`.
_LATE_MEMBERS = {"productFamily": {"azureCommunicationServices"}}


def check_record(record: JsonObject) -> None:
    """Raises ValueError when `record` lacks what is needed to serve it."""
    for name, kind in _PARTS.items():
        if not isinstance(record.get(name), kind):
            raise ValueError(f"Call record: {name} is {record.get(name)!r}, expected a {kind.__name__}.")
    parse_instant(record["startDateTime"])
    for session in record["sessions"]:
        if not isinstance(session.get("segments"), list):
            raise ValueError(f"Session {session.get('id')}: segments are missing, expected a list.")


@dataclass(frozen=True)
class Preferences:
    """The Prefer headers of a request; preferences that Graph does not document for call records are ignored,
    as RFC 7240 has it."""

    max_page_size: int | None
    unknown_enum_members: bool
    omit_nulls: bool

    @classmethod
    def parse(cls, headers: Iterable[str]) -> Self:
        """Raises GraphError 400 for a page size that is not a number from 1."""
        given = {part.strip().lower() for header in headers for part in re.split("[,;]", header)}
        sizes = [part.partition("=")[2] for part in given if part.startswith("odata.maxpagesize=")]
        for size in sizes:
            if not re.fullmatch(r"[1-9]\d*", size):
                raise bad_request(f"Preference odata.maxpagesize is '{size}': expected a number from 1.")
        return cls(
            max_page_size=int(sizes[0]) if sizes else None,
            unknown_enum_members="include-unknown-enum-members" in given,
            omit_nulls="omit-values=nulls" in given,
        )


class Representation:
    """Shows records to one request: links begin with `root`, for example https://graph.microsoft.com/v1.0.

    `knows_tests` is False in the clouds whose sessions have no isTest. `omits_empty`: who asks for nulls to be left out
    gets no empty lists either, as the pages of Graph's list methods have it.
    """

    def __init__(self, root: str, preferences: Preferences, *, knows_tests: bool, omits_empty: bool = False) -> None:
        self._root = root
        self._preferences = preferences
        empty: tuple[object, ...] = (None, []) if omits_empty else (None,)
        self._omitted = empty if preferences.omit_nulls else ()
        self._knows_tests = knows_tests

    def record(self, record: JsonObject, query: Query) -> JsonObject:
        """The record, and in it the first page of the relationship that `query` expands."""
        expand = query.expand
        context = f"communications/callRecords{expand.context if expand else ''}/$entity"
        document = {"@odata.context": self._context(context), **self._properties(record, query.select)}
        if expand:
            elements, next_link = self._page(record, expand.relationship, 0, expand.options, None)
            document[expand.relationship] = elements
            if next_link:
                document[f"{expand.relationship}@odata.nextLink"] = next_link
        return self._as_preferred(document)

    def records(self, found: Iterable[JsonObject], query: Query) -> JsonObject:
        """The page of `found` that `query` asks for, without any relationship; the order means nothing."""
        size = self._page_size("callRecords")
        rest = (each for each in found if query.after is None or _position(each) > query.after)
        # One more than the page tells whether there is another.
        page = heapq.nsmallest(size + 1, rest, key=_position)
        values = [self._properties(each, query.select) for each in page[:size]]
        next_link = None
        if len(page) > size:
            next_link = self._next_link("communications/callRecords", query.options, _position(page[size - 1]))
        return self._collection("communications/callRecords", values, next_link)

    def elements(self, record: JsonObject, relationship: str, query: Query) -> JsonObject:
        """The page of the record's sessions or participants_v2 that `query` asks for.

        Raises GraphError 400 for a $skiptoken of another list.
        """
        if not (query.after or "0").isdecimal():
            raise bad_request("Invalid $skiptoken.")
        values, next_link = self._page(record, relationship, int(query.after or 0), query.options, query.select)
        context = query.expand.context if query.expand else ""
        return self._collection(f"{_path(record)}/{relationship}{context}", values, next_link)

    def _properties(self, record: JsonObject, select: frozenset[str] | None) -> JsonObject:
        """What a record shows without $expand. Graph expands organizer_v2 by itself, selected or not."""
        context = self._context(_path(record))
        return {
            "organizer_v2@odata.context": f"{context}/organizer_v2/$entity",
            "participants_v2@odata.context": f"{context}/participants_v2",
            **{
                name: value
                for name, value in record.items()
                if name == "organizer_v2" or (name not in _RELATIONSHIPS and _is_selected(name, select))
            },
        }

    def _page(
        self,
        record: JsonObject,
        relationship: str,
        start: int,
        options: Mapping[str, str],
        select: frozenset[str] | None,
    ) -> tuple[list[JsonObject], str | None]:
        """The elements from `start` on, and the link to those after them."""
        elements: list[JsonObject] = record[relationship]
        end = start + self._page_size(relationship)
        page = [self._element(each, options, select) for each in elements[start:end]]
        if end >= len(elements):
            return page, None
        return page, self._next_link(f"{_path(record)}/{relationship}", options, str(end))

    def _element(self, element: JsonObject, options: Mapping[str, str], select: frozenset[str] | None) -> JsonObject:
        shown = {name: value for name, value in element.items() if _is_selected(name, select)}
        if not self._knows_tests:
            shown.pop("isTest", None)
        shown.pop("segments", None)
        if "$expand" in options:
            shown["segments"] = element["segments"]
        return shown

    def _page_size(self, relationship: str) -> int:
        most = _PAGE_SIZES[relationship]
        preferred = self._preferences.max_page_size or most
        if preferred > most:
            raise bad_request(f"Preference odata.maxpagesize is {preferred}: {relationship} allows up to {most}.")
        return preferred

    def _collection(self, path: str, values: list[JsonObject], next_link: str | None) -> JsonObject:
        page: JsonObject = {"@odata.context": self._context(path)}
        if next_link:
            page["@odata.nextLink"] = next_link
        return self._as_preferred({**page, "value": values})

    def _context(self, path: str) -> str:
        return f"{self._root}/$metadata#{path}"

    def _next_link(self, path: str, options: Mapping[str, str], position: str) -> str:
        query = {**options, "$skiptoken": encode_skiptoken(position)}
        return f"{self._root}/{path}?" + "&".join(
            f"{name}={quote(text, safe="$(),:/'")}" for name, text in query.items()
        )

    def _as_preferred(self, document: JsonObject) -> JsonObject:
        hide_late_members = not self._preferences.unknown_enum_members
        if not hide_late_members and not self._omitted:
            return document
        shown: JsonObject = _rewrite(document, hide_late_members, self._omitted)
        return shown


def _rewrite(value: Any, hide_late_members: bool, omitted: tuple[object, ...]) -> Any:
    if isinstance(value, list):
        return [_rewrite(each, hide_late_members, omitted) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: "unknownFutureValue"
        if hide_late_members and each in _LATE_MEMBERS.get(name, ())
        else _rewrite(each, hide_late_members, omitted)
        for name, each in value.items()
        if each not in omitted
    }


def _is_selected(name: str, select: frozenset[str] | None) -> bool:
    return select is None or name in select


def _path(record: JsonObject) -> str:
    return f"communications/callRecords('{record['id']}')"


def _position(record: JsonObject) -> str:
    """Where a record stands in the list: at random with regard to time, and the same in every request."""
    return str(record["id"])[::-1]
