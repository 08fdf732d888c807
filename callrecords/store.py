"""Call records in Cosmos: whole, and never older than what is there.

The header is the commit point: parts that are too large for one batch are written first, then the header with
the parts that fit in a transactional batch, guarded by the etag that was read, then what older versions left is
deleted. Whatever happens in between, a reader that follows the header finds one version, whole; and as the queue
message stays until the end, the next try finishes what this one left.
"""

import asyncio
import contextlib
from dataclasses import dataclass
from enum import Enum

from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import (
    CosmosBatchOperationError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from callrecords.callrecord import CallRecord
from callrecords.cosmos import cosmos_errors
from callrecords.errors import Unavailable
from callrecords.items import Items, join, part_version, share_batch, split
from callrecords.jsontypes import JsonObject

CONTAINER = "callRecords"

_TRIES = 5
_LOST_RACE = (404, 409, 412)
_PARTITION = "SELECT c.id, c.version, c.parts, c._etag FROM c"


class Saved(Enum):
    """What became of a record that was to be stored."""

    STORED = "stored"
    REPEATED = "repeated"  # this version is there already
    OUTDATED = "outdated"  # a newer version is there already


@dataclass(frozen=True)
class _Stored:
    """What Cosmos holds of one call before a write: the header's version and etag, and every part's id."""

    version: int | None
    etag: str | None
    named_parts: frozenset[str]
    part_ids: frozenset[str]

    def compare(self, version: int) -> Saved:
        if self.version is None or self.version < version:
            return Saved.STORED
        return Saved.REPEATED if self.version == version else Saved.OUTDATED


class CallRecordStore:
    """The `callRecords` container."""

    def __init__(self, container: ContainerProxy, tenant_id: str) -> None:
        self._container = container
        self._tenant_id = tenant_id

    async def save(self, record: CallRecord) -> Saved:
        """Makes `record` the stored one unless a newer version is there; returns which it was.

        Raises what `cosmos_errors` and `split` raise; Unavailable as well when other writers of the same call
        kept winning.
        """
        items = split(record, self._tenant_id)
        with cosmos_errors(f"Call record {record.call_id}"):
            for _ in range(_TRIES):
                stored = await self._stored(record.call_id)
                outcome = stored.compare(record.version)
                if outcome is Saved.STORED:
                    if not await self._write(items, stored):
                        continue
                    await self._sweep(record.call_id, stored.part_ids, record.version, items.header["parts"])
                elif stored.version is not None:
                    await self._sweep(record.call_id, stored.part_ids, stored.version, stored.named_parts)
                return outcome
        raise Unavailable(f"Call record {record.call_id}: lost {_TRIES} races against other writers.")

    async def load(self, call_id: str) -> CallRecord | None:
        """The stored record, whole, or None; a version that is replaced while it is read is read anew.

        Raises what `cosmos_errors` raises; Unavailable as well when the record kept being replaced.
        """
        with cosmos_errors(f"Call record {call_id}"):
            for _ in range(_TRIES):
                header = await self._read(call_id, call_id)
                if header is None:
                    return None
                parts = await asyncio.gather(*(self._read(call_id, name) for name in header["parts"]))
                whole = [part for part in parts if part is not None]
                if len(whole) == len(parts):
                    return join(Items(header, whole))
        raise Unavailable(f"Call record {call_id}: was replaced {_TRIES} times while it was read.")

    def _key(self, call_id: str) -> list[str]:
        return [self._tenant_id, call_id]

    async def _read(self, call_id: str, item_id: str) -> JsonObject | None:
        try:
            return await self._container.read_item(item_id, partition_key=self._key(call_id))
        except CosmosResourceNotFoundError:
            return None

    async def _stored(self, call_id: str) -> _Stored:
        found = self._container.query_items(_PARTITION, partition_key=self._key(call_id))
        items = {item["id"]: item async for item in found}
        header = items.pop(call_id, {})
        return _Stored(
            version=header.get("version"),
            etag=header.get("_etag"),
            named_parts=frozenset(header.get("parts", ())),
            part_ids=frozenset(items),
        )

    async def _write(self, items: Items, stored: _Stored) -> bool:
        """Writes the parts and then the header; False when the header is no longer the one that was read."""
        header, (ahead, within) = items.header, share_batch(items)
        for part in ahead:
            with contextlib.suppress(CosmosResourceExistsError):  # an earlier try got this far
                await self._container.create_item(part)
        operations: list[tuple[str, tuple[object, ...], dict[str, object]]] = [
            ("create", (header,), {})
            if stored.etag is None
            else ("replace", (header["id"], header), {"if_match_etag": stored.etag}),
            *(("upsert", (part,), {}) for part in within),
        ]
        try:
            await self._container.execute_item_batch(operations, partition_key=self._key(header["callId"]))
        except CosmosBatchOperationError as error:
            if error.status_code in _LOST_RACE:
                return False
            raise
        return True

    async def _sweep(
        self, call_id: str, part_ids: frozenset[str], version: int, named: frozenset[str] | list[str]
    ) -> None:
        """Deletes the parts that the header of `version` does not name, of it and of older versions.

        Parts of a newer version belong to a writer that has not committed yet.
        """
        for part_id in sorted(part_ids.difference(named)):
            if (part_version(part_id) or 0) <= version:
                try:
                    await self._container.delete_item(part_id, partition_key=self._key(call_id))
                except CosmosResourceNotFoundError:
                    continue  # another worker was as tidy
