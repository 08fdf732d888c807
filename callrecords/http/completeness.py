"""How complete Cosmos is of the calls that Graph lists, by day: `GET completeness`."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import TypedDict

from callrecords.errors import CallRecordsError
from callrecords.graphtypes import JsonObject
from callrecords.http.answers import Answer, csv_answer, json_answer, refusal
from callrecords.http.parameters import check_names, one_of, period
from callrecords.http.reports import FORMATS, MOST_DAYS
from callrecords.ports.completeness import CompletenessStore, Counts, DayCompleteness

_PARAMETERS = ("from", "to", "format")
_LEFT_OUT = ("tenantId", "hours")


class CompletenessRow(TypedDict):
    """A row in CSV, whose columns these are: a day, as docs/data.md tells of it."""

    day: str
    completeness: str
    listed: int
    stored: int
    newest: int
    late: int
    degraded: int
    givenUp: int
    expired: int
    unlisted: int
    contradictions: int
    unreadable: int
    leftAside: int
    share: float
    comparedUntil: str | None
    comparedAt: str | None
    rung: str | None
    corrected: int
    digest: str


COLUMNS = tuple(CompletenessRow.__annotations__)


class CompletenessOfDays:
    """Answers how complete days are."""

    def __init__(self, store: CompletenessStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def __call__(self, parameters: Mapping[str, str]) -> Answer:
        """What is known of each of the days from `from` to `to` until today, in the `format` wanted. A day of which
        nothing was compared is there too, so that a gap is seen.

        A wrong parameter is a 400 whose sentence names it.
        """
        try:
            check_names(parameters, _PARAMETERS)
            form = one_of(parameters, "format", FORMATS) or FORMATS[0]
            wanted = _days(parameters, self._clock())
            found = {each.day: each for each in await self._store.days(wanted)}
        except CallRecordsError as error:
            return refusal(error)
        days = [_as_json(found[day]) if day in found else _not_compared(day) for day in wanted]
        return csv_answer(COLUMNS, map(_row, days)) if form == "csv" else json_answer({"days": days})


def _days(parameters: Mapping[str, str], now: datetime) -> list[str]:
    """The days that the period touches, until today."""
    start, end = period(parameters, now, MOST_DAYS)
    first, last = start.date(), min((end - timedelta(microseconds=1)).date(), now.date())
    return [date.fromordinal(each).isoformat() for each in range(first.toordinal(), last.toordinal() + 1)]


def _as_json(document: DayCompleteness) -> JsonObject:
    known = document.as_json()
    kept = {name: value for name, value in known.items() if name not in _LEFT_OUT}
    lacking = [call.as_json() for hour in document.hours for call in hour.lacking]
    return {"day": document.day, "completeness": document.completeness, **kept, "lacking": lacking}


def _not_compared(day: str) -> JsonObject:
    """A day of which there is no item."""
    return {
        "day": day,
        "completeness": "soFar",
        **Counts().as_json(),
        "share": 0.0,
        "corrected": 0,
        "corrections": [],
        "lacking": [],
    }


def _row(day: JsonObject) -> CompletenessRow:
    return CompletenessRow(
        day=day["day"],
        completeness=day["completeness"],
        listed=day["listed"],
        stored=day["stored"],
        newest=day["newest"],
        late=day["late"],
        degraded=day["degraded"],
        givenUp=day["givenUp"],
        expired=day["expired"],
        unlisted=day["unlisted"],
        contradictions=day["contradictions"],
        unreadable=day["unreadable"],
        leftAside=day["leftAside"],
        share=day["share"],
        comparedUntil=day.get("comparedUntil"),
        comparedAt=day.get("comparedAt"),
        rung=day.get("rung"),
        corrected=day["corrected"],
        digest=day["digest"],
    )
