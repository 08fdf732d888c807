"""Reports over days, from their roll-ups: pure."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

from callrecords.answers import Answer, json_answer
from callrecords.jsontypes import JsonObject

MOST_DAYS = 366
FORMATS = ("json", "csv")

_OF_DAY = ("id", "tenantId", "month")
_USAGE = (
    "day", "calls", "minutes", "participantMinutes", "distinctUsers", "distinctOrganizers", "failedCalls",
)  # fmt: skip
_OF_QUALITY = ("streams", "failures", "worstSubnets")


def usage(days: Sequence[JsonObject]) -> list[JsonObject]:
    """How much was called, by day: all of the roll-ups but what `quality` has."""
    return [{name: value for name, value in day.items() if name not in (*_OF_DAY, *_OF_QUALITY)} for day in days]


def quality(days: Sequence[JsonObject]) -> list[JsonObject]:
    """How good it was, by day."""
    return [{name: day[name] for name in ("day", "calls", "failedCalls", *_OF_QUALITY)} for day in days]


def _usage_rows(days: Sequence[JsonObject]) -> list[JsonObject]:
    return [{name: day[name] for name in _USAGE} for day in days]


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

REPORTS: Mapping[str, tuple[_Table, _Table]] = {"usage": (usage, _usage_rows), "quality": (quality, _quality_rows)}
"""For each report what it has in JSON, and its rows in CSV."""


def answer(name: str, days: Sequence[JsonObject], form: str) -> Answer:
    """The report called `name` over `days`, as `form`."""
    as_json, as_rows = REPORTS[name]
    if form == "json":
        return json_answer({"days": as_json(days)})
    rows = as_rows(days)
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else ["day"])
    writer.writeheader()
    writer.writerows(rows)
    return Answer(HTTPStatus.OK, text.getvalue().encode(), "text/csv")
