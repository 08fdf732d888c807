"""What the use cases need of the outside: one Protocol a port, and the shapes that pass through it.

The adapters in `graph/` and `cosmos/` provide them; tests put doubles in their place.
"""

import hashlib
import logging
from collections.abc import AsyncGenerator, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from callrecords.callrecord import CallRecord
from callrecords.documents import Document
from callrecords.errors import Unreadable
from callrecords.graphtypes import JsonObject

log = logging.getLogger(__name__)


# Call records in Graph: graph.records.CallRecords


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A call record that Graph holds, and the UTC day on which the call started; None is what it does not tell."""

    call_id: str
    version: int | None
    day: str | None


class RecordSource(Protocol):
    """Where call records are fetched."""

    async def fetch(self, call_id: str, newer_than: int | None = None) -> CallRecord | None: ...


class RecordList(Protocol):
    """Where call records are listed by the time at which the call started."""

    def between(self, start: datetime, end: datetime) -> AsyncGenerator[Listed | Unreadable]: ...


# Graph's subscriptions: graph.subscriptions.Subscriptions


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A subscription to call records as Graph holds it."""

    id: str
    change_type: str | None
    notification_url: str | None
    lifecycle_url: str | None
    expires: datetime


@dataclass(frozen=True, kw_only=True)
class NotificationTarget:
    """Where Graph is to post, and the secret that it is to repeat."""

    notification_url: str
    lifecycle_url: str
    client_state: str

    @property
    def digest(self) -> str:
        """Tells whether the secret is another one, without telling the secret."""
        return hashlib.sha256(self.client_state.encode()).hexdigest()[:16]


class Subscriptions(Protocol):
    """The subscriptions to call records that this app's identity has in Graph."""

    async def all(self) -> list[Subscription]: ...

    async def create(self, target: NotificationTarget, change_type: str, expires: datetime) -> Subscription: ...

    async def renew(self, subscription_id: str, expires: datetime) -> Subscription: ...

    async def delete(self, subscription_id: str) -> None: ...


# The container callRecords: cosmos.callrecords.CallRecordsStore


class Saved(Enum):
    """What became of a record that was to be stored."""

    STORED = "stored"
    REPEATED = "repeated"  # this version is there already
    OUTDATED = "outdated"  # a newer version is there already


@dataclass(frozen=True, kw_only=True)
class Absent:
    """A call that has no header; `part_ids` are those of parts that a writer left, or is about to commit."""

    call_id: str
    part_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A call that has a header: its version, etag and day; the other days under which older fact rows may be; the parts
    that the header names, and every part that is there."""

    call_id: str
    version: int
    etag: str
    day: str
    former_days: frozenset[str] = frozenset()
    named_parts: frozenset[str] = frozenset()
    part_ids: frozenset[str] = frozenset()


class RecordStore(Protocol):
    """Where call records are kept, whole."""

    async def look(self, call_id: str) -> Absent | Stored: ...

    async def save(self, record: CallRecord, found: Absent | Stored) -> tuple[Saved, Stored]: ...

    async def tidy(self, stored: Stored) -> None: ...

    async def former_days(self, call_id: str) -> frozenset[str]: ...

    async def load(self, call_id: str) -> CallRecord | None: ...


# The container calls: cosmos.calls.CallsStore


class RowStore(Protocol):
    """Where fact rows are kept."""

    async def version(self, call_id: str, day: str) -> int | None: ...

    async def save(self, row: JsonObject) -> None: ...

    async def delete(self, call_id: str, day: str, older_than: int) -> None: ...


class RowVersions(Protocol):
    """Which calls have a fact row, and of which version."""

    async def versions(self, day: str) -> dict[str, int]: ...


# The container state: cosmos.state.StateStore


@dataclass(frozen=True)
class StateKey[D: Document]:
    """The id under which something is remembered, and what it is."""

    id: str
    kind: type[D]

    def item(self, document: D) -> JsonObject:
        """The item that has the document."""
        return {**document.as_json(), "id": self.id}

    def parse(self, item: Mapping[str, object] | None) -> D | None:
        """The document in the item. None where there is no item, and where it is damaged, which is logged: what is
        remembered can be found out again, and is then written anew."""
        try:
            return self.kind.from_json(dict(item)) if item is not None else None
        except Unreadable as error:
            log.error("State %s counts as absent: %s", self.id, error)
            return None


@dataclass(frozen=True)
class StateItems:
    """Items that were read together, by id."""

    items: Mapping[str, JsonObject]

    def get[D: Document](self, key: StateKey[D]) -> D | None:
        """That of the key, as StateKey.parse gives it."""
        return key.parse(self.items.get(key.id))


class State(Protocol):
    """What the app remembers between its runs."""

    async def read[D: Document](self, key: StateKey[D]) -> D | None: ...

    async def read_all(self, item_ids: Collection[str]) -> StateItems: ...

    async def starting_with[D: Document](self, prefix: StateKey[D]) -> list[D]: ...

    async def write[D: Document](self, key: StateKey[D], document: D) -> None: ...

    async def delete(self, item_id: str) -> None: ...
