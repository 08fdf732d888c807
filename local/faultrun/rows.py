"""Compares the fact rows with what Graph holds: a row is right when it is what the record comes to."""

from collections.abc import Collection, Mapping

import orjson
from azure.cosmos.aio import ContainerProxy

from callrecords.callrecord import CallRecord, Caveat
from callrecords.facts.row import fact_row
from callrecords.graphtypes import JsonObject
from local.compare import without_nulls
from local.stack import TENANT_ID

# Which versions were stored in between, and so which days the call had, depends on the run; phone legs are no fact of
# the record.
_OF_THE_RUN = ("formerDays", "phoneLegs")


async def wrong_rows(held: Mapping[str, JsonObject], calls: ContainerProxy, repaired: Collection[str]) -> list[str]:
    """The calls that have not one fact row, that of their record; and those that have one without being held.

    `repaired` are the calls that are stored with that caveat.
    """
    found: dict[str, list[JsonObject]] = {call_id: [] for call_id in held}
    async for row in calls.query_items("SELECT * FROM c"):
        found.setdefault(row["id"], []).append(_own(row))
    return [
        call_id
        for call_id, rows in found.items()
        if call_id not in held or rows != [expected_row(held[call_id], ("repaired",) if call_id in repaired else ())]
    ]


def expected_row(record: JsonObject, caveats: tuple[Caveat, ...] = ()) -> JsonObject:
    """The row of a record that Graph holds, as far as the record decides it."""
    shown = without_nulls(record)
    row = fact_row(
        CallRecord(
            call_id=shown["id"],
            version=shown["version"],
            properties=shown,
            sessions=shown["sessions"],
            participants=shown["participants_v2"],
            caveats=caveats,
        ),
        TENANT_ID,
    )
    own: JsonObject = _own(orjson.loads(orjson.dumps(row)))
    return own


def _own(row: JsonObject) -> JsonObject:
    return {name: value for name, value in row.items() if name not in _OF_THE_RUN and not name.startswith("_")}
