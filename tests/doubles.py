"""Small doubles that several unit tests share: a clock, the queues, the state."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import orjson
from azure.core.exceptions import AzureError

from callrecords.documents import Document
from callrecords.errors import CallRecordsError
from callrecords.graphtypes import JsonObject
from callrecords.ports.state import StateItems, StateKey
from callrecords.queues.workqueue import WorkQueue
from tests.invented import NOW, TENANT


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, time: timedelta) -> None:
        self.now += time


@dataclass(frozen=True)
class Sent:
    """A message that a queue took; `delay` and `time_to_live` in seconds."""

    text: str
    delay: int | None
    time_to_live: int | None

    @property
    def document(self) -> JsonObject:
        document = orjson.loads(self.text)
        assert isinstance(document, dict)
        return document


@dataclass
class RecordingQueue:
    """Stands for a QueueClient: keeps what it is sent, or fails with `failure`."""

    sent: list[Sent] = field(default_factory=list)
    failure: AzureError | None = None

    async def send_message(
        self, content: object, *, visibility_timeout: int | None = None, time_to_live: int | None = None
    ) -> None:
        if self.failure:
            raise self.failure
        self.sent.append(Sent(str(content), visibility_timeout, time_to_live))


class Queues:
    """A work queue over two recording ones."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.main = RecordingQueue()
        self.poison = RecordingQueue()
        self.work = WorkQueue(queue=self.main, poison_queue=self.poison, tenant_id=TENANT, clock=clock or Clock())

    @property
    def poison_reasons(self) -> list[str]:
        return [entry.document["reason"] for entry in self.poison.sent]


@dataclass
class State:
    """Stands for a StateStore: keeps items; `failing` has errors by item id, that of "" for every item;
    items are read together once `frozen` is set; what is written is of the time of `clock`."""

    items: dict[str, JsonObject] = field(default_factory=dict)
    failing: dict[str, CallRecordsError] = field(default_factory=dict)
    failing_writes: CallRecordsError | None = None
    asked: int = 0
    frozen: asyncio.Event | None = None
    clock: Clock | None = None

    def _reach(self, item_id: str) -> None:
        if failure := self.failing.get(item_id) or self.failing.get(""):
            raise failure

    async def read[D: Document](self, key: StateKey[D]) -> D | None:
        self.asked += 1
        self._reach(key.id)
        return key.parse(self.items.get(key.id))

    async def read_all(self, item_ids: Collection[str]) -> StateItems:
        self.asked += 1
        if self.frozen:
            await self.frozen.wait()
        self._reach("")
        return StateItems({item_id: item for item_id, item in self.items.items() if item_id in item_ids})

    async def delete(self, item_id: str) -> None:
        self._reach(item_id)
        self.items.pop(item_id, None)

    async def starting_with[D: Document](self, prefix: StateKey[D]) -> list[D]:
        self.asked += 1
        self._reach("")
        found = [prefix.parse(item) for item_id, item in self.items.items() if item_id.startswith(prefix.id)]
        return [document for document in found if document is not None]

    async def write[D: Document](self, key: StateKey[D], document: D) -> datetime:
        self._reach(key.id)
        if self.failing_writes:
            raise self.failing_writes
        self.hold(key, document)
        return self.clock() if self.clock else datetime.max.replace(tzinfo=UTC)

    def hold[D: Document](self, key: StateKey[D], document: D) -> None:
        """Takes the document in."""
        self.items[key.id] = orjson.loads(orjson.dumps(document.as_json()))
