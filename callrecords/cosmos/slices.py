"""A day of `callRecords` and `calls` slice by slice: all calls of the day whose ids lie between two bounds.

No list of a record and no facts are read: only what tells whether header, parts and row belong together.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from callrecords.cosmos import callrecords, calls
from callrecords.cosmos.account import Account, cosmos_errors
from callrecords.cosmos.items import part_version, read_header
from callrecords.graphtypes import JsonObject, text, texts
from callrecords.ports.slices import DayRow, Header, Held, Part, Slice

# Headers and parts by one query: a part has neither `parts` nor `caveats`.
RECORDS = (
    "SELECT c.id, c.callId, c.version, c.day, c.parts, c.caveats, c.formerDays, c._ts FROM c"
    " WHERE c.day = @day AND c.callId >= @from AND c.callId < @to"
)
ROWS = (
    "SELECT c.id, c.version, c.caveats, c.formerDays, c.factsVersion, c.qualityProfile FROM c"
    " WHERE c.day = @day AND c.callId >= @from AND c.callId < @to"
)

# It is damaged: it names a part that no record has.
_MALFORMED = Header(version=0, parts=frozenset({"?"}))

_CHARGE = "x-ms-request-charge"
# The fewer pages, the fewer requests. Cosmos DB ends a page where it gets too large for an answer.
_PAGE = 1_000


@dataclass
class _Found:
    """What the queries have found so far, by call id."""

    headers: dict[str, Header] = field(default_factory=dict)
    parts: dict[str, list[Part]] = field(default_factory=dict)
    rows: dict[str, DayRow] = field(default_factory=dict)

    def add(self, item: JsonObject) -> None:
        """Takes in a header or a part."""
        version = part_version(item["id"])
        if item["id"] == item["callId"]:
            self.headers[item["callId"]] = read_header(item) or _MALFORMED
        elif version is not None:
            part = Part(item["id"], version, datetime.fromtimestamp(item["_ts"], UTC))
            self.parts.setdefault(item["callId"], []).append(part)

    def calls(self) -> dict[str, Held]:
        """All that there is of each call."""
        return {
            call_id: Held(
                header=self.headers.get(call_id),
                parts=tuple(self.parts.get(call_id, ())),
                row=self.rows.get(call_id),
            )
            for call_id in self.headers | self.parts | self.rows
        }


class DaySliceReader:
    """The days of `tenant_id`."""

    def __init__(self, account: Account, tenant_id: str) -> None:
        self._account = account
        self._tenant_id = tenant_id

    async def read(self, day: str, bounds: tuple[str, str], most: int | None) -> Slice:
        """The calls of `day` with an id from the first bound on and before the second.

        Reading ends where there are more than `most` items (None: however many). Raises the errors of `cosmos_errors`.
        """
        found, charge = _Found(), _Charge()
        values = {"day": day, "from": bounds[0], "to": bounds[1]}
        count = 0
        with cosmos_errors(f"Slice of {day}"):
            async for item in self._items(callrecords.CONTAINER, RECORDS, [self._tenant_id], values, charge):
                found.add(item)
                count += 1
                if count == most:
                    return Slice(calls=None, request_units=charge.units)
            async for row in self._items(calls.CONTAINER, ROWS, [self._tenant_id, day], values, charge):
                found.rows[row["id"]] = _row(row)
                count += 1
                if count == most:
                    return Slice(calls=None, request_units=charge.units)
        return Slice(calls=found.calls(), request_units=charge.units)

    async def retention(self) -> timedelta | None:
        """How long items are kept after they were written: the shorter time of both containers; None where for ever."""
        with cosmos_errors("Retention"):
            containers = [await self._account.container(name) for name in (callrecords.CONTAINER, calls.CONTAINER)]
            found = [(await container.read()).get("defaultTtl") for container in containers]
        kept = [seconds for seconds in found if seconds is not None and seconds > 0]
        return timedelta(seconds=min(kept)) if kept else None

    async def _items(
        self, container: str, query: str, key: list[str], values: Mapping[str, object], charge: "_Charge"
    ) -> AsyncIterator[JsonObject]:
        parameters: list[dict[str, Any]] = [
            {"name": f"@{name}", "value": value} for name, value in values.items() if f"@{name}" in query
        ]
        found = (await self._account.container(container)).query_items(
            query, parameters=parameters, partition_key=key, max_item_count=_PAGE, response_hook=charge
        )
        async for item in found:
            yield item


def _row(item: JsonObject) -> DayRow:
    row, facts_version = calls.read_row(item), item.get("factsVersion")
    return DayRow(
        row.version,
        row.caveats,
        former_days=frozenset(texts(item.get("formerDays"))),
        facts_version=facts_version if type(facts_version) is int else 0,
        quality_profile=text(item.get("qualityProfile")) or "",
    )


@dataclass
class _Charge:
    """Adds up what Cosmos DB charges, in request units, as the response hook of a query."""

    units: float = 0.0

    def __call__(self, headers: Mapping[str, str], _: object) -> None:
        self.units += float(headers.get(_CHARGE, 0))
