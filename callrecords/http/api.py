"""What people and services ask of the stored calls over HTTP."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Protocol

from callrecords.errors import CallRecordsError, Refused
from callrecords.graphtypes import JsonObject
from callrecords.http import reports
from callrecords.http.answers import Answer, BadParameter, json_answer, problem, refusal
from callrecords.http.search import Search, parse, period

_REPORT_PARAMETERS = ("from", "to", "format", "code")


class Facts(Protocol):
    """The fact rows: factqueries.FactQueries."""

    async def search(self, search: Search) -> tuple[list[JsonObject], str | None]: ...


class Usage(Protocol):
    """The roll-ups of days: usagestore.UsageStore."""

    async def between(self, first_day: str, last_day: str) -> list[JsonObject]: ...


class Api:
    """Search and reports. Every answer to a wrong parameter is a 400 whose sentence names it."""

    def __init__(self, facts: Facts, usage: Usage, clock: Callable[[], datetime]) -> None:
        self._facts = facts
        self._usage = usage
        self._clock = clock

    async def search(self, parameters: Mapping[str, str]) -> Answer:
        """The fact rows of the chosen calls, newest first, and a `continuation` where there are more."""
        try:
            search = parse(parameters, self._clock())
            rows, continuation = await self._facts.search(search)
        except CallRecordsError as error:
            if isinstance(error, Refused) and parameters.get("continuation"):  # all that a caller can break of a query
                return problem(HTTPStatus.BAD_REQUEST, "continuation is malformed: expected that of the page before.")
            return refusal(error)
        return json_answer({"calls": rows, "continuation": continuation})

    async def report(self, name: str, parameters: Mapping[str, str]) -> Answer:
        """The report called `name`, usage or quality, over the days from `from` to `to`, in the `format` wanted."""
        if name not in reports.REPORTS:
            return problem(HTTPStatus.NOT_FOUND, f"{name[:60]} is not a report: expected {', '.join(reports.REPORTS)}.")
        try:
            form = _form(parameters)
            start, end = period(parameters, self._clock(), reports.MOST_DAYS)
            last = end - timedelta(microseconds=1)
            days = await self._usage.between(start.date().isoformat(), last.date().isoformat())
        except CallRecordsError as error:
            return refusal(error)
        return reports.answer(name, days, form)


def _form(parameters: Mapping[str, str]) -> str:
    for name in parameters:
        if name not in _REPORT_PARAMETERS:
            raise BadParameter(f"{name[:60]} is not a parameter: expected {', '.join(_REPORT_PARAMETERS[:3])}.")
    form = parameters.get("format") or reports.FORMATS[0]
    if form not in reports.FORMATS:
        raise BadParameter(f"format is {form[:60]!r}: expected one of {', '.join(reports.FORMATS)}.")
    return form
