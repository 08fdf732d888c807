"""How far deriving facts again is (`GET facts`)."""

from callrecords.collect.rederive import Rederivation
from callrecords.errors import CallRecordsError, NotFound
from callrecords.http.answers import Answer, json_answer, refusal


class Derivations:
    """Answers for deriving facts again."""

    def __init__(self, rederivation: Rederivation) -> None:
        self._rederivation = rederivation

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
