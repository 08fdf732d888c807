"""The table of items: what is stored, found, changed since, and past its time to live."""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import orjson

from callrecords.graphtypes import JsonObject
from local.cosmos.partitions import Scope

_PUT = """
REPLACE INTO items (container, epk, id, number, lsn, etag, written, ttl, expires, body)
VALUES (:container, :epk, :id, :number, :lsn, :etag, :written, :ttl, expiry(:written, :ttl, :default_ttl), :body)
"""
_SCAN = """
SELECT epk, number, lsn, etag FROM items
WHERE container = ? AND epk >= ? AND epk < ? AND (epk, number) > (?, ?) ORDER BY epk, number
"""
_OF_ID = """
SELECT epk, number, lsn, etag FROM items INDEXED BY items_by_id
WHERE (container, id) = (?, ?) AND epk >= ? AND epk < ?
"""
_CHANGES = """
SELECT epk, number, lsn, etag FROM items
WHERE container = ? AND lsn > ? AND epk >= ? AND epk < ? AND written >= ? ORDER BY lsn
"""
_PARSED_BYTES = 400 * 1024 * 1024  # of JSON: a busy day of fact rows; they take a few times that in memory


class Position(NamedTuple):
    """Where an item lies in its container: by partition, then by age. It never changes."""

    epk: str
    number: int


START = Position("", 0)


class Stored(NamedTuple):
    """An item as it is stored; `number` tells its age."""

    number: int
    etag: str
    body: bytes


class Found(NamedTuple):
    """An item that a scan came by, parsed; `lsn` is the sequence number of its last change.

    It is shared: nobody may change the item.
    """

    epk: str
    number: int
    lsn: int
    item: JsonObject

    @property
    def position(self) -> Position:
        return Position(self.epk, self.number)


class Version(NamedTuple):
    """An item as it is to be stored; `written` in seconds since 1970, `ttl` is the item's own."""

    container: str
    epk: str
    id: str
    number: int
    lsn: int
    etag: str
    written: float
    ttl: int | None
    body: bytes


class ItemTable:
    """The items of all containers."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._db.create_function("expiry", 3, _expiry)
        self._parsed = ParsedItems()

    def find(self, container: str, epk: str, item_id: str) -> Stored | None:
        found = self._db.execute(
            "SELECT number, etag, body FROM items WHERE (container, epk, id) = (?, ?, ?)",
            (container, epk, item_id),
        ).fetchone()
        return Stored(*found) if found else None

    def of_id(self, container: str, item_id: str) -> list[JsonObject]:
        """The items that have this id, one a logical partition at most; shared as those of a scan are."""
        rows = self._db.execute(
            "SELECT epk, number, lsn, etag FROM items WHERE (container, id) = (?, ?)", (container, item_id)
        )
        return [found.item for found in self._found(rows, container)]

    def of_ids(self, container: str, item_ids: Iterable[object], scope: Scope) -> list[Found]:
        """The items of `scope` that have one of the ids."""
        return [
            found
            for item_id in {each for each in item_ids if isinstance(each, str)}
            for found in self._found(self._db.execute(_OF_ID, (container, item_id, *scope)), container)
        ]

    def put(self, version: Version, default_ttl: int | None) -> None:
        """Stores it in place of the item that has its partition and id; it expires as `default_ttl` says."""
        self._db.execute(_PUT, version._asdict() | {"default_ttl": default_ttl})
        self._parsed.add(version.etag, version.body)

    def remove(self, container: str, epk: str, item_id: str) -> None:
        self._db.execute("DELETE FROM items WHERE (container, epk, id) = (?, ?, ?)", (container, epk, item_id))

    def reschedule(self, container: str, default_ttl: int | None) -> None:
        """Lets the container's items expire by a new default."""
        self._db.execute(
            "UPDATE items SET expires = expiry(written, ttl, ?) WHERE container = ?", (default_ttl, container)
        )

    def purge(self, container: str, now: float) -> None:
        """Removes what has expired."""
        self._db.execute("DELETE FROM items WHERE container = ? AND expires <= ?", (container, now))

    def scan(self, container: str, scope: Scope, after: Position = START) -> Iterator[Found]:
        """The items of `scope` that lie after a position, as they lie."""
        return self._found(self._db.execute(_SCAN, (container, *scope, *after)), container)

    def changes(self, container: str, scope: Scope, after_lsn: int, since: float) -> Iterator[Found]:
        """The items of `scope` by their last change, those before `after_lsn` and the time `since` left out."""
        rows = self._db.execute(_CHANGES, (container, after_lsn, *scope, since))
        return self._found(rows, container)

    def _found(self, rows: Iterator[tuple[str, int, int, str]], container: str) -> Iterator[Found]:
        for epk, number, lsn, etag in rows:
            item = self._parsed.get(etag) or self._parse(container, lsn, etag)
            yield Found(epk, number, lsn, item)

    def _parse(self, container: str, lsn: int, etag: str) -> JsonObject:
        key = container, lsn
        (body,) = self._db.execute("SELECT body FROM items WHERE (container, lsn) = (?, ?)", key).fetchone()
        return self._parsed.add(etag, body)


def _expiry(written: float, ttl: int | None, default_ttl: int | None) -> float | None:
    """When an item expires that lives for `ttl` seconds, or those of its container; -1 is for ever.

    https://learn.microsoft.com/azure/cosmos-db/nosql/time-to-live
    """
    lifetime = default_ttl if ttl is None else ttl
    return None if default_ttl is None or lifetime is None or lifetime < 0 else written + lifetime


class ParsedItems:
    """The items that were parsed last, by etag, which is another one for every version of an item."""

    def __init__(self) -> None:
        self._items: dict[str, tuple[JsonObject, int]] = {}
        self._bytes = 0

    def get(self, etag: str) -> JsonObject | None:
        found = self._items.get(etag)
        return found[0] if found else None

    def add(self, etag: str, body: bytes) -> JsonObject:
        item: JsonObject = orjson.loads(body)
        self._items[etag] = item, len(body)
        self._bytes += len(body)
        while self._bytes > _PARSED_BYTES:
            oldest = next(iter(self._items))
            self._bytes -= self._items.pop(oldest)[1]
        return item
