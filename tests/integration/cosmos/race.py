"""Workers that handle the messages about one call at the same time, and readers of it, step by step."""

from collections.abc import Sequence

from callrecords.callrecord import CallRecord
from callrecords.cosmos.account import Account
from callrecords.cosmos.callrecords import CallRecordsStore
from callrecords.facts.row import Rules
from callrecords.graphtypes import JsonObject
from callrecords.queues.messages import CallMessage
from local.compare import elements
from tests.integration.cosmos.collector import Collector
from tests.integration.cosmos.cosmosaccount import CosmosAccount
from tests.integration.cosmos.deriver import Deriver
from tests.integration.cosmos.invented import TENANT, in_another_order
from tests.integration.cosmos.stepping import Worker

_LOADS = 2


class Race:
    """`records` are versions of one call, each of which a worker has fetched; `stored` is what was there before.

    A message whose worker was killed, or which was put back, is handled by another worker, whom Graph gives the same
    version in another order, unless the message says that it is read on. `pages` says in how large ones Graph gives a
    record, and how many to a worker. With `new_rules`, one more worker derives the call's row again by these, as all
    workers do.
    """

    def __init__(
        self,
        cosmos: CosmosAccount,
        account: Account,
        stored: CallRecord | None,
        records: Sequence[CallRecord],
        pages: tuple[int, int] | None = None,
        new_rules: Rules | None = None,
    ) -> None:
        self._cosmos = cosmos
        self._account = account
        self._call_id = records[0].call_id
        self._records = {f"worker {number}": record for number, record in enumerate(records, 1)}
        self._pages = pages
        self._rules = new_rules or Rules()
        self._messages: dict[str, CallMessage] = {}
        self._killed: set[str] = set()
        names = [*(["deriver"] if new_rules else []), *self._records]
        self._writers = {name: self._writer(name) for name in names}
        self._reader = Worker(account, self._read)
        self._answers = [*filter(None, [stored]), *records, *map(in_another_order, records)]
        self._headers: list[JsonObject] = []
        self._fact_versions: dict[str, int] = {}

    @property
    def running(self) -> list[str]:
        """The names of those that have work left."""
        reading = [] if self._reader.ended else ["reader"]
        return [*self._writers, *reading]

    async def run(self, name: str, steps: int) -> None:
        """Lets the one called `name` make so many Cosmos calls, or as many as it still needs; checks what there is
        after each write."""
        worker = self._writers.get(name, self._reader)
        for _ in range(steps):
            before = self._cosmos.writes
            await worker.step()
            if self._cosmos.writes != before:
                await self._check()
            if worker.ended:
                break
        writer = self._writers.get(name)
        if writer and writer.ended:
            del self._writers[name]
            if put_back := writer.result:
                self._messages[name] = put_back
                self._handle_again(name)

    async def kill(self, name: str) -> None:
        """Stops a worker as a crash does; a reader just goes on."""
        if name in self._writers:
            self._killed.add(name)
            await self._writers[name].kill()
            self._handle_again(name)

    async def close(self) -> None:
        for worker in (*self._writers.values(), self._reader):
            await worker.kill()

    def assert_loads_went_forward(self) -> None:
        """Each time, the reader got one version whole, and never an older one than before."""
        loads = self._reader.result
        found = [record for record in loads if record]
        assert loads[len(loads) - len(found) :] == found, "a record that was there is gone"
        assert all(record in self._answers for record in found)
        versions = [record.version for record in found]
        assert versions == sorted(versions)

    def _writer(self, name: str) -> Worker[CallMessage | None]:
        tries = 2 if name in self._killed else 1
        if name == "deriver":
            return Worker(self._account, lambda account: self._derive(account, tries))
        record, message = self._records[name], self._messages.get(name)
        size, pages = self._pages or (1_000, 1_000)
        return Worker(
            self._account,
            lambda account: Collector(account, record, size=size, pages=pages, rules=self._rules).handle(
                str(message) if message else None, tries
            ),
        )

    async def _derive(self, account: Account, tries: int) -> None:
        deriver = Deriver(account, self._rules, call_id=self._call_id)
        await deriver.handle(tries=tries)
        await deriver.run_on()

    def _handle_again(self, name: str) -> None:
        message = self._messages.get(name)
        if name in self._records and (message is None or message.progress is None):
            self._records[name] = in_another_order(self._records[name])
        self._writers[name] = self._writer(name)

    async def _read(self, account: Account) -> list[CallRecord | None]:
        store = CallRecordsStore(account, TENANT)
        return [await store.load(self._call_id) for _ in range(_LOADS)]

    async def _check(self) -> None:
        items = await self._cosmos.items(self._call_id)
        header = items.get(self._call_id)
        assert header or not self._headers, "the header is gone"
        if header and [header] != self._headers[-1:]:
            self._headers.append(header)
        for seen in self._headers:
            self._check_reading(seen, items, must_be_whole=seen is self._headers[-1])
        versions = [seen["version"] for seen in self._headers]
        assert versions == sorted(versions), "an older version took the place of a newer one"
        await self._check_fact_rows()

    def _check_reading(self, header: JsonObject, items: dict[str, JsonObject], must_be_whole: bool) -> None:
        """Whoever read `header`, then or now, and finds all parts that it names now, has one version whole."""
        missing = [name for name in header["parts"] if name not in items]
        assert not (must_be_whole and missing), "the header names parts that are not there"
        if not missing:
            parts = [*(items[name] for name in header["parts"]), header]
            lists = [
                [each for part in parts for each in elements(part.get(name))]
                for name in ("sessions", "participants_v2")
            ]
            assert (header["version"], *lists) in [
                (answer.version, answer.sessions, answer.participants) for answer in self._answers
            ], "a reader gets a mixture"

    async def _check_fact_rows(self) -> None:
        before, self._fact_versions = self._fact_versions, await self._cosmos.fact_versions(self._call_id)
        for day, version in self._fact_versions.items():
            assert before.get(day, 0) <= version, "an older row took the place of a newer one"
