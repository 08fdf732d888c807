"""What the app remembers between its runs, in the container `state` (cosmos.state)."""

import contextlib
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from callrecords.documents import Document
from callrecords.errors import Unreadable
from callrecords.graphtypes import JsonObject

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StateKey[D: Document]:
    """The id under which something is remembered, and what it is."""

    id: str
    kind: type[D]

    def item(self, document: D) -> JsonObject:
        """The item that has the document."""
        return {**document.as_json(), "id": self.id}

    def parse(self, item: Mapping[str, object] | None) -> D | None:
        """The document in the item; None where there is no item.

        Of one that is damaged, what can be read of it, or None; the log says so. What is remembered can be found out
        again, and is then written anew.
        """
        if item is None:
            return None
        if whole := self.parse_whole(item):
            return whole
        with contextlib.suppress(Unreadable):
            return self.kind.from_json(dict(item), salvage=True)
        return None

    def parse_whole(self, item: Mapping[str, object]) -> D | None:
        """The document in the item; None where it is damaged, which the log says."""
        try:
            return self.kind.from_json(dict(item))
        except Unreadable as error:
            log.error("State %s is damaged: %s", self.id, error)
        return None


@dataclass(frozen=True)
class StateItems:
    """Items that were read together, by id."""

    items: Mapping[str, JsonObject]

    def get[D: Document](self, key: StateKey[D]) -> D | None:
        """That of the key; None where there is no item. Raises Unreadable where it is damaged."""
        try:
            return key.kind.from_json(self.items[key.id]) if key.id in self.items else None
        except Unreadable as error:
            raise Unreadable(f"State {key.id} is damaged: {error}") from None


class State(Protocol):
    """What the app remembers between its runs."""

    async def read[D: Document](self, key: StateKey[D]) -> D | None: ...

    async def read_all(self, item_ids: Collection[str]) -> StateItems: ...

    async def starting_with[D: Document](self, prefix: StateKey[D]) -> list[D]: ...

    async def write[D: Document](self, key: StateKey[D], document: D) -> datetime:
        """Remembers it; when that was, by the clock of Cosmos, to the second."""

    async def delete(self, item_id: str) -> None: ...
