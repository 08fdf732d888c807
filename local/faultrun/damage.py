"""Deletes or spoils what the app stored, as somebody might by mistake: of calls with which the app was done."""

from collections.abc import Mapping, Sequence
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

type Kind = Literal["header", "lists", "row"]

_NO_GZIP = "AAAA"
# Since Graph last told of the call, by the time of the traffic.
_SETTLED = timedelta(hours=2)


class Damage:
    """Done to the calls of `traffic`, to each once; `held` are the records that Graph holds."""

    def __init__(self, cosmos: CosmosServer, held: Mapping[str, JsonObject], traffic: Sequence[Call]) -> None:
        self._cosmos = cosmos
        self._held = held
        self.spoiled: list[str] = []
        """The calls whose lists cannot be read any more, which nothing but a look at them tells."""
        # First those of which most probably no message is left, which would have it mended soon.
        self._untouched = sorted(traffic, key=_latest)

    def do(self, kind: Kind, most: int, played: datetime) -> int:
        """Of how many calls, `most` at most, the header or the fact row was deleted, or the lists were spoiled.

        They are calls that are stored at their newest version, and of which Graph has told nothing for a while:
        `played` is the time of the traffic.
        """
        done = 0
        for call in [each for each in self._untouched if _latest(each) + _SETTLED < played]:
            header = self._settled(call.call_id) if done < most else None
            if header:
                self._damage(kind, header)
                self._untouched.remove(call)
                done += 1
        return done

    def _settled(self, call_id: str) -> JsonObject | None:
        """The header of a call that is stored whole, at its newest version, and has its fact row."""
        header = _read(self._record(call_id), call_id)
        if header is None or header["version"] != self._held[call_id]["version"]:
            return None
        row = _read(self._rows(header), call_id)
        if row is None or row["version"] != header["version"]:
            return None
        return None if header["parts"] else header  # no call of an ordinary day needs any

    def _damage(self, kind: Kind, header: JsonObject) -> None:
        match kind:
            case "header":
                self._record(header["id"]).delete(header["id"])
            case "lists":
                self._record(header["id"]).replace(header["id"], {**header, "sessions": _NO_GZIP})
                self.spoiled.append(header["id"])
            case "row":
                self._rows(header).delete(header["id"])

    def _record(self, call_id: str) -> Items:
        return self._cosmos.items(DATABASE, CALL_RECORDS, [TENANT_ID, call_id])

    def _rows(self, header: JsonObject) -> Items:
        return self._cosmos.items(DATABASE, CALLS, [TENANT_ID, header["day"], header["id"]])


def _latest(call: Call) -> datetime:
    return max(at for version in call.versions for at in (version.published_at, *version.notified_at))


def _read(items: Items, item_id: str) -> JsonObject | None:
    try:
        item: JsonObject = orjson.loads(items.read(item_id).body)
    except CosmosError:
        return None
    return item
