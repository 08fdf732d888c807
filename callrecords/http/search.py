"""The search for calls: `GET calls`."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from callrecords.cosmos.order import Sort
from callrecords.cosmos.search import Place, Search
from callrecords.errors import CallRecordsError
from callrecords.graphtypes import JsonObject
from callrecords.http import filters
from callrecords.http.answers import Answer, BadParameter, json_answer, refusal
from callrecords.http.continuations import Continuation, fingerprint, is_key_of_call
from callrecords.http.packed import endpoints_of
from callrecords.http.parameters import check_names, number, one_of, period, some_of, yes_or_no
from callrecords.ports.callrow import CallRow

if TYPE_CHECKING:
    from callrecords.cosmos.calls import CallsStore
    from callrecords.cosmos.callsearch import CallSearches

MOST_DAYS = 31
DEFAULT_TOP, MOST_TOP = 50, 500
SORTS: tuple[Sort, ...] = ("newest", "worst")
FIELDS = tuple(CallRow.__annotations__)
DEFAULT_FIELDS = tuple(name for name in FIELDS if name != "details")
# A row with packed endpoints has up to 2 MB, and is read and unpacked to see whether it is one that is asked for.
MOST_UNPACKED = 10

PARAMETERS = ("from", "to", *filters.NAMES, "sort", "fields", "count", "top", "continuation")
# What may be another for each page.
_OF_PAGE = ("fields", "count", "top", "continuation")


@dataclass(frozen=True)
class AskedSearch:
    """A search as it was asked for: `fingerprint` tells it from others, `asked` is when its first page was."""

    search: Search
    fingerprint: str
    asked: datetime
    has_count: bool

    def continuation(self, place: Place) -> str:
        """What the next request gives to go on at `place`."""
        return str(Continuation(self.fingerprint, self.asked, place))


class _Page(NamedTuple):
    """The calls that are as asked; those of which that cannot be told, by id; and where the next page starts."""

    rows: list[CallRow]
    not_searched: list[str]
    next_place: Place | None


class SearchCalls:
    """Answers searches from the fact rows in `calls`."""

    def __init__(self, searches: "CallSearches", calls: "CallsStore", clock: Callable[[], datetime]) -> None:
        self._searches = searches
        self._calls = calls
        self._clock = clock

    async def __call__(self, parameters: Mapping[str, str]) -> Answer:
        """A page of the fact rows of the chosen calls, in the order asked for, and a `continuation` where there may be
        more; with `count` how many there are in all.

        A wrong parameter is a 400 whose sentence names it.
        """
        try:
            asked = parse(parameters, self._clock())
            page = await self._page(asked.search)
            counted = await self._counted(asked.search) if asked.has_count else {}
        except CallRecordsError as error:
            return refusal(error)
        return json_answer(
            {
                "calls": [_chosen(row, asked.search.fields) for row in page.rows],
                "notSearched": page.not_searched,
                "continuation": asked.continuation(page.next_place) if page.next_place else None,
                **counted,
            }
        )

    async def _page(self, search: Search) -> _Page:
        """A page that has fewer calls where rows with packed endpoints turned out to be others, and ends early where
        there were many to unpack."""
        found = await self._searches.page(search)
        page = _Page([], [], found.next_place)
        unpacked = 0
        for place, row in enumerate(found.rows):
            if row["packing"] == "details" or not search.filters.end.of_endpoint:
                page.rows.append(row)
                continue
            if unpacked == MOST_UNPACKED:
                return page._replace(next_place=search.place_after(found.rows[place - 1]))
            unpacked += 1
            is_asked_for = await self._has_endpoint(row, search)
            if is_asked_for is None:
                page.not_searched.append(row["callId"])
            elif is_asked_for:
                page.rows.append(row)
        return page

    async def _has_endpoint(self, row: CallRow, search: Search) -> bool | None:
        """Whether the call has an endpoint as asked for; None where its row has none for want of room."""
        if row["packing"] == "nothing":
            return None
        stored = await self._calls.whole(row["callId"], row["day"])
        return stored is not None and any(map(search.filters.end.are_met_by, endpoints_of(stored.row)))

    async def _counted(self, search: Search) -> JsonObject:
        count = await self._searches.count(search)
        return {"count": count.calls, "notCounted": count.undecided}


def parse(parameters: Mapping[str, str], now: datetime) -> AskedSearch:
    """The search that the parameters of a request ask for. Raises BadParameter naming the one that is wrong."""
    check_names(parameters, PARAMETERS)
    filters.check_values(parameters)
    sort = cast("Sort", one_of(parameters, "sort", SORTS) or SORTS[0])
    continuation = parameters.get("continuation")
    goes_on = Continuation.parse(continuation, functools.partial(is_key_of_call, sort)) if continuation else None
    asked = goes_on.asked if goes_on else now  # later pages are of the same time
    start, end = period(parameters, asked, MOST_DAYS)
    search = Search(
        start=start,
        end=end,
        filters=filters.filters(parameters),
        fields=some_of(parameters, "fields", FIELDS) or DEFAULT_FIELDS,
        top=number(parameters, "top", DEFAULT_TOP, MOST_TOP),
        place=Place((end - timedelta(microseconds=1)).date()),
        sort=sort,
    )
    chosen = fingerprint(parameters, (name for name in PARAMETERS if name not in _OF_PAGE))
    if goes_on:
        if goes_on.fingerprint != chosen or goes_on.place.day not in search.days:
            raise BadParameter("continuation is of another search: expected that of the page before.")
        search = replace(search, place=goes_on.place)
    return AskedSearch(search, chosen, asked, yes_or_no(parameters, "count") is True)


def _chosen(row: CallRow, fields: tuple[str, ...]) -> JsonObject:
    """The fields of the row that were asked for, of those that it has."""
    return {name: value for name, value in row.items() if name in fields}
