"""Compares what Cosmos holds with what Graph holds, record by record, without the app's own code.

It reads as a consumer would: the header of a call, then the parts that the header names.
"""

import base64
import gzip
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import orjson
from azure.cosmos.aio import ContainerProxy

from callrecords.graphtypes import JsonObject
from local.graph.faults import REPAIRED

_LISTS = ("sessions", "participants_v2")


@dataclass
class Comparison:
    """How the stored records compare with the held ones; the lists have call ids.

    `stored` calls have a header; `newest` of these are at Graph's version; `whole` of these have every property,
    session and participant, byte for byte. `mixed` have parts of another version, `orphans` parts that no header names.
    `repaired` are stored with that caveat; where that is not to be, they are not whole.
    """

    held: int = 0
    stored: int = 0
    newest: int = 0
    whole: int = 0
    sessions: int = 0
    participants: int = 0
    missing: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Every held record is stored, whole, at its newest version, and nothing else is there."""
        return self.whole == self.held and not self.orphans


async def compare(
    held: Mapping[str, JsonObject], records: ContainerProxy, tenant_id: str, garbled: Collection[str] = ()
) -> Comparison:
    """Compares the records that Graph holds, by call id, with the `callRecords` container.

    `garbled` are the calls of which Graph has given an answer with a LoneSurrogate in it: these, and no others, may be
    stored with what became of it.
    """
    result = Comparison(held=len(held))
    for call_id, record in held.items():
        query = records.query_items("SELECT * FROM c", partition_key=[tenant_id, call_id])
        items = {item["id"]: item async for item in query}
        compare_call(call_id, record, items, result, call_id in garbled)
    return result


def compare_call(
    call_id: str, record: JsonObject, items: dict[str, JsonObject], result: Comparison, is_garbled: bool
) -> None:
    """Adds to `result` how the record that Graph holds compares with `items`, what the call's partition has by id.

    It takes the items out of `items`.
    """
    header = items.pop(call_id, None)
    if header is None:
        result.missing.append(call_id)
        return
    result.stored += 1
    parts = [items.pop(name, {}) for name in header["parts"]]
    result.orphans += items
    if header["version"] != record["version"]:
        result.stale.append(call_id)
        return
    result.newest += 1
    if any(part.get("version") != header["version"] for part in parts):
        result.mixed.append(call_id)
        return
    try:
        stored_lists = {
            name: [each for item in (*parts, header) for each in elements(item.get(name))] for name in _LISTS
        }
    except (ValueError, OSError, EOFError, zlib.error):  # no base64, no gzip, no JSON, or cut off
        result.broken.append(call_id)
        return
    if _bytes(stored_lists) != _bytes({name: without_nulls(record[name]) for name in _LISTS}):
        result.broken.append(call_id)
        return
    properties = {name: value for name, value in without_nulls(record).items() if name not in _LISTS}
    if any(_bytes(header["record"].get(name)) != _bytes(value) for name, value in properties.items()):
        result.broken.append(call_id)
        return
    if "repaired" in header["caveats"]:
        result.repaired.append(call_id)
    added = {name: value for name, value in header["record"].items() if name not in properties and "@" not in name}
    if not _is_right(header["caveats"], added, is_garbled=is_garbled, has_sessions=bool(record["sessions"])):
        result.broken.append(call_id)
        return
    result.whole += 1
    result.sessions += len(stored_lists["sessions"])
    result.participants += len(stored_lists["participants_v2"])


def _is_right(caveats: list[str], added: JsonObject, *, is_garbled: bool, has_sessions: bool) -> bool:
    """Whether a record may have these caveats, and these properties that Graph does not hold."""
    allowed = {"repaired": is_garbled, "noSessions": not has_sessions}
    if not all(allowed.get(caveat) for caveat in caveats):
        return False
    return not added or ("repaired" in caveats and added == REPAIRED)


def elements(packed: str | None) -> list[JsonObject]:
    """The elements of a list: JSON lines, in gzip, in base64."""
    return [orjson.loads(line) for line in gzip.decompress(base64.b64decode(packed or "")).splitlines()]


def without_nulls[T](value: T) -> T:
    """`value` without the properties that are null: Graph leaves these out where it is asked to."""
    if isinstance(value, dict):
        return {name: without_nulls(each) for name, each in value.items() if each is not None}  # type: ignore[return-value]
    if isinstance(value, list):
        return [without_nulls(each) for each in value]  # type: ignore[return-value]
    return value


def _bytes(value: object) -> bytes:
    return orjson.dumps(value)
