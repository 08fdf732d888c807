"""The search for rows of phone calls: `GET phone-calls`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, cast, get_args

from callrecords.callrecord import CALL_ID
from callrecords.cosmos.phonesearch import PhoneFilters, PhoneSearch
from callrecords.cosmos.search import Place
from callrecords.errors import CallRecordsError
from callrecords.graphtypes import JsonObject
from callrecords.http.answers import Answer, BadParameter, csv_answer, json_answer, refusal
from callrecords.http.continuations import Continuation, fingerprint
from callrecords.http.filters import check_values
from callrecords.http.parameters import SHOWN, check_names, guid, number, one_of, period, yes_or_no
from callrecords.http.reports import FORMATS
from callrecords.ports.phonerow import PhoneKind, PhoneRow, PhoneSource

if TYPE_CHECKING:
    from callrecords.cosmos.phonecalls import PhoneCallsStore

MOST_DAYS = 31
# Who adds up a table may not know that there is a second page: in CSV the first one has all that a page can have.
DEFAULT_TOP, MOST_TOP = 50, 5_000
SOURCES: tuple[PhoneSource, ...] = get_args(PhoneSource)
KINDS: tuple[PhoneKind, ...] = get_args(PhoneKind.__value__)
FIELDS = tuple(name for name in PhoneRow.__annotations__ if name not in ("tenantId", "record"))
# In CSV a cell has one value. Of the cause there are three, and of the join the calls and how they were found, or the
# reason why there are none.
_OF_CELLS = ("cause", "side", "lookAt", "callIds", "joinedBy", "notJoined", "flags")
COLUMNS = (*(name for name in FIELDS if name not in ("digest", "joined", *_OF_CELLS)), *_OF_CELLS)
PARAMETERS = (
    "from", "to", "source", "user", "number", "trunk", "failed", "kind", "joined", "call", "format", "record",
    "top", "continuation",
)  # fmt: skip

# What may be another for each page.
_OF_PAGE = ("format", "record", "top", "continuation")
_START = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_ROW_ID = re.compile(r"(?:pstn|directRouting)-(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64})")


@dataclass(frozen=True)
class AskedPhoneSearch:
    """A search as it was asked for: `fingerprint` tells it from others, `asked` is when its first page was."""

    search: PhoneSearch
    fingerprint: str
    asked: datetime
    is_csv: bool

    def continuation(self, place: Place) -> str:
        """What the next request gives to go on at `place`."""
        return str(Continuation(self.fingerprint, self.asked, place))


class SearchPhoneCalls:
    """Answers searches from the rows in `phoneCalls`."""

    def __init__(self, phone_calls: "PhoneCallsStore", clock: Callable[[], datetime]) -> None:
        self._phone_calls = phone_calls
        self._clock = clock

    async def __call__(self, parameters: Mapping[str, str]) -> Answer:
        """A page of the chosen rows, the newest first, in the `format` wanted, and a continuation where there may be
        more: in CSV it is the header X-Continuation.

        A wrong parameter is a 400 whose sentence names it.
        """
        try:
            asked = parse(parameters, self._clock())
            rows, next_place = await self._phone_calls.page(await self._of_days(asked.search))
        except CallRecordsError as error:
            return refusal(error)
        continuation = asked.continuation(next_place) if next_place else None
        if asked.is_csv:
            more = {"X_Continuation": continuation} if continuation else {}
            return csv_answer(COLUMNS, map(_as_cells, rows), **more)
        return json_answer({"phoneCalls": rows, "continuation": continuation})

    async def _of_days(self, search: PhoneSearch) -> PhoneSearch:
        """The search; that for the rows of a call over all days, over those on which there are some."""
        if search.filters.call is None or search.first_day > date.min:
            return search
        return replace(search, of_days=await self._phone_calls.days_of(search.filters.call))


def parse(parameters: Mapping[str, str], now: datetime) -> AskedPhoneSearch:
    """The search that the parameters of a request ask for. Raises BadParameter naming the one that is wrong."""
    check_names(parameters, PARAMETERS)
    check_values(parameters)
    is_csv = one_of(parameters, "format", FORMATS) == "csv"
    continuation = parameters.get("continuation")
    goes_on = Continuation.parse(continuation, _is_key) if continuation else None
    asked = goes_on.asked if goes_on else now  # later pages are of the same time
    first_day, last_day = _days(parameters, asked)
    search = PhoneSearch(
        first_day=first_day,
        last_day=last_day,
        filters=_filters(parameters),
        fields=_fields(parameters, is_csv),
        top=number(parameters, "top", MOST_TOP if is_csv else DEFAULT_TOP, MOST_TOP),
        place=Place(last_day),
    )
    chosen = fingerprint(parameters, (name for name in PARAMETERS if name not in _OF_PAGE))
    if goes_on:
        if goes_on.fingerprint != chosen or not first_day <= goes_on.place.day <= last_day:
            raise BadParameter("continuation is of another search: expected that of the page before.")
        search = replace(search, place=goes_on.place)
    return AskedPhoneSearch(search, chosen, asked, is_csv)


def _days(parameters: Mapping[str, str], asked: datetime) -> tuple[date, date]:
    """The first and the last day of the period; all days for the rows of a call, where no period is told."""
    if parameters.get("call") and not parameters.get("from") and not parameters.get("to"):
        return date.min, date.max
    start, end = period(parameters, asked, MOST_DAYS)
    return start.date(), (end - timedelta(microseconds=1)).date()


def _filters(parameters: Mapping[str, str]) -> PhoneFilters:
    """What the parameters ask for, in the form in which rows have it."""
    told = {name: parameters[name] for name in ("user", "number", "trunk", "call") if parameters.get(name)}
    failed = yes_or_no(parameters, "failed")
    return PhoneFilters(
        source=cast("PhoneSource | None", one_of(parameters, "source", SOURCES)),
        user=_user(told["user"]) if "user" in told else None,
        numbers=_numbers(told["number"]) if "number" in told else (),
        trunk=told["trunk"].lower() if "trunk" in told else None,
        is_successful=None if failed is None else not failed,
        kind=cast("PhoneKind | None", one_of(parameters, "kind", KINDS)),
        call=guid(told["call"], "call") if "call" in told else None,
        is_joined=yes_or_no(parameters, "joined"),
    )


def _user(text: str) -> str:
    if "@" not in text and not CALL_ID.fullmatch(text.lower()):
        raise BadParameter(f"user is {text[:SHOWN]!r}: expected an Entra object id or a user principal name.")
    return text.lower()


def _numbers(text: str) -> tuple[str, ...]:
    """The number as it is written, and if it is one without separators, with and without a +."""
    written = text.strip()
    if not written:
        raise BadParameter(f"number is {text[:SHOWN]!r}: expected a telephone number, or what rows have instead.")
    bare = "" if re.search("[a-z]", written, re.IGNORECASE) else re.sub("[^0-9*]", "", written)
    return tuple(dict.fromkeys([written, *([bare, f"+{bare}"] if bare else [])]))


def _fields(parameters: Mapping[str, str], is_csv: bool) -> tuple[str, ...]:
    if not yes_or_no(parameters, "record"):
        return FIELDS
    if is_csv:
        raise BadParameter("record is 'true': expected false in CSV, which has no column for it.")
    return (*FIELDS, "record")


def _is_key(start: object, row_id: object) -> bool:
    """Whether these are the start of a row, empty where it has none, and its id."""
    is_start = isinstance(start, str) and (not start or _START.fullmatch(start) is not None)
    return is_start and isinstance(row_id, str) and _ROW_ID.fullmatch(row_id) is not None


def _as_cells(row: PhoneRow) -> JsonObject:
    cause = row.get("cause")
    of_cause = {name: cause.get(name) for name in ("cause", "side", "lookAt")} if cause else {"cause": None}
    join = row.get("joined", {})
    of_join = {
        "callIds": " ".join(call["callId"] for call in join.get("calls", ())),
        "joinedBy": " ".join(call["by"] for call in join.get("calls", ())),
        "notJoined": join.get("reason"),
    }
    cells = {name: value for name, value in row.items() if name in COLUMNS}
    return {**cells, **of_cause, **of_join, "flags": " ".join(row["flags"])}
