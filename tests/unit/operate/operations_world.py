"""What operators command, in a world of doubles: what was given up by queue, audits, deriving again, the state."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from callrecords.errors import CallRecordsError
from callrecords.graphtypes import JsonObject
from callrecords.operate.commands import Action, CommandMessage
from callrecords.operate.operations import Operations
from callrecords.queues.workqueue import QUEUES
from tests.doubles import Clock, Queues, State
from tests.invented import NOW, TENANT, call_id
from tests.unit.collect import audit_world, rederive_world
from tests.unit.collect.reconcile import world as reconcile


@dataclass
class GivenUp:
    """Stands for a PoisonQueue: the reasons of what is there. After each of `failing`, which are numbers of messages,
    it fails."""

    reasons: list[str] = field(default_factory=list)
    replayed: list[str] = field(default_factory=list)
    failing: list[int] = field(default_factory=list)
    failure: CallRecordsError | Exception | None = None

    async def count(self) -> int:
        return len(self.reasons)

    async def replay(self, reason: str | None, done: Counter[str]) -> None:
        self.replayed += self._taken(reason, done, "replayed")

    async def discard(self, reason: str | None, done: Counter[str]) -> None:
        self._taken(reason, done, "discarded")

    def _taken(self, reason: str | None, done: Counter[str], what: str) -> list[str]:
        taken: list[str] = []
        for each in [each for each in self.reasons if reason in (None, each)]:
            if self.failing and len(taken) == self.failing[0]:
                self.failing.pop(0)
                assert self.failure
                raise self.failure
            self.reasons.remove(each)
            taken.append(each)
            done[what] += 1
        return taken


def command(action: Action, number: int = 1, **fields: Any) -> CommandMessage:
    """A command: about what was given up on the queue `call-records`, unless told otherwise."""
    if action in ("replay", "discard"):
        fields = {"queue": "call-records", **fields}
    return CommandMessage(tenant_id=TENANT, notified_at=NOW, command_id=call_id(number), action=action, **fields)


class World:
    """The use case with all that is around it."""

    def __init__(self) -> None:
        self.clock, self.state = Clock(), State()
        self.audits, self.derivations = audit_world.World(), rederive_world.World()
        self.comparisons = reconcile.World()
        self.given_up = {name: GivenUp() for name in QUEUES}
        self.queues = Queues(self.clock)
        self.operations = Operations(
            given_up=self.given_up,
            audit=self.audits.audit,
            rederivation=self.derivations.rederivation,
            reconciliation=self.comparisons.reconciliation,
            state=self.state,
            queue=self.queues.work,
            clock=self.clock,
        )

    async def take(self, message: CommandMessage | str, tries: int = 1) -> None:
        await self.operations.on_message(str(message), tries, came_over_queue=True)

    async def take_again(self) -> None:
        """Handles the only message that was put back."""
        (sent,) = self.queues.main.sent
        self.queues.main.sent.clear()
        await self.take(sent.text)

    def outcome(self, number: int = 1) -> JsonObject:
        return self.state.items[f"command-{call_id(number)}"]
