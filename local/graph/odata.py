"""The part of OData's query language that Graph documents for call records; everything else is refused.

https://learn.microsoft.com/graph/api/callrecords-callrecord-get and
https://learn.microsoft.com/graph/api/callrecords-cloudcommunications-list-callrecords
"""

import base64
import binascii
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from multidict import MultiMapping

from callrecords.graphtypes import JsonObject
from local.graph.errors import bad_request

# A moment and what it has beyond whole seconds: Graph's have seven digits, datetime keeps six.
type Instant = tuple[datetime, str]
type Predicate = Callable[[JsonObject], bool]

_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,12}))?(Z|[+-]\d\d:\d\d)")
_COMPARISONS = {"lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge}
_TERM = re.compile(
    r"\s*(?:startDateTime\s+(?P<comparison>lt|le|gt|ge)\s+(?P<instant>\S+)"
    r"|participants_v2/any\(\s*(?P<variable>\w+)\s*:\s*(?P=variable)/id\s+eq\s+'(?P<id>[^']*)'\s*\))\s*"
)
_AND = re.compile(r"and\s+")


@dataclass(frozen=True)
class Expansion:
    """A relationship to show in place, the options for its following pages, and its @odata.context."""

    relationship: str
    options: dict[str, str]
    context: str


@dataclass(frozen=True)
class Resource:
    """What can be asked of one kind of resource: its query options, properties and values of $expand."""

    type: str
    options: frozenset[str]
    properties: frozenset[str]
    expansions: dict[str, Expansion]


@dataclass(frozen=True)
class Query:
    """What a request asks for.

    `select` holds names of properties, None for all; `after` is where the page before ended, None on the first
    page; `options` are $select, $expand and $filter as they were given, for the nextLink.
    """

    select: frozenset[str] | None
    expand: Expansion | None
    matches: Predicate
    after: str | None
    options: dict[str, str]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_RECORD_PROPERTIES = _names(
    "id version type modalities lastModifiedDateTime startDateTime endDateTime joinWebUrl organizer participants"
)
RECORD = Resource(
    "callRecord",
    _names("$select $expand"),
    _RECORD_PROPERTIES,
    {
        "sessions": Expansion("sessions", {}, "(sessions())"),
        "sessions($expand=segments)": Expansion("sessions", {"$expand": "segments"}, "(sessions(segments()))"),
        "participants_v2": Expansion("participants_v2", {}, "(participants_v2())"),
    },
)
RECORDS = Resource("callRecord", _names("$select $filter $skiptoken"), _RECORD_PROPERTIES, {})
SESSIONS = Resource(
    "session",
    _names("$select $expand $skiptoken"),
    _names("id caller callee failureInfo isTest modalities startDateTime endDateTime"),
    {"segments": Expansion("segments", {}, "(segments())")},
)
PARTICIPANTS = Resource("participant", _names("$select $skiptoken"), _names("id identity administrativeUnitInfos"), {})


def parse_query(query: MultiMapping[str], resource: Resource) -> Query:
    """What `query` asks of `resource`. Raises GraphError 400 for what Graph refuses or does not document."""
    for name in query:
        if name not in resource.options:
            raise bad_request(f"Query option '{name}' is not allowed.")
        if len(query.getall(name)) > 1:
            raise bad_request(f"Query option '{name}' was specified more than once, but it must be at most once.")
    options = {name: text for name, text in query.items() if name != "$skiptoken"}
    token = query.get("$skiptoken")
    return Query(
        select=_parse_select(options["$select"], resource) if "$select" in options else None,
        expand=_parse_expand(options["$expand"], resource) if "$expand" in options else None,
        matches=_parse_filter(options["$filter"]) if "$filter" in options else lambda _: True,
        after=None if token is None else decode_skiptoken(token),
        options=options,
    )


def parse_instant(text: str) -> Instant:
    """The DateTimeOffset `text`. Raises ValueError."""
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is not a date and time with an offset, such as 2026-03-04T10:00:00Z.")
    seconds, fraction, offset = match.groups(default="")
    return datetime.fromisoformat(seconds + offset), fraction.ljust(12, "0")


def encode_skiptoken(position: str) -> str:
    """An opaque $skiptoken for the page after `position`."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def decode_skiptoken(token: str) -> str:
    """The position in a $skiptoken. Raises GraphError 400 for one that was not given out."""
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise bad_request("Invalid $skiptoken.") from None


def _parse_select(text: str, resource: Resource) -> frozenset[str]:
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in resource.properties:
            raise bad_request(
                f"Could not find a property named '{name}' on type 'microsoft.graph.callRecords.{resource.type}'."
            )
    return frozenset(names)


def _parse_expand(text: str, resource: Resource) -> Expansion:
    expansion = resource.expansions.get(re.sub(r"\s", "", text))
    if expansion is None:
        raise bad_request(f"$expand of {resource.type} is '{text}': expected one of {', '.join(resource.expansions)}.")
    return expansion


def _parse_filter(text: str) -> Predicate:
    """The conjunction of the terms in `text`."""
    terms: list[Predicate] = []
    position = 0
    while match := _TERM.match(text, position):
        terms.append(_term(match))
        position = match.end()
        if position == len(text):
            return lambda record: all(term(record) for term in terms)
        conjunction = _AND.match(text, position)
        if conjunction is None:
            break
        position = conjunction.end()
    raise bad_request(
        f"Invalid filter clause at position {position} in '{text}': startDateTime with lt, le, gt or ge, and"
        " participants_v2/any(p:p/id eq '...') can be filtered by, joined by and."
    )


def _term(match: re.Match[str]) -> Predicate:
    if match["id"] is not None:
        return lambda record: any(each.get("id") == match["id"] for each in record["participants_v2"])
    compare = _COMPARISONS[match["comparison"]]
    try:
        bound = parse_instant(match["instant"])
    except ValueError as error:
        raise bad_request(f"Invalid filter clause: {error}") from None
    return lambda record: compare(parse_instant(record["startDateTime"]), bound)
