"""Reports over days, from their roll-ups: pure."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple

from callrecords.graphtypes import JsonObject
from callrecords.http.answers import Answer, json_answer

MOST_DAYS = 366
FORMATS = ("json", "csv")

_OF_DAY = ("id", "tenantId", "month")
_OF_QUALITY = ("streams", "failures", "worstSubnets")


def usage(days: Sequence[JsonObject]) -> list[JsonObject]:
    """How much was called, by day: all of the roll-ups but what `quality` has."""
    return [{name: value for name, value in day.items() if name not in (*_OF_DAY, *_OF_QUALITY)} for day in days]


def quality(days: Sequence[JsonObject]) -> list[JsonObject]:
    """How good it was, by day."""
    return [{name: day[name] for name in ("day", "calls", "failedCalls", *_OF_QUALITY)} for day in days]


def _quality_rows(days: Sequence[JsonObject]) -> list[JsonObject]:
    """A row a day and media, with the share of poor ones among the classified streams."""
    return [
        {"day": day["day"], "media": media, **streams, "poorRatio": _ratio(streams)}
        for day in days
        for media, streams in day["streams"].items()
    ]


def _ratio(streams: Mapping[str, int]) -> float | None:
    classified = streams["good"] + streams["poor"]
    return round(streams["poor"] / classified, 4) if classified else None


type _Table = Callable[[Sequence[JsonObject]], list[JsonObject]]


class Report(NamedTuple):
    """What a report has in JSON; its columns in CSV, and the rows that have them."""

    as_json: _Table
    columns: tuple[str, ...]
    as_rows: _Table


REPORTS: Mapping[str, Report] = {
    "usage": Report(
        usage,
        (
            "day",
            "calls",
            "testCalls",
            "minutes",
            "participantMinutes",
            "distinctUsers",
            "distinctOwnUsers",
            "distinctOrganizers",
            "failedCalls",
        ),
        usage,
    ),
    "quality": Report(quality, ("day", "media", "good", "poor", "unclassified", "poorRatio"), _quality_rows),
}


def answer(name: str, days: Sequence[JsonObject], form: str) -> Answer:
    """The report called `name` over `days`, as `form`."""
    report = REPORTS[name]
    if form == "json":
        return json_answer({"days": report.as_json(days)})
    text = io.StringIO()
    writer = csv.DictWriter(text, report.columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(report.as_rows(days))
    return Answer(HTTPStatus.OK, text.getvalue().encode(), "text/csv")
