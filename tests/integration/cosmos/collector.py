"""The use case under test with all that is around it but Cosmos."""

from dataclasses import dataclass, field

from callrecords.callrecord import CallRecord, Progress
from callrecords.collect.arrivals import Arrivals
from callrecords.collect.factrows import FactRows
from callrecords.collect.givenup import GivenUpCalls
from callrecords.collect.ingest import Ingest
from callrecords.collect.repeats import Repeats
from callrecords.cosmos.account import Account
from callrecords.cosmos.callrecords import CallRecordsStore
from callrecords.cosmos.calls import CallsStore
from callrecords.cosmos.state import StateStore
from callrecords.facts.row import Rules
from callrecords.queues.messages import CallMessage
from callrecords.queues.workqueue import WorkQueue
from tests.integration.cosmos.invented import TENANT, call_message, now
from tests.reading import PagedReading


@dataclass(frozen=True)
class Graph:
    """Stands for Graph, which holds one version of a call and gives a worker so many of its pages."""

    record: CallRecord
    size: int
    pages: int

    async def start(self, call_id: str) -> PagedReading:
        assert call_id == self.record.call_id
        return PagedReading(self.record, size=self.size, pages=self.pages)

    async def resume(self, call_id: str, progress: Progress) -> PagedReading:
        assert call_id == self.record.call_id
        return PagedReading(self.record, size=self.size, pages=self.pages, since=progress)


@dataclass
class Queue:
    """Stands for a QueueClient: keeps the messages that it is sent."""

    sent: list[str] = field(default_factory=list)

    async def send_message(
        self, content: object, *, visibility_timeout: int | None = None, time_to_live: int | None = None
    ) -> None:
        self.sent.append(str(content))


class Collector:
    """A worker that collects the one call that Graph holds as `record`, and of which Graph gives it `pages` of `size`
    elements."""

    def __init__(
        self,
        account: Account,
        record: CallRecord,
        *,
        size: int = 1_000,
        pages: int = 1_000,
        rules: Rules = Rules(),  # noqa: B008 - a constant
    ) -> None:
        self._record = record
        self._queue, self._poison_queue = Queue(), Queue()
        self._ingest = Ingest(
            records=Graph(record, size, pages),
            store=CallRecordsStore(account, TENANT),
            rows=FactRows(
                tenant_id=TENANT,
                store=CallRecordsStore(account, TENANT),
                rows=CallsStore(account, TENANT),
                rules=rules,
            ),
            arrivals=Arrivals(StateStore(account, TENANT), now),
            given_up=GivenUpCalls(StateStore(account, TENANT), now),
            repeats=Repeats(now),
            queue=WorkQueue(queue=self._queue, poison_queue=self._poison_queue, tenant_id=TENANT, clock=now),
        )

    async def handle(self, text: str | None = None, tries: int = 1) -> CallMessage | None:
        """Handles the first message about the call, or `text`. Returns the message that was put back for later, if
        one was; what is given up fails the test."""
        await self._ingest.on_message(text or call_message(self._record.call_id), tries)
        assert self._poison_queue.sent == []
        return CallMessage.parse(self._queue.sent.pop()) if self._queue.sent else None
