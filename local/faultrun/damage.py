"""Deletes what the app stored, as somebody might by mistake: of calls with which the app was done."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import orjson

from callrecords.cosmos.callrecords import CONTAINER as CALL_RECORDS
from callrecords.cosmos.calls import CONTAINER as CALLS
from callrecords.graphtypes import JsonObject
from local.cosmos import CosmosServer
from local.cosmos.errors import CosmosError
from local.cosmos.items import Items
from local.stack import DATABASE, TENANT_ID
from local.traffic import Call

type Kind = Literal["header", "parts", "row"]

# Since Graph last told of the call, by the time of the traffic.
_SETTLED = timedelta(hours=2)


class Damage:
    """Done to the calls of `traffic`, to each once; `held` are the records that Graph holds."""

    def __init__(self, cosmos: CosmosServer, held: Mapping[str, JsonObject], traffic: Sequence[Call]) -> None:
        self._cosmos = cosmos
        self._held = held
        # First those of which most probably no message is left, which would have it mended soon.
        self._untouched = sorted(traffic, key=_latest)

    def delete(self, kind: Kind, most: int, played: datetime) -> int:
        """Of how many calls, `most` at most, the header, all parts or the fact row was deleted.

        They are calls that are stored at their newest version, and of which Graph has told nothing for a while:
        `played` is the time of the traffic.
        """
        deleted = 0
        for call in [each for each in self._untouched if _latest(each) + _SETTLED < played]:
            header = self._settled(call.call_id) if deleted < most else None
            if header:
                for items, item_id in self._chosen(kind, header):
                    items.delete(item_id)
                self._untouched.remove(call)
                deleted += 1
        return deleted

    def _settled(self, call_id: str) -> JsonObject | None:
        """The header of a call that is stored whole, at its newest version, and has its fact row."""
        header = _read(self._record(call_id), call_id)
        if header is None or header["version"] != self._held[call_id]["version"]:
            return None
        row = _read(self._rows(header), call_id)
        if row is None or row["version"] != header["version"]:
            return None
        return header if all(_read(self._record(call_id), part) for part in header["parts"]) else None

    def _chosen(self, kind: Kind, header: JsonObject) -> Iterator[tuple[Items, str]]:
        match kind:
            case "header":
                yield self._record(header["id"]), header["id"]
            case "parts":
                yield from ((self._record(header["id"]), part) for part in header["parts"])
            case "row":
                yield self._rows(header), header["id"]

    def _record(self, call_id: str) -> Items:
        return self._cosmos.items(DATABASE, CALL_RECORDS, [TENANT_ID, call_id])

    def _rows(self, header: JsonObject) -> Items:
        return self._cosmos.items(DATABASE, CALLS, [TENANT_ID, header["day"]])


def _latest(call: Call) -> datetime:
    return max(at for version in call.versions for at in (version.published_at, *version.notified_at))


def _read(items: Items, item_id: str) -> JsonObject | None:
    try:
        item: JsonObject = orjson.loads(items.read(item_id).body)
    except CosmosError:
        return None
    return item
