"""The reports over days, from their roll-ups: `GET reports/{name}`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import NamedTuple, TypedDict

from callrecords.errors import CallRecordsError
from callrecords.http.answers import Answer, csv_answer, json_answer, problem, refusal
from callrecords.http.parameters import check_names, one_of, period
from callrecords.ports.callrow import StreamCounts
from callrecords.ports.usage import DayRollUp, QualityDay, RollUpStore, UsageDay

MOST_DAYS = 366
FORMATS = ("json", "csv")

_PARAMETERS = ("from", "to", "format")


class UsageRow(TypedDict):
    """A row of the report on usage in CSV, whose columns these are."""

    day: str
    calls: int
    testCalls: int
    minutes: float
    participantMinutes: float
    distinctUsers: int
    distinctOwnUsers: int
    distinctOrganizers: int
    failedCalls: int


class QualityRow(TypedDict):
    """A row of the report on quality in CSV, whose columns these are: `poorRatio` is the share of the poor among the
    classified streams."""

    day: str
    media: str
    good: int
    poor: int
    unclassified: int
    poorRatio: float | None


type _Table = list[UsageRow] | list[QualityRow]


class Report(NamedTuple):
    """The type of a day in JSON, which has fields of its roll-up; the columns in CSV, and the rows that have them."""

    day: type[UsageDay | QualityDay]
    columns: tuple[str, ...]
    as_rows: Callable[[Sequence[DayRollUp]], _Table]

    def as_json(self, days: Sequence[DayRollUp]) -> list[dict[str, object]]:
        """What the report has of each of the days."""
        return [{name: value for name, value in day.items() if name in self.day.__annotations__} for day in days]


def _usage_rows(days: Sequence[DayRollUp]) -> list[UsageRow]:
    # A roll-up that an earlier version of this app made may lack a figure: its cell is empty.
    return [
        UsageRow(
            day=day["day"],
            calls=day.get("calls"),
            testCalls=day.get("testCalls"),
            minutes=day.get("minutes"),
            participantMinutes=day.get("participantMinutes"),
            distinctUsers=day.get("distinctUsers"),
            distinctOwnUsers=day.get("distinctOwnUsers"),
            distinctOrganizers=day.get("distinctOrganizers"),
            failedCalls=day.get("failedCalls"),
        )
        for day in days
    ]


def _quality_rows(days: Sequence[DayRollUp]) -> list[QualityRow]:
    """A row a day and medium."""
    return [
        QualityRow(
            day=day["day"],
            media=media,
            good=streams.get("good"),
            poor=streams.get("poor"),
            unclassified=streams.get("unclassified"),
            poorRatio=_ratio(streams),
        )
        for day in days
        for media, streams in day["streams"].items()
    ]


def _ratio(streams: StreamCounts) -> float | None:
    classified = streams["good"] + streams["poor"]
    return round(streams["poor"] / classified, 4) if classified else None


REPORTS: Mapping[str, Report] = {
    "usage": Report(UsageDay, tuple(UsageRow.__annotations__), _usage_rows),
    "quality": Report(QualityDay, tuple(QualityRow.__annotations__), _quality_rows),
}


class Reports:
    """Answers reports from the roll-ups of days."""

    def __init__(self, usage: RollUpStore, clock: Callable[[], datetime]) -> None:
        self._usage = usage
        self._clock = clock

    async def __call__(self, name: str, parameters: Mapping[str, str]) -> Answer:
        """The report called `name` over the days from `from` to `to`, in the `format` wanted.

        A wrong parameter is a 400 whose sentence names it.
        """
        if name not in REPORTS:
            return problem(HTTPStatus.NOT_FOUND, f"{name[:60]} is not a report: expected {', '.join(REPORTS)}.")
        try:
            check_names(parameters, _PARAMETERS)
            form = one_of(parameters, "format", FORMATS) or FORMATS[0]
            start, end = period(parameters, self._clock(), MOST_DAYS)
            last = end - timedelta(microseconds=1)
            days = await self._usage.between(start.date().isoformat(), last.date().isoformat())
        except CallRecordsError as error:
            return refusal(error)
        report = REPORTS[name]
        if form == "csv":
            return csv_answer(report.columns, report.as_rows(days))
        return json_answer({"days": report.as_json(days)})
