"""Graph's rows of phone calls, which come a day or two after the call and have what it cost and how its trunk did.

https://learn.microsoft.com/graph/api/callrecords-callrecord-getpstncalls and
https://learn.microsoft.com/graph/api/callrecords-callrecord-getdirectroutingcalls
"""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime

from callrecords.graph.client import GraphClient
from callrecords.graph.limits import PHONE_CALLS_PAGE, RESERVED, Bucket
from callrecords.graph.pages import Pages
from callrecords.graph.parsing import Parsed
from callrecords.graphtypes import JsonObject, moment
from callrecords.ports.phonecalls import PhonePage
from callrecords.ports.phonerow import PhoneSource

_FUNCTIONS: dict[PhoneSource, str] = {"pstn": "getPstnCalls", "directRouting": "getDirectRoutingCalls"}


class PhoneCalls:
    """The rows of phone calls that Graph holds: PSTN for a year, Direct Routing for 150 days."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    async def pages(
        self,
        source: PhoneSource,
        start: datetime,
        end: datetime,
        next_link: str | None = None,
        followed: int = 0,
    ) -> AsyncGenerator[PhonePage]:
        """As PhoneCallPages. Raises the errors of GraphClient: Refused for more than 90 days; Garbled for what is no
        list of objects; Unreadable for pages that do not end, and for a nextLink to elsewhere."""
        what = f"Rows of {source} calls from {start:%Y-%m-%d %H:%M:%S} on"
        buckets: tuple[Bucket, ...] = ((PHONE_CALLS_PAGE, source), RESERVED)
        if next_link is None:
            first = await self._client.get(self._url(source, start, end), what, buckets, exact=True)
        else:
            first = Parsed({"@odata.nextLink": next_link}, is_repaired=False)
        pages = Pages(self._client, first, "value", what=what, buckets=buckets, followed=followed, exact=True)
        del first  # or it would be in memory beside the next ones
        if next_link is None:
            yield await _page(pages, end)
        else:
            await anext(pages)  # a page that is nothing but the link
        while pages.next_link is not None:
            yield await _page(pages, end)

    def _url(self, source: PhoneSource, start: datetime, end: datetime) -> str:
        """The SDK has builders for the functions, but loses the comma between the arguments
        (https://github.com/microsoftgraph/msgraph-sdk-python/issues/1234)."""
        records = self._client.url_of(self._client.sdk.communications.call_records.to_get_request_information())
        arguments = f"fromDateTime={_odata(start)},toDateTime={_odata(end)}"
        return f"{records}/{_FUNCTIONS[source]}({arguments})"


async def _page(pages: Pages, end: datetime) -> PhonePage:
    rows = [row for row in await anext(pages) if not _is_from(end, row)]
    is_repaired, pages.is_repaired = pages.is_repaired, False
    return PhonePage(rows=rows, next_link=pages.next_link, followed=pages.followed, is_repaired=is_repaired)


def _is_from(end: datetime, row: JsonObject) -> bool:
    """Whether the call started at `end` or later: getPstnCalls gives those at the end as well, which are of the next
    span. A row that does not tell is kept."""
    start = moment(row.get("startDateTime"))
    return start is not None and start >= end


def _odata(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
