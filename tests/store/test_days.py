"""The fact row of a call that a later version moves to another UTC day."""

from callrecords.cosmos import Account
from tests.store.collector import Collector
from tests.store.cosmosaccount import CosmosAccount
from tests.store.invented import DAY, NEXT_DAY, call_record, new_call_id
from tests.store.stepping import Worker

_LAST_DAY = "2026-03-06"


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
    killed = Worker(account, lambda stepped: Collector(stepped, moved).handle())
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
    repeating = Worker(account, lambda stepped: Collector(stepped, call_record(call_id, 3)).handle())
    while not repeating.ended:
        await repeating.step()
        assert await cosmos.fact_versions(call_id) == {DAY: 3}
