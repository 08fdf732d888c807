"""The search for calls: `GET calls`."""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import orjson

from callrecords.callrecord import CALL_ID
from callrecords.cosmos.search import Filters, Place, Search
from callrecords.errors import CallRecordsError
from callrecords.facts.media import Modality
from callrecords.http.answers import Answer, BadParameter, json_answer, refusal
from callrecords.http.parameters import TIME, check_names, number, one_of, period

if TYPE_CHECKING:
    from callrecords.cosmos.calls import CallsStore

MOST_DAYS = 31
DEFAULT_TOP, MOST_TOP = 50, 500
VERDICTS = ("good", "poor", "unclassified")
# A URL has to hold them all. Ids, principal names, numbers and subnets are ASCII.
LONGEST, TEXT = 256, r"^[ -~]*$"

_FILTERS = ("user", "number", "type", "modality", "subnet", "quality", "failed")
PARAMETERS = ("from", "to", *_FILTERS, "top", "continuation")
# As Graph spells them; others are searched for as they are written.
_KNOWN = {each.lower(): each for each in ("groupCall", "peerToPeer", "unknown", *Modality)}


@dataclass(frozen=True)
class AskedSearch:
    """A search as it was asked for: `fingerprint` tells it from others, `asked` is when its first page was."""

    search: Search
    fingerprint: str
    asked: datetime

    def continuation(self, place: Place) -> str:
        """What the next request gives to go on at `place`."""
        told = [self.fingerprint, self.asked.isoformat(), place.day.isoformat(), place.after]
        return base64.urlsafe_b64encode(orjson.dumps(told)).decode()


@dataclass(frozen=True)
class _Continuation:
    """What a continuation says."""

    fingerprint: str
    asked: datetime
    place: Place

    @classmethod
    def parse(cls, continuation: str) -> "_Continuation":
        try:
            fingerprint, asked, day, after = orjson.loads(base64.urlsafe_b64decode(continuation))
            if not (TIME.fullmatch(asked) and (after is None or _is_place(*after))):
                raise ValueError
            place = Place(date.fromisoformat(day), tuple(after) if after else None)
            return cls(fingerprint, datetime.fromisoformat(asked).astimezone(UTC), place)
        except (ValueError, TypeError, OverflowError):
            raise BadParameter("continuation is malformed: expected that of the page before.") from None


class SearchCalls:
    """Answers searches from the fact rows in `calls`."""

    def __init__(self, calls: "CallsStore", clock: Callable[[], datetime]) -> None:
        self._calls = calls
        self._clock = clock

    async def __call__(self, parameters: Mapping[str, str]) -> Answer:
        """The fact rows of the chosen calls, newest first, and a `continuation` where there are more.

        A wrong parameter is a 400 whose sentence names it.
        """
        try:
            asked = parse(parameters, self._clock())
            rows, place = await self._calls.search(asked.search)
        except CallRecordsError as error:
            return refusal(error)
        return json_answer({"calls": rows, "continuation": asked.continuation(place) if place else None})


def parse(parameters: Mapping[str, str], now: datetime) -> AskedSearch:
    """The search that the parameters of a request ask for. Raises BadParameter naming the one that is wrong."""
    check_names(parameters, PARAMETERS)
    _check_values(parameters)
    continuation = parameters.get("continuation")
    goes_on = _Continuation.parse(continuation) if continuation else None
    asked = goes_on.asked if goes_on else now  # later pages are of the same time
    start, end = period(parameters, asked, MOST_DAYS)
    search = Search(
        start=start,
        end=end,
        filters=_filters(parameters),
        top=number(parameters, "top", DEFAULT_TOP, MOST_TOP),
        place=Place((end - timedelta(microseconds=1)).date()),
    )
    fingerprint = _fingerprint(parameters)
    if goes_on:
        if goes_on.fingerprint != fingerprint or not start.date() <= goes_on.place.day <= search.place.day:
            raise BadParameter("continuation is of another search: expected that of the page before.")
        search = replace(search, place=goes_on.place)
    return AskedSearch(search, fingerprint, asked)


def _check_values(parameters: Mapping[str, str]) -> None:
    for name, value in parameters.items():
        if len(value) > LONGEST:
            raise BadParameter(f"{name} has {len(value)} characters: expected at most {LONGEST}.")
        if not re.fullmatch(TEXT, value):
            raise BadParameter(f"{name} is {value[:60]!r}: expected printable ASCII characters.")


def _is_place(start: str, call_id: str) -> bool:
    return bool(TIME.fullmatch(start) and CALL_ID.fullmatch(call_id))


def _fingerprint(parameters: Mapping[str, str]) -> str:
    chosen = {name: parameters.get(name) for name in PARAMETERS if name not in ("top", "continuation")}
    return hashlib.sha256(orjson.dumps(chosen)).hexdigest()[:16]


def _filters(parameters: Mapping[str, str]) -> Filters:
    told = {name: parameters[name] for name in _FILTERS if parameters.get(name)}
    failed = one_of(parameters, "failed", ("true", "false"))
    return Filters(
        user=told["user"].lower() if "user" in told else None,
        number=_bare_number(told["number"]) if "number" in told else None,
        type=_as_graph_spells(told.get("type")),
        modality=_as_graph_spells(told.get("modality")),
        subnet=re.sub(r"/\d{1,3}$", "", told["subnet"]) if "subnet" in told else None,  # rows have no mask
        quality=one_of(parameters, "quality", VERDICTS),
        failed=failed == "true" if failed else None,
    )


def _bare_number(text: str) -> str:
    # Graph has E.164, mostly; a + that is not escaped in a URL is a space. What has letters is no number.
    return text if re.search("[a-z]", text, re.IGNORECASE) else re.sub("[^0-9*]", "", text)


def _as_graph_spells(text: str | None) -> str | None:
    return _KNOWN.get(text.lower(), text) if text else None
