"""Small doubles that several unit tests share: a clock, the queues, the state."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import orjson
from azure.core.exceptions import AzureError

from callrecords.errors import CallRecordsError
from callrecords.graphtypes import JsonObject
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
        self.work = WorkQueue(self.main, self.poison, TENANT, clock or Clock())

    @property
    def poison_reasons(self) -> list[str]:
        return [entry.document["reason"] for entry in self.poison.sent]


@dataclass
class State:
    """Stands for a StateStore: keeps items; `failing` has errors by item id, that of "" for every item."""

    items: dict[str, JsonObject] = field(default_factory=dict)
    failing: dict[str, CallRecordsError] = field(default_factory=dict)
    failing_writes: CallRecordsError | None = None
    asked: int = 0

    def _reach(self, item_id: str) -> None:
        if failure := self.failing.get(item_id) or self.failing.get(""):
            raise failure

    async def read(self, item_id: str) -> JsonObject:
        self.asked += 1
        self._reach(item_id)
        return dict(self.items.get(item_id, {}))

    async def read_all(self, item_ids: Collection[str]) -> dict[str, JsonObject]:
        self.asked += 1
        self._reach("")
        return {item_id: dict(item) for item_id, item in self.items.items() if item_id in item_ids}

    async def delete(self, item_id: str) -> None:
        self._reach(item_id)
        self.items.pop(item_id, None)

    async def beginning_with(self, prefix: str) -> dict[str, JsonObject]:
        self.asked += 1
        self._reach("")
        return {item_id: dict(item) for item_id, item in self.items.items() if item_id.startswith(prefix)}

    async def write(self, item_id: str, values: JsonObject) -> None:
        self._reach(item_id)
        if self.failing_writes:
            raise self.failing_writes
        self.items[item_id] = orjson.loads(orjson.dumps(values))
