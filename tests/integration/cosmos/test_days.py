"""The fact row of a call that a later version moves to another UTC day."""

import itertools
from dataclasses import dataclass, field

from callrecords.callrecord import CallRecord
from callrecords.cosmos.account import Account
from callrecords.cosmos.calls import CallsStore
from callrecords.queues.messages import CallMessage
from tests.integration.cosmos.collector import Collector
from tests.integration.cosmos.cosmosaccount import CosmosAccount
from tests.integration.cosmos.invented import DAY, NEXT_DAY, TENANT, call_record, new_call_id
from tests.integration.cosmos.stepping import Worker

_LAST_DAY = "2026-03-06"


@dataclass
class Follower:
    """Knows the versions of the rows of a call by day as a roll-up does: a day is read where the changes tell of it."""

    cosmos: CosmosAccount
    account: Account
    call_id: str
    position: str | None = None
    versions: dict[str, int] = field(default_factory=dict)

    async def follow(self) -> None:
        days, self.position = await CallsStore(self.account, TENANT).changed_days(self.position)
        rows = await self.cosmos.fact_versions(self.call_id)
        kept = {day: version for day, version in self.versions.items() if day not in days}
        self.versions = kept | {day: version for day, version in rows.items() if day in days}

    async def run(self, worker: Worker[CallMessage | None]) -> None:
        """Lets the worker go on to the end, and follows after each of its Cosmos calls."""
        while not worker.ended:
            await worker.step()
            await self.follow()


def collecting(account: Account, record: CallRecord) -> Worker[CallMessage | None]:
    """A worker that collects the record step by step."""
    return Worker(account, lambda stepped: Collector(stepped, record).handle())


async def test_the_row_moves_with_the_call(cosmos: CosmosAccount, account: Account) -> None:
    call_id = new_call_id()
    for version, day in enumerate([DAY, NEXT_DAY, _LAST_DAY], 1):
        await Collector(account, call_record(call_id, version, day=day)).handle()
        assert await cosmos.fact_versions(call_id) == {day: version}
    header = (await cosmos.items(call_id))[call_id]
    assert header["formerDays"] == [DAY, NEXT_DAY]


async def test_a_row_of_a_former_day_is_deleted_by_the_next_try_of_a_killed_worker(
    cosmos: CosmosAccount, account: Account
) -> None:
    call_id = new_call_id()
    await Collector(account, call_record(call_id, 1)).handle()
    moved = call_record(call_id, 2, day=NEXT_DAY)
    killed = collecting(account, moved)
    while (await cosmos.items(call_id))[call_id]["version"] == 1:
        await killed.step()
    await killed.kill()
    assert await cosmos.fact_versions(call_id) == {DAY: 1}

    await Collector(account, moved).handle()

    assert await cosmos.fact_versions(call_id) == {NEXT_DAY: 2}


async def test_the_day_of_a_call_that_came_back_is_no_former_one(cosmos: CosmosAccount, account: Account) -> None:
    call_id = new_call_id()
    for version, day in enumerate([DAY, NEXT_DAY, DAY], 1):
        await Collector(account, call_record(call_id, version, day=day)).handle()
    header = (await cosmos.items(call_id))[call_id]
    assert header["formerDays"] == [NEXT_DAY]


async def test_a_repeat_leaves_the_row_of_a_call_that_came_back_alone(cosmos: CosmosAccount, account: Account) -> None:
    call_id = new_call_id()
    for version, day in enumerate([DAY, NEXT_DAY, DAY], 1):
        await Collector(account, call_record(call_id, version, day=day)).handle()
    repeating = collecting(account, call_record(call_id, 3))
    while not repeating.ended:
        await repeating.step()
        assert await cosmos.fact_versions(call_id) == {DAY: 3}


async def test_whoever_follows_the_changes_knows_of_every_day_that_the_call_has_left(
    cosmos: CosmosAccount, account: Account
) -> None:
    position = None
    for steps in itertools.count():
        call_id = new_call_id()
        follower = Follower(cosmos, account, call_id, position)
        slow = collecting(account, call_record(call_id, 1))
        await slow.steps(steps)
        has_ended = slow.ended
        await follower.run(collecting(account, call_record(call_id, 2, day=_LAST_DAY)))
        await follower.run(slow)
        assert follower.versions == await cosmos.fact_versions(call_id) == {_LAST_DAY: 2}
        position = follower.position
        if has_ended:
            break


async def test_whoever_follows_the_changes_knows_of_days_that_the_next_try_of_a_killed_worker_cleared(
    cosmos: CosmosAccount, account: Account
) -> None:
    position = None
    for steps in itertools.count():
        call_id = new_call_id()
        record = call_record(call_id, 1)
        follower = Follower(cosmos, account, call_id, position)
        slow = collecting(account, record)
        while not await cosmos.items(call_id):
            await slow.step()
        await follower.run(collecting(account, call_record(call_id, 2, day=_LAST_DAY)))
        await slow.steps(steps)
        has_ended = slow.ended
        await slow.kill()
        await follower.follow()
        await follower.run(collecting(account, record))
        assert follower.versions == await cosmos.fact_versions(call_id) == {_LAST_DAY: 2}
        position = follower.position
        if has_ended:
            break
