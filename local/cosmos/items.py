"""The operations on single items of one logical partition."""

import base64
import re
import time
import uuid
from typing import Any, NamedTuple

import orjson

from callrecords.graphtypes import JsonObject
from local.cosmos import errors
from local.cosmos.containers import Container, check_ttl
from local.cosmos.itemtable import Stored, Version
from local.cosmos.partitions import Scope, value_at
from local.cosmos.patch import Patch
from local.cosmos.storage import Storage

LARGEST_REQUEST = 2 * 1024 * 1024  # bytes, of an item and of a batch
_LONGEST_ID = 1023  # bytes
_SYSTEM_PROPERTIES = ("_rid", "_self", "_etag", "_attachments", "_ts")


class Outcome(NamedTuple):
    """What became of an operation: its status, its charge in request units, and the item as it is now stored."""

    status: int
    charge: float
    etag: str = ""
    body: bytes = b""


class Items:
    """The items of `container` whose effective partition key is `epk`.

    Every operation raises CosmosError where the service refuses it.
    https://learn.microsoft.com/azure/cosmos-db/concepts-limits#per-item-limits
    """

    def __init__(self, storage: Storage, container: Container, epk: str) -> None:
        self._storage = storage
        self._container = container
        self._epk = epk

    def read(self, item_id: str, if_none_match: str | None = None) -> Outcome:
        stored = self._existing(item_id)
        if if_none_match in ("*", stored.etag):
            return Outcome(304, _read_charge(b""), stored.etag)
        return Outcome(200, _read_charge(stored.body), stored.etag, stored.body)

    def create(self, item: Any) -> Outcome:
        self._check(item)
        if self._find(item["id"]):
            raise errors.conflict()
        return self._write(item, None)

    def upsert(self, item: Any, if_match: str | None = None) -> Outcome:
        """Creates the item, whatever `if_match` is, or replaces it."""
        self._check(item)
        old = self._find(item["id"])
        return self._write(item, old and _matching(old, if_match))

    def replace(self, item_id: str, item: Any, if_match: str | None = None) -> Outcome:
        self._check(item)
        if item["id"] != item_id:
            raise errors.bad_request(f"The item's id is {item['id']!r}; expected {item_id!r} as in the address.")
        return self._write(item, self._existing(item_id, if_match))

    def patch(self, item_id: str, patch: Any, if_match: str | None = None) -> Outcome:
        stored = self._existing(item_id, if_match)
        item = Patch.parse(patch).apply(orjson.loads(stored.body))
        self._check(item)
        if item["id"] != item_id:
            raise errors.bad_request("A patch cannot change the id of an item.")
        return self._write(item, stored)

    def delete(self, item_id: str, if_match: str | None = None) -> Outcome:
        stored = self._existing(item_id, if_match)
        self._storage.next_lsn()
        self._storage.items.remove(self._container.rid, self._epk, item_id)
        return Outcome(204, _write_charge(stored.body))

    def _find(self, item_id: str) -> Stored | None:
        return self._storage.items.find(self._container.rid, self._epk, item_id)

    def _existing(self, item_id: str, if_match: str | None = None) -> Stored:
        stored = self._find(item_id)
        if not stored:
            raise errors.not_found()
        return _matching(stored, if_match)

    def _check(self, item: Any) -> None:
        if not isinstance(item, dict):
            raise errors.bad_request("The item is not a JSON object.")
        _check_id(item.get("id"))
        if self._container.partition_key.of_item(item) != self._epk:
            raise errors.wrong_partition_key("The partition key of the item is not the one of the request.")
        if self._container.default_ttl is not None and item.get("ttl") is not None:
            check_ttl("ttl", item["ttl"])
        self._check_unique(item)

    def _check_unique(self, item: JsonObject) -> None:
        for paths in self._container.unique_keys:
            values = [value_at(item, path) for path in paths]
            for other in self._storage.items.scan(self._container.rid, Scope(self._epk, self._epk + "FF")):
                same = [value_at(other.item, path) for path in paths] == values
                if same and other.item["id"] != item["id"]:
                    raise errors.conflict("Unique index constraint violation.")

    def _write(self, item: JsonObject, old: Stored | None) -> Outcome:
        lsn = self._storage.next_lsn()
        number = old.number if old else lsn
        etag, now = f'"{uuid.uuid4()}"', time.time()
        body = orjson.dumps(self._with_system_properties(item, number, etag, now))
        if len(body) > LARGEST_REQUEST:
            raise errors.too_large(f"The item has {len(body)} bytes; at most {LARGEST_REQUEST} are allowed.")
        rid, ttl = self._container.rid, item.get("ttl")
        ttl = ttl if type(ttl) is int else None  # what else it may be without a defaultTtl is no time to live
        version = Version(rid, self._epk, item["id"], number, lsn, etag, now, ttl, body)
        self._storage.items.put(version, self._container.default_ttl)
        return Outcome(200 if old else 201, _write_charge(body), etag, body)

    def _with_system_properties(self, item: JsonObject, number: int, etag: str, now: float) -> JsonObject:
        own = {name: value for name, value in item.items() if name not in _SYSTEM_PROPERTIES}
        owner = base64.b64decode(self._container.rid, b"+-")
        rid = base64.b64encode(owner + number.to_bytes(8, "little"), b"+-").decode()
        return own | {
            "_rid": rid,
            "_self": f"{self._container.body['_self']}docs/{rid}/",
            "_etag": etag,
            "_attachments": "attachments/",
            "_ts": int(now),
        }


def _matching(stored: Stored, if_match: str | None) -> Stored:
    if if_match not in (None, "*", stored.etag):
        raise errors.precondition_failed()
    return stored


def _read_charge(body: bytes) -> float:
    """Roughly what the service charges: 1 request unit for 1 kB, 10 for 100 kB."""
    return 1 + len(body) // 1024 * 0.1


def _write_charge(body: bytes) -> float:
    return 5 * _read_charge(body)


def _check_id(item_id: Any) -> None:
    if not isinstance(item_id, str) or not item_id or len(item_id.encode()) > _LONGEST_ID:
        raise errors.bad_request(f"The item's id is {item_id!r}; expected text of 1 to {_LONGEST_ID} bytes.")
    if re.search(r"[/\\?#]", item_id):
        raise errors.bad_request(f"The item's id is {item_id!r}; it may not contain any of / \\ ? #.")
