"""Deriving rows again in a world of doubles: what Cosmos holds of calls by day, the rows, the state, the queue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from callrecords.collect.factrows import Derived
from callrecords.collect.rederive import Rederivation
from callrecords.collect.rederiverun import DeriveMessage
from callrecords.facts.row import FACTS_VERSION
from callrecords.facts.streamquality import Profile
from callrecords.graphtypes import JsonObject
from callrecords.ports.slices import DayRow, Held
from tests.doubles import Clock, Queues, State
from tests.invented import DAY, TENANT
from tests.unit.collect.audit_world import Cosmos, header


def held(facts_version: int = FACTS_VERSION, profile: Profile = Profile.CURRENT) -> Held:
    """A call whose row was derived by these rules."""
    return Held(header=header(1), row=DayRow(1, facts_version=facts_version, quality_profile=profile.value))


RIGHT, OLD = held(), held(FACTS_VERSION - 1)


@dataclass
class Rows:
    """Derives rows, each in the time that it `takes`. What becomes of one is what `outcomes` has of the call, one each
    time, and after that it is written."""

    clock: Clock
    outcomes: Mapping[str, list[Derived | Exception]] = field(default_factory=dict)
    takes: timedelta = timedelta()
    derived: list[str] = field(default_factory=list)

    async def derive_again(self, call_id: str, day: str) -> Derived:
        self.derived.append(call_id)
        self.clock.forward(self.takes)
        outcome = outcomes.pop(0) if (outcomes := self.outcomes.get(call_id)) else Derived.WRITTEN
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class World:
    """Deriving again with all that is around it."""

    def __init__(self, profile: Profile = Profile.CURRENT) -> None:
        self.clock, self.state = Clock(), State()
        self.cosmos, self.rows, self.queues = Cosmos(self.clock), Rows(self.clock), Queues(self.clock)
        self.rederivation = Rederivation(
            tenant_id=TENANT,
            slices=self.cosmos,
            rows=self.rows,
            profile=profile,
            state=self.state,
            queue=self.queues.work,
            clock=self.clock,
        )

    @property
    def waiting(self) -> DeriveMessage:
        """The only message on the queue."""
        (sent,) = self.queues.main.sent
        return DeriveMessage.parse(sent.text)

    @property
    def delay(self) -> int | None:
        """That of the only message on the queue, in seconds."""
        (sent,) = self.queues.main.sent
        return sent.delay

    @property
    def outcome(self) -> JsonObject:
        return self.state.items["derive"]

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """How many calls were looked at, rewritten and kept, and of how many the row could not be derived."""
        calls, rewritten, kept, errors = (self.outcome[name] for name in ("calls", "rewritten", "kept", "errors"))
        return calls, rewritten, kept, errors

    async def start(self, last_day: str = DAY, *, all_rows: bool = False) -> None:
        assert await self.rederivation.start(DAY, last_day, all_rows=all_rows)

    async def take(self, tries: int = 1) -> str:
        """Handles the message that has been on the queue for longest, after its delay; gives its text."""
        sent = self.queues.main.sent.pop(0)
        self.clock.forward(timedelta(seconds=sent.delay or 0))
        await self.rederivation.on_message(sent.text, tries)
        return sent.text

    async def run(self, *, all_rows: bool = False) -> None:
        """Derives the rows of `DAY` again."""
        await self.start(all_rows=all_rows)
        await self.run_on()

    async def run_on(self, most: int = 100) -> None:
        """Handles messages until there is none; fails after `most`."""
        for _ in range(most):
            if not self.queues.main.sent:
                return
            await self.take()
        raise AssertionError(f"It is not done after {most} messages.")
