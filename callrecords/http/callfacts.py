"""The fact row of one call, with what is packed in it: `GET calls/{callId}/facts`."""

from typing import TYPE_CHECKING

from callrecords.errors import CallRecordsError, NotFound
from callrecords.http.answers import Answer, json_answer, refusal
from callrecords.http.packed import unpacked
from callrecords.http.parameters import guid
from callrecords.ports.records import Absent, RecordStore

if TYPE_CHECKING:
    from callrecords.cosmos.calls import CallsStore, StoredRow


class CallFacts:
    """Finds the fact rows of calls: the header of a record tells the day of its row."""

    def __init__(self, records: RecordStore, calls: "CallsStore") -> None:
        self._records = records
        self._calls = calls

    async def __call__(self, call_id: str) -> Answer:
        """The row, unpacked; its ETag is that of the stored one. A 404 says what there is of the call."""
        try:
            stored = await self._find(guid(call_id, "callId"))
            return json_answer(unpacked(stored.row), ETag=f"W/{stored.etag}")
        except CallRecordsError as error:
            return refusal(error)

    async def _find(self, call_id: str) -> "StoredRow":
        found = await self._records.look(call_id)
        if isinstance(found, Absent):
            raise NotFound(
                f"Facts of call {call_id}: its record is not stored. GET calls/{call_id} gets it from Graph and stores"
                " it, if Graph has it; the facts are here soon after."
            )
        row = await self._calls.whole(call_id, found.day)
        if row is None:
            raise NotFound(f"Facts of call {call_id}: its record is stored, but its row is missing or on its way.")
        return row
