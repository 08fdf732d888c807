"""The functions that give rows of phone calls. Each needs the role CallRecord-PstnCalls.Read.All.

https://learn.microsoft.com/graph/api/callrecords-callrecord-getpstncalls and
https://learn.microsoft.com/graph/api/callrecords-callrecord-getdirectroutingcalls
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from callrecords.ports.phonerow import PhoneSource
from local.graph.errors import bad_request, forbidden
from local.graph.odata import Instant, parse_instant
from local.graph.responses import json_response
from local.graph.simulator import PHONE_ROLE, GraphSimulator

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_LONGEST = timedelta(days=90)
_ARGUMENTS = ("fromDateTime", "toDateTime")
# As a sample of Graph's own nextLink has them: whoever reads more than a page has to take links as they are.
_LINK_ARGUMENTS = ("from", "to")


@dataclass(frozen=True)
class _Function:
    """A function: its rows, whether a call at the end of the span is in it, and how long that may be."""

    name: str
    source: PhoneSource
    row_type: str
    includes_end: bool
    longest: timedelta | None


_PSTN = _Function("getPstnCalls", "pstn", "pstnCallLogRow", includes_end=True, longest=_LONGEST)
_DIRECT_ROUTING = _Function(
    "getDirectRoutingCalls", "directRouting", "directRoutingLogRow", includes_end=False, longest=None
)


async def get_pstn_calls(graph: GraphSimulator, request: web.Request) -> web.Response:
    """GET /communications/callRecords/getPstnCalls(fromDateTime={from},toDateTime={to})"""
    return _page(graph, request, _PSTN)


async def get_direct_routing_calls(graph: GraphSimulator, request: web.Request) -> web.Response:
    """GET /communications/callRecords/getDirectRoutingCalls(fromDateTime={from},toDateTime={to})"""
    return _page(graph, request, _DIRECT_ROUTING)


def _page(graph: GraphSimulator, request: web.Request, function: _Function) -> web.Response:
    """The page of rows that the request asks for. Nulls are shown: the functions document no Prefer."""
    graph.authorize(forbidden(), PHONE_ROLE)
    skipped = _skipped(request)
    texts = _arguments(request.match_info["arguments"], _LINK_ARGUMENTS if skipped else _ARGUMENTS)
    start, end = _span(texts, function)
    rows = graph.phone_rows.shown(
        function.source, lambda began: start <= began and (began < end or (function.includes_end and began == end))
    )
    following = skipped + graph.phone_rows.rules.page_size
    page = rows[skipped:following]
    root = f"{request.scheme}://{request.host}/v1.0"
    links = {}
    if following < len(rows):
        arguments = ",".join(f"{name}={text}" for name, text in zip(_LINK_ARGUMENTS, texts, strict=True))
        link = f"{root}/communications/callRecords/{function.name}({arguments})?$skip={following}"
        links["@odata.nextLink"] = link
    context = f"{root}/$metadata#Collection(microsoft.graph.callRecords.{function.row_type})"
    return json_response({"@odata.context": context, "@odata.count": len(page), **links, "value": page})


def _skipped(request: web.Request) -> int:
    for name in request.query:
        if name != "$skip":
            raise bad_request(f"Query option '{name}' is not allowed.")
    text = request.query.get("$skip", "0")
    if not re.fullmatch(r"\d{1,9}", text):
        raise bad_request(f"Invalid value '{text}' for $skip query option found.")
    return int(text)


def _arguments(text: str, names: tuple[str, ...]) -> list[str]:
    """The values of the arguments called `names`."""
    given = dict(each.split("=", 1) for each in text.split(",") if "=" in each)
    if tuple(given) != names:
        raise bad_request(f"Expression expected in '{text}': expected {' and '.join(names)}.")
    return list(given.values())


def _span(texts: list[str], function: _Function) -> tuple[Instant, Instant]:
    start, end = map(_instant, texts)
    if end < start:
        raise bad_request(f"toDateTime is '{texts[1]}': expected a time after fromDateTime.")
    if function.longest is not None and end[0] - start[0] > function.longest:
        raise bad_request(f"The date range cannot exceed {function.longest.days} days.")
    return start, end


def _instant(text: str) -> Instant:
    """A full timestamp, or a date, which is its first moment."""
    try:
        return parse_instant(f"{text}T00:00:00Z" if _DATE.fullmatch(text) else text)
    except ValueError as error:
        raise bad_request(f"Invalid argument: {error}") from None
