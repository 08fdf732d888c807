"""What is done when the faults are over, until all is mended, and what that brings to light."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from callrecords.cosmos.calls import CONTAINER as CALLS
from callrecords.graphtypes import JsonObject
from local.faultrun import completeness, poison, recovery
from local.faultrun.poison import Poison
from local.operating import reconcile
from local.stack import Stack


@dataclass
class Recovered:
    """What had been given up, how much another comparison and audit `found` when all was mended, and what was `wrong`
    in the completeness of the day, in sentences: then, and before, when `lacking` calls were not to be had."""

    given_up: list[Poison] = field(default_factory=list)
    found: int = 0
    wrong: list[str] = field(default_factory=list)
    lacking: int = 0


async def recover(
    stack: Stack, day: date, spoiled: Sequence[str], mend: Callable[[], None], say: Callable[[str], None]
) -> Recovered:
    """Mends what the faults have left of the `day`, as operators do. After `mend` Graph has an answer about every
    call."""
    recovered = Recovered()
    await reconcile(stack, day)
    await recovery.quiet(stack)
    say("All is quiet: what is told of the completeness of the day is looked through")
    await _compare(stack, day, recovered, say, is_last=False)
    say(f"It was to name {recovered.lacking} calls. What is stored of the day is looked through")
    say(f"The audit found {await recovery.audit(stack, day)} calls that were not whole")
    say(f"{len(spoiled)} calls whose lists were spoiled are looked up")
    await recovery.look_up(stack, spoiled)
    await recovery.quiet(stack)
    recovered.given_up = await poison.entries(stack)
    say("All is quiet, but for what was given up: it is put back")
    mend()
    await recovery.replay_poison(stack)
    await recovery.quiet(stack)
    say("All is quiet; another instance looks again")
    await stack.app.stop()
    await stack.app.start()
    item = await _compare(stack, day, recovered, say, is_last=True)
    recovered.found = completeness.newly_found(item) + await recovery.audit(stack, day)
    return recovered


async def _compare(
    stack: Stack, day: date, recovered: Recovered, say: Callable[[str], None], *, is_last: bool
) -> JsonObject:
    """What the app says of the day after another comparison with Graph, and adds what is wrong in it."""
    known = await completeness.truth(day, stack.graph.records, stack.database.get_container_client(CALLS))
    since = datetime.now(UTC)
    item = await reconcile(stack, day)
    await recovery.quiet(stack)
    recovered.lacking += len(known.lacking())
    wrong = completeness.wrong(item, known, since, is_last=is_last)
    for sentence in wrong:
        say(sentence)
    recovered.wrong += wrong
    return item
