"""Call records to Cosmos items and back: pure.

A record is one header item, `id = callId`, and part items that hold its long lists in order. The header names
its parts; a part's id tells its version and a digest of its content, and it is never changed, so a reader that
follows the header never sees a mixture: neither of versions, nor of two answers of Graph with one version in another
order. Sizes are in bytes of JSON as azure-cosmos sends it.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import orjson

from callrecords.callrecord import CallRecord, Piece
from callrecords.errors import Unreadable
from callrecords.graphtypes import JsonObject

# Cosmos refuses items over 2 MB and transactional batches over 2 MB or 100 operations
# (https://learn.microsoft.com/azure/cosmos-db/concepts-limits); both limits leave room for the envelope.
PART_BYTES = 1_500_000
BATCH_BYTES = 1_800_000
BATCH_OPERATIONS = 100

_LISTS = {"sessions": "sessions", "participants": "participants_v2"}
_PART_ID = re.compile(r"(?:sessions|participants)-(\d+)-\d+-[0-9a-f]{8}")


@dataclass(frozen=True)
class Items:
    """The Cosmos items of one record."""

    header: JsonObject
    parts: list[JsonObject]


def split(
    record: CallRecord,
    tenant_id: str,
    former_days: Iterable[str] = (),
    earlier: Sequence[str] = (),
    part_bytes: int = PART_BYTES,
) -> Items:
    """The items of `record`, each under `part_bytes`.

    Raises Unreadable where one element alone is larger, and where startDateTime is not a time.

    Graph's properties are in `record`, an object of their own, where none of them meets a name of this app or of Cosmos
    DB, such as `ttl`. `former_days` are those other than its own under which a fact row of an older version may be;
    `earlier` the ids of parts that have what comes before the record's lists.
    """
    piece = Piece(
        call_id=record.call_id,
        version=record.version,
        day=record.day,
        sessions=record.sessions,
        participants=record.participants,
    )
    parts = split_piece(piece, tenant_id, earlier, part_bytes)
    header: JsonObject = {
        "id": record.call_id,
        **_common(piece, tenant_id),
        "formerDays": sorted(former_days),
        "parts": [*earlier, *(part["id"] for part in parts)],
        "caveats": list(record.caveats),
        "record": record.properties,
    }
    if size(header) > part_bytes:
        raise Unreadable(
            f"Call record {record.call_id}: the record without its lists has {size(header)} bytes, "
            f"expected at most {part_bytes}."
        )
    return Items(header, parts)


def split_piece(
    piece: Piece, tenant_id: str, earlier: Sequence[str] = (), part_bytes: int = PART_BYTES
) -> list[JsonObject]:
    """The parts that come after those whose ids are `earlier`, each under `part_bytes`. Raises as `split` does."""
    common = _common(piece, tenant_id)
    lists = {"sessions": piece.sessions, "participants": piece.participants}
    return [
        {"id": f"{kind}-{piece.version}-{number}-{_digest(chunk)}", **common, _LISTS[kind]: chunk}
        for kind, elements in lists.items()
        for number, chunk in enumerate(
            _chunks(piece.call_id, kind, elements, part_bytes), sum(each.startswith(kind) for each in earlier)
        )
    ]


def _common(piece: Piece, tenant_id: str) -> JsonObject:
    return {"tenantId": tenant_id, "callId": piece.call_id, "version": piece.version, "day": piece.day}


def join(items: Items) -> CallRecord:
    """The record that `split` was given."""
    header = items.header
    return CallRecord(
        call_id=header["callId"],
        version=header["version"],
        properties=header["record"],
        sessions=[element for part in items.parts for element in part.get("sessions", ())],
        participants=[element for part in items.parts for element in part.get("participants_v2", ())],
        caveats=tuple(header["caveats"]),
    )


def share_batch(items: Items) -> tuple[list[JsonObject], list[JsonObject]]:
    """The parts to write ahead, and those that fit in one batch with the header."""
    room = BATCH_BYTES - size(items.header)
    ahead: list[JsonObject] = []
    within: list[JsonObject] = []
    for part in items.parts:
        if size(part) <= room and len(within) < BATCH_OPERATIONS - 1:
            within.append(part)
            room -= size(part)
        else:
            ahead.append(part)
    return ahead, within


def part_version(item_id: str) -> int | None:
    """The version in a part's id; None for a header's id."""
    found = _PART_ID.fullmatch(item_id)
    return int(found[1]) if found else None


def size(item: object) -> int:
    """Bytes of `item` on the wire: azure-cosmos escapes what is not ASCII, so characters are bytes."""
    return len(json.dumps(item, separators=(",", ":")))


def _digest(chunk: list[JsonObject]) -> str:
    return hashlib.sha256(orjson.dumps(chunk)).hexdigest()[:8]


def _chunks(call_id: str, kind: str, elements: list[JsonObject], part_bytes: int) -> Iterator[list[JsonObject]]:
    envelope = 512  # id, tenantId, callId, version, day and the names, with room to spare
    chunk: list[JsonObject] = []
    used = envelope
    for element in elements:
        needed = size(element) + 1
        if envelope + needed > part_bytes:
            raise Unreadable(
                f"Call record {call_id}: one element of its {kind} has {needed} bytes, "
                f"expected at most {part_bytes - envelope}."
            )
        if used + needed > part_bytes:
            yield chunk
            chunk, used = [], envelope
        chunk.append(element)
        used += needed
    if chunk:
        yield chunk
