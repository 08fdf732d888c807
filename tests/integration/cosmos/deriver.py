"""The use case that derives rows again, with all that is around it but Cosmos."""

from callrecords.collect.factrows import FactRows
from callrecords.collect.rederive import Rederivation
from callrecords.collect.rederiverun import DeriveMessage, DeriveOutcome
from callrecords.collect.slicedrun import ALL_IDS
from callrecords.cosmos.account import Account
from callrecords.cosmos.callrecords import CallRecordsStore
from callrecords.cosmos.calls import CallsStore
from callrecords.cosmos.slices import DaySliceReader
from callrecords.facts.row import FACTS_VERSION, Rules
from callrecords.ports.slices import Slice
from tests.doubles import Clock, Queues, State
from tests.integration.cosmos.invented import DAY, NEXT_DAY, TENANT


class SlicesOfOneCall(DaySliceReader):
    """A reader of days that leaves out all calls but one."""

    def __init__(self, account: Account, call_id: str) -> None:
        super().__init__(account, TENANT)
        self._call_id = call_id

    async def read(self, day: str, bounds: tuple[str, str], most: int | None) -> Slice:
        assert bounds[0] <= self._call_id < bounds[1]
        return await super().read(day, (self._call_id, f"{self._call_id}-"), most)


class Deriver:
    """A worker that derives the rows of DAY and NEXT_DAY again, or those of one call. Its state is in memory."""

    def __init__(self, account: Account, rules: Rules, *, call_id: str | None = None) -> None:
        self._rules, self._clock = rules, Clock()
        self.state, self.queues = State(), Queues(self._clock)
        self._rederivation = Rederivation(
            tenant_id=TENANT,
            slices=SlicesOfOneCall(account, call_id) if call_id else DaySliceReader(account, TENANT),
            rows=FactRows(
                tenant_id=TENANT,
                store=CallRecordsStore(account, TENANT),
                rows=CallsStore(account, TENANT),
                rules=rules,
            ),
            profile=rules.profile,
            state=self.state,
            queue=self.queues.work,
            clock=self._clock,
        )

    async def run(self, *, all_rows: bool = False) -> DeriveOutcome:
        """Starts and goes on until the end; how it ended."""
        assert await self._rederivation.start(DAY, NEXT_DAY, all_rows=all_rows)
        return await self.run_on()

    async def run_on(self) -> DeriveOutcome:
        """Goes on until the end; how it ended."""
        while self.queues.main.sent:
            await self.handle(self.queues.main.sent.pop(0).text)
        outcome = await self._rederivation.latest()
        assert outcome
        assert outcome.finished
        return outcome

    async def handle(self, text: str | None = None, tries: int = 1) -> None:
        """Handles `text`, or a first message about both days; what is given up fails the test."""
        await self._rederivation.on_message(text or str(self._first_message()), tries)
        assert self.queues.poison.sent == []

    def _first_message(self) -> DeriveMessage:
        """One whose slices are whole days."""
        return DeriveMessage(
            tenant_id=TENANT,
            notified_at=self._clock.now,
            first_day=DAY,
            last_day=NEXT_DAY,
            day=DAY,
            width=ALL_IDS,
            facts_version=FACTS_VERSION,
            quality_profile=self._rules.profile.value,
        )
