"""The `callRecords` container: call records whole, and never older than what is there.

The header is the commit point: parts are written first, where a record needs any, then the header, guarded by the etag
that was read, then what older versions left is deleted. Whatever happens in between, a reader that follows the header
finds one version, whole; and as the queue message stays until the end, the next try finishes what this one left.
"""

import asyncio
import logging
from collections.abc import Iterable

from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosHttpResponseError

from callrecords.callrecord import CallRecord, Caveat, Piece
from callrecords.cosmos.account import (
    Account,
    cosmos_errors,
    delete_if_there,
    is_lost_race,
    read_if_there,
    unchanged,
    won,
)
from callrecords.cosmos.items import Items, join, part_version, prepend, read_header, split, split_piece
from callrecords.errors import Unavailable, Unreadable
from callrecords.graphtypes import JsonObject, moment, texts
from callrecords.ports.records import Absent, Saved, Stored

log = logging.getLogger(__name__)

CONTAINER = "callRecords"

_TRIES = 5
_PARTITION = "SELECT c.id, c.version, c.day, c.formerDays, c.parts, c.caveats, c.fetchedAt, c._etag FROM c"


class CallRecordsStore:
    """The call records of `tenant_id`. Every method raises the errors of `cosmos_errors`."""

    def __init__(self, account: Account, tenant_id: str) -> None:
        self._account = account
        self._tenant_id = tenant_id

    async def look(self, call_id: str) -> Absent | Stored:
        """What there is of the call."""
        with cosmos_errors(f"Call record {call_id}"):
            return await self._look(await self._container(), call_id)

    async def write_ahead(self, piece: Piece, parts: tuple[str, ...]) -> tuple[str, ...]:
        """Writes the piece as parts that come after `parts`; the ids of all of them. No reader sees them before `save`
        names them. Raises what `split` raises."""
        written = split_piece(piece, self._tenant_id, parts)
        with cosmos_errors(f"Call record {piece.call_id}"):
            await self._write_parts(await self._container(), written)
        return (*parts, *(part["id"] for part in written))

    async def save(
        self, record: CallRecord, found: Absent | Stored, parts: tuple[str, ...] = ()
    ) -> tuple[Saved, Stored]:
        """Makes `record` the stored one unless a newer version is there; `found` is what `look` gave, and `parts` were
        written ahead: they have what comes before the record's lists.

        Returns which it was, and what there is of the call now. Raises what `split` raises; Unavailable as well when
        other writers of the same call kept winning.
        """
        with cosmos_errors(f"Call record {record.call_id}"):
            container = await self._container()
            for _ in range(_TRIES):
                if isinstance(found, Stored) and not found.is_bettered_by(record):
                    await self._sweep(container, found)
                    return (Saved.REPEATED if found.version == record.version else Saved.OUTDATED), found
                written = await self._write(container, record, found, parts)
                if written:
                    await self._sweep(container, written)
                    return Saved.STORED, written
                found = await self._look(container, record.call_id)
        raise Unavailable(f"Call record {record.call_id}: lost {_TRIES} races against other writers.")

    async def whole(self, record: CallRecord, parts: tuple[str, ...]) -> CallRecord:
        """The record with what `parts` have of it, which were written ahead; Unavailable where one of them is gone."""
        if not parts:
            return record
        what = f"Call record {record.call_id}"
        with cosmos_errors(what):
            container, key = await self._container(), self._key(record.call_id)
            found = await asyncio.gather(*(read_if_there(container, name, key) for name in parts))
        whole = [part for part in found if part is not None]
        if len(whole) < len(parts):
            raise Unavailable(f"{what}: what was put aside of it is gone.")
        return prepend(whole, record)

    async def add_former_day(self, call_id: str, day: str) -> None:
        """Lets the header name `day` as one under which an older row may be, unless there is none or it does already.

        Raises Unavailable as well when the header kept being replaced.
        """
        with cosmos_errors(f"Call record {call_id}"):
            container, key = await self._container(), self._key(call_id)
            for _ in range(_TRIES):
                header = await read_if_there(container, call_id, key)
                told = read_header(header) if header else None
                if header is None or told is None or day in {told.day, *told.former_days}:
                    return
                days = sorted({day, *told.former_days})
                change: list[JsonObject] = [{"op": "set", "path": "/formerDays", "value": days}]
                if await won(container.patch_item(call_id, key, change, **unchanged(header["_etag"]))):
                    return
        raise Unavailable(f"Call record {call_id}: lost {_TRIES} races against other writers.")

    async def tidy(self, stored: Stored) -> None:
        """Deletes what a writer that was stopped left beside the stored version."""
        with cosmos_errors(f"Call record {stored.call_id}"):
            await self._sweep(await self._container(), stored)

    async def former_days(self, call_id: str) -> frozenset[str]:
        """The days other than that of the stored version under which fact rows of the call may be."""
        with cosmos_errors(f"Call record {call_id}"):
            header = await read_if_there(await self._container(), call_id, self._key(call_id))
        return frozenset(texts(header.get("formerDays")) if header else ())

    async def load(self, call_id: str) -> CallRecord | None:
        """The stored record, whole; a version that is replaced while it is read is read anew.

        None where there is none, and where parts are gone without another header, or damaged: no reader can put that
        together.
        Raises Unavailable as well when the record kept being replaced.
        """
        without_parts = None
        with cosmos_errors(f"Call record {call_id}"):
            container, key = await self._container(), self._key(call_id)
            for _ in range(_TRIES):
                header = await read_if_there(container, call_id, key)
                if header is None or header["_etag"] == without_parts or read_header(header) is None:
                    return None
                parts = await asyncio.gather(*(read_if_there(container, name, key) for name in header["parts"]))
                whole = [part for part in parts if part is not None]
                if len(whole) == len(parts):
                    try:
                        return join(Items(header, whole))
                    except Unreadable as error:
                        log.error("%s It counts as not stored.", error)
                        return None
                without_parts = header["_etag"]
        raise Unavailable(f"Call record {call_id}: was replaced {_TRIES} times while it was read.")

    async def _container(self) -> ContainerProxy:
        return await self._account.container(CONTAINER)

    def _key(self, call_id: str) -> list[str]:
        return [self._tenant_id, call_id]

    async def _look(self, container: ContainerProxy, call_id: str) -> Absent | Stored:
        found = container.query_items(_PARTITION, partition_key=self._key(call_id))
        items = {item["id"]: item async for item in found}
        header = items.pop(call_id, None)
        if header is None:
            return Absent(call_id=call_id, part_ids=frozenset(items))
        return _stored(header, header["_etag"], items)

    async def _write(
        self, container: ContainerProxy, record: CallRecord, found: Absent | Stored, parts: tuple[str, ...]
    ) -> Stored | None:
        """Writes the parts and then the header; None when the header is no longer the one that was read."""
        known_days = found.days if isinstance(found, Stored) else frozenset[str]()
        items = split(record, self._tenant_id, known_days - {record.day}, parts)
        await self._write_parts(container, items.parts)
        try:
            written = await (
                container.replace_item(record.call_id, items.header, **unchanged(found.etag))
                if isinstance(found, Stored)
                else container.create_item(items.header)
            )
        except CosmosHttpResponseError as error:
            if is_lost_race(error):
                return None
            raise
        return _stored(
            items.header, written.get_response_headers()["ETag"], found.part_ids.union(items.header["parts"])
        )

    async def _write_parts(self, container: ContainerProxy, parts: Iterable[JsonObject]) -> None:
        for part in parts:
            await container.upsert_item(part)  # what an earlier try wrote has the same id and the same content

    async def _sweep(self, container: ContainerProxy, stored: Stored) -> None:
        """Deletes the parts that the header does not name, of versions that cannot take its place any more.

        Parts of others belong to a writer that has not committed yet: of a newer version, or of the same where the
        stored record is damaged or has no session.
        """
        for part_id in sorted(stored.part_ids - stored.named_parts):
            if (part_version(part_id) or 0) <= stored.newer_than:
                await delete_if_there(container, part_id, self._key(stored.call_id))  # another worker may be as tidy


def _stored(item: JsonObject, etag: str, part_ids: Iterable[str]) -> Stored:
    header = read_header(item)
    if header is None:
        # Any record takes its place.
        none = frozenset[Caveat]({"noSessions"})
        return Stored(call_id=item["id"], version=0, etag=etag, day="", caveats=none, is_unreadable=True)
    return Stored(
        call_id=item["id"],
        version=header.version,
        etag=etag,
        day=header.day,
        former_days=header.former_days,
        named_parts=header.parts,
        part_ids=frozenset(part_ids),
        caveats=header.caveats,
        fetched_at=moment(item.get("fetchedAt")),
    )
