"""Deriving facts again on command: starting it, and how far it is (`POST` and `GET facts`)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus

from callrecords.collect.rederive import Rederivation
from callrecords.errors import CallRecordsError, NotFound
from callrecords.http.answers import Answer, json_answer, problem, refusal
from callrecords.http.parameters import check_kept, check_names, days, one_of

PARAMETERS = ("from", "to", "all")


class Derivations:
    """Answers for deriving facts again."""

    def __init__(self, rederivation: Rederivation, clock: Callable[[], datetime]) -> None:
        self._rederivation = rederivation
        self._clock = clock

    async def start(self, parameters: Mapping[str, str]) -> Answer:
        """202 where it is on its queue that the facts of these days are derived again, 409 where that is under way.

        With `all=true` it is for every row, else for those of other rules. A wrong parameter is a 400 whose sentence
        names it.
        """
        try:
            check_names(parameters, PARAMETERS)
            first, last = days(parameters, self._clock().date())
            all_rows = one_of(parameters, "all", ("true", "false")) == "true"
            check_kept(first, await self._rederivation.oldest_day())
            is_started = await self._rederivation.start(first, last, all_rows=all_rows)
        except CallRecordsError as error:
            return refusal(error)
        if not is_started:
            return problem(HTTPStatus.CONFLICT, "Facts are being derived again: start the next when that has ended.")
        return json_answer({"from": first, "to": last, "all": all_rows}, HTTPStatus.ACCEPTED)

    async def progress(self) -> Answer:
        """How far the last one is that was started; 404 where none was."""
        try:
            latest = await self._rederivation.latest()
            if latest is None:
                raise NotFound("No facts were derived again yet.")
        except CallRecordsError as error:
            return refusal(error)
        known = latest.as_json()
        first, last, all_rows = known.pop("firstDay"), known.pop("lastDay"), known.pop("allRows")
        return json_answer({"from": first, "to": last, "all": all_rows, **known})
