"""Call records to Cosmos items and back: pure.

A record is one item where it fits: the header, `id = callId`. Of a larger one, the long lists begin in part items; what
comes last may be in the header. The header names its parts in order. A part's id tells its version and a digest of its
content, and it is never changed, so a reader that follows the header never sees a mixture: neither of versions, nor of
two answers of Graph with one version in another order.

Lists are JSON lines in gzip in base64.
"""

import base64
import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from callrecords.callrecord import CAVEATS, CallRecord, Piece
from callrecords.elements import Elements, compress, decompress
from callrecords.errors import Unreadable
from callrecords.graphtypes import JsonObject, moment, text, texts
from callrecords.ports.slices import Header

# Cosmos refuses items over 2 MB (https://learn.microsoft.com/azure/cosmos-db/concepts-limits): room for the rest.
ITEM_BYTES = 1_500_000

_LISTS = {"sessions": "sessions", "participants": "participants_v2"}
_PART_ID = re.compile(r"(?:sessions|participants)-(\d+)-\d+-[0-9a-f]{8}")


@dataclass(frozen=True)
class Items:
    """The Cosmos items of one record."""

    header: JsonObject
    parts: list[JsonObject]


def read_header(item: JsonObject) -> Header | None:
    """What the header tells; None where it is none that this app has written."""
    version, day = item.get("version"), text(item.get("day"))
    lists = [item.get(name) for name in ("formerDays", "parts", "caveats")]
    if type(version) is not int or version < 0 or not day or not all(isinstance(each, list) for each in lists):
        return None
    former_days, parts, caveats = (frozenset(texts(each)) for each in lists)
    return Header(version, frozenset(each for each in CAVEATS if each in caveats), former_days, parts, day)


def split(
    record: CallRecord,
    tenant_id: str,
    former_days: Iterable[str] = (),
    earlier: Sequence[str] = (),
    item_bytes: int = ITEM_BYTES,
) -> Items:
    """The items of `record`, with up to `item_bytes` of lists in each.

    Raises Unreadable where one element alone, or the record without its lists, is larger, and where startDateTime is
    not a time.

    Graph's properties are in `record`, an object of their own, where none of them meets a name of this app or of Cosmos
    DB, such as `ttl`. `former_days` are those other than its own under which a fact row of an older version may be;
    `earlier` the ids of parts that have what comes before the record's lists.
    """
    piece = Piece(
        call_id=record.call_id,
        version=record.version,
        day=record.day,
        sessions=_elements(record.sessions),
        participants=_elements(record.participants),
    )
    header: JsonObject = {
        "id": record.call_id,
        **_common(piece, tenant_id),
        "formerDays": sorted(former_days),
        "parts": [*earlier],
        "caveats": [*record.caveats],
        **({"fetchedAt": record.fetched_at.isoformat(timespec="seconds")} if record.fetched_at else {}),
        "record": record.properties,
    }
    bare = _size(header)
    if bare > item_bytes:
        what = f"Call record {record.call_id}: the record without its lists"
        raise Unreadable(f"{what} has {bare} bytes, expected at most {item_bytes}.")
    packed = {kind: _text(chunks) for kind, chunks in _chunks(piece).items() if chunks}
    if bare + sum(map(len, packed.values())) <= item_bytes:
        return Items(header | {_LISTS[kind]: text for kind, text in packed.items()}, [])
    parts = split_piece(piece, tenant_id, earlier, item_bytes)
    return Items({**header, "parts": [*earlier, *(part["id"] for part in parts)]}, parts)


def split_piece(
    piece: Piece, tenant_id: str, earlier: Sequence[str] = (), item_bytes: int = ITEM_BYTES
) -> list[JsonObject]:
    """The parts that come after those whose ids are `earlier`, with up to `item_bytes` of a list in each.

    Raises Unreadable where one element alone is larger.
    """
    common = _common(piece, tenant_id)
    return [
        {"id": f"{kind}-{piece.version}-{number}-{_digest(text)}", **common, _LISTS[kind]: text}
        for kind, chunks in _chunks(piece).items()
        for number, text in enumerate(
            _texts(f"Call record {piece.call_id}: one of its {kind}", chunks, item_bytes),
            sum(each.startswith(kind) for each in earlier),
        )
    ]


def join(items: Items) -> CallRecord:
    """The record that `split` was given. Raises Unreadable where what is compressed is damaged, or of two versions."""
    header = items.header
    if any(part.get("version") != header["version"] for part in items.parts):
        raise Unreadable(f"Call record {header['callId']}: a part is of another version.")
    lists = [
        Elements(chunks=_stored(header["callId"], (*items.parts, header), name))
        for name in ("sessions", "participants_v2")
    ]
    for elements in lists:
        elements.check()
    return CallRecord(
        call_id=header["callId"],
        version=header["version"],
        properties=header["record"],
        sessions=lists[0],
        participants=lists[1],
        caveats=tuple(header["caveats"]),
        fetched_at=moment(header.get("fetchedAt")),
    )


def prepend(parts: Sequence[JsonObject], record: CallRecord) -> CallRecord:
    """The record with what the parts have before its own lists."""

    def whole(name: str, rest: Iterable[JsonObject]) -> Elements:
        return Elements(chunks=[*_stored(record.call_id, parts, name), *_elements(rest).compressed()])

    return replace(
        record,
        sessions=whole("sessions", record.sessions),
        participants=whole("participants_v2", record.participants),
    )


def part_version(item_id: str) -> int | None:
    """The version in a part's id; None for another item's."""
    found = _PART_ID.fullmatch(item_id)
    return int(found[1]) if found else None


def _elements(given: Iterable[JsonObject]) -> Elements:
    return given if isinstance(given, Elements) else Elements(given)


def _common(piece: Piece, tenant_id: str) -> JsonObject:
    return {"tenantId": tenant_id, "callId": piece.call_id, "version": piece.version, "day": piece.day}


def _chunks(piece: Piece) -> dict[str, list[bytes]]:
    return {"sessions": piece.sessions.compressed(), "participants": piece.participants.compressed()}


def _texts(what: str, chunks: Iterable[bytes], most: int) -> Iterator[str]:
    """The chunks joined as far as `most` characters allow."""
    joined: list[bytes] = []
    for chunk in itertools.chain.from_iterable(_fitting(what, each, most) for each in chunks):
        if joined and _text_size([*joined, chunk]) > most:
            yield _text(joined)
            joined = []
        joined.append(chunk)
    if joined:
        yield _text(joined)


def _fitting(what: str, chunk: bytes, most: int) -> Iterator[bytes]:
    """The chunk in pieces that have up to `most` characters."""
    if _text_size([chunk]) <= most:
        yield chunk
        return
    elements = decompress(chunk)
    if len(elements) == 1:
        raise Unreadable(f"{what} has {_text_size([chunk])} bytes, compressed: expected at most {most}.")
    half = len(elements) // 2
    for few in (elements[:half], elements[half:]):
        yield from _fitting(what, compress(few), most)


def _stored(call_id: str, items: Iterable[JsonObject], name: str) -> list[bytes]:
    """What the items have of the list."""
    try:
        return [base64.b64decode(item[name], validate=True) for item in items if name in item]
    except (TypeError, ValueError):
        raise Unreadable(f"Call record {call_id}: {name} is no base64.") from None


def _size(item: JsonObject) -> int:
    """Bytes on the wire: azure-cosmos escapes what is not ASCII, so characters are bytes."""
    return len(json.dumps(item, separators=(",", ":")))


def _text(chunks: Iterable[bytes]) -> str:
    return base64.b64encode(b"".join(chunks)).decode()


def _text_size(chunks: Iterable[bytes]) -> int:
    return -(-sum(map(len, chunks)) // 3) * 4


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
