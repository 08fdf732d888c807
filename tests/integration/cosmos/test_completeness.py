"""The completeness of days: nothing that a writer found out is lost to another one."""

import asyncio
import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from callrecords.cosmos.account import Account
from callrecords.cosmos.completeness import CompletenessItems
from callrecords.errors import Unavailable
from callrecords.graphtypes import JsonObject
from callrecords.ports.completeness import Change, Correction, DayCompleteness, HourCompared
from local.cosmos.faults import FaultRule
from tests.integration.cosmos.cosmosaccount import CosmosAccount
from tests.integration.cosmos.faultrules import ReplicaBehind
from tests.integration.cosmos.stepping import Worker
from tests.invented import NOW, OTHER_TENANT, TENANT

_TRIES = 5
_days = (f"2026-{number // 28 + 1:02}-{number % 28 + 1:02}" for number in itertools.count())


@pytest.fixture
def day() -> str:
    """A day that no other test has."""
    return next(_days)


@pytest.fixture
def completeness(account: Account) -> CompletenessItems:
    return CompletenessItems(account, TENANT)


def document(day: str, listed: int = 0) -> DayCompleteness:
    return DayCompleteness(tenant_id=TENANT, day=day, completeness="soFar", listed=listed, at=NOW)


def adding(day: str, listed: int) -> Change:
    """Adds calls to those that were listed."""
    return lambda stored: document(day, (stored.listed if stored else 0) + listed)


def writing(account: Account, day: str, listed: int) -> Worker[DayCompleteness]:
    """A worker that adds to the day step by step: it reads the item, then writes it."""
    return Worker(
        account, lambda stepped: CompletenessItems(stepped, TENANT).change(day, adding(day, listed)), holds_state=True
    )


async def put(cosmos: CosmosAccount, day: str, item: JsonObject) -> None:
    """Puts an item there that this app did not write."""
    container = cosmos.database.get_container_client("state")
    await container.upsert_item({**item, "id": f"{TENANT}:completeness-{day}"})


async def test_a_day_that_was_never_compared_is_absent(completeness: CompletenessItems, day: str) -> None:
    assert await completeness.days([day]) == []
    assert await completeness.days([]) == []


async def test_what_was_found_out_of_a_day_is_read_as_it_was_written(completeness: CompletenessItems, day: str) -> None:
    hour = HourCompared(start=NOW, compared_at=NOW, rung="recent", listed=2, given_up_reasons={"no": 1})
    wanted = replace(
        document(day, listed=2),
        hours=(hour, replace(hour, start=NOW + timedelta(hours=1), left_aside_seconds=("10:00:01",))),
        corrections=(Correction(at=NOW, hour=NOW, rung="history", missing=1, stale=2, was_complete=True),),
        compared_until=NOW,
        share=1 / 24,
    )
    assert await completeness.change(day, lambda _: wanted) == wanted
    assert await completeness.days([day]) == [wanted]


async def test_an_item_has_the_document_and_its_id_and_nothing_else(
    completeness: CompletenessItems, cosmos: CosmosAccount, day: str
) -> None:
    await completeness.change(day, adding(day, 1))
    await completeness.change(day, adding(day, 1))
    item_id = f"{TENANT}:completeness-{day}"
    item = await cosmos.database.get_container_client("state").read_item(item_id, item_id)
    own = {name: value for name, value in item.items() if not name.startswith("_")}
    assert own == {**document(day, listed=2).as_json(), "id": item_id}


async def test_days_are_read_in_their_order_and_each_once(completeness: CompletenessItems) -> None:
    first, second, third, fourth = (next(_days) for _ in range(4))
    for each in (third, first, fourth):
        await completeness.change(each, adding(each, 1))
    found = await completeness.days([third, second, first, third])
    assert [each.day for each in found] == [first, third]


async def test_several_days_are_read_by_one_query(
    completeness: CompletenessItems, cosmos: CosmosAccount, day: str
) -> None:
    await completeness.days([day])
    before = cosmos.server.requests["query"]
    await completeness.days([day, *(next(_days) for _ in range(3))])
    assert cosmos.server.requests["query"] == before + 1


async def test_a_day_that_was_read_is_changed_without_reading_it_again(
    completeness: CompletenessItems, cosmos: CosmosAccount, account: Account, day: str
) -> None:
    await completeness.change(day, adding(day, 1))
    await completeness.days([day])
    before = cosmos.server.requests["read"]
    assert await completeness.change(day, adding(day, 2)) == document(day, listed=3)
    assert cosmos.server.requests["read"] == before
    await completeness.days([day])
    await CompletenessItems(account, TENANT).change(day, adding(day, 4))
    assert await completeness.change(day, adding(day, 8)) == document(day, listed=15)


async def test_the_days_of_another_tenant_are_apart(
    completeness: CompletenessItems, account: Account, day: str
) -> None:
    await CompletenessItems(account, OTHER_TENANT).change(day, adding(day, 7))
    assert await completeness.days([day]) == []
    assert await completeness.change(day, adding(day, 1)) == document(day, listed=1)


async def test_a_damaged_item_says_nothing_of_its_day_and_is_written_anew(
    completeness: CompletenessItems, cosmos: CosmosAccount, caplog: pytest.LogCaptureFixture, day: str
) -> None:
    await put(cosmos, day, document(day, listed=3).as_json() | {"late": "many"})
    assert await completeness.days([day]) == []
    assert f"State completeness-{day} is damaged: late is 'many': expected a number from 0." in caplog.messages
    assert await completeness.change(day, adding(day, 1)) == document(day, listed=1)


async def test_an_item_of_which_nothing_can_be_read_is_left_out_and_written_anew(
    completeness: CompletenessItems, cosmos: CosmosAccount, day: str
) -> None:
    other = next(_days)
    await completeness.change(other, adding(other, 1))
    await put(cosmos, day, {"completeness": "well"})
    assert await completeness.days([day, other]) == [document(other, listed=1)]
    assert await completeness.change(day, adding(day, 1)) == document(day, listed=1)


@pytest.mark.parametrize("stored", [False, True])
async def test_nothing_of_two_writers_is_lost_whoever_is_slow(
    completeness: CompletenessItems, account: Account, stored: bool
) -> None:
    for steps in itertools.count():
        day = next(_days)
        if stored:
            await completeness.change(day, adding(day, 100))
        worker = writing(account, day, 10)
        await worker.steps(steps)
        has_ended = worker.ended
        await completeness.change(day, adding(day, 1))
        await worker.run()
        assert await completeness.days([day]) == [document(day, listed=11 + 100 * stored)]
        if has_ended:
            break


async def test_nothing_of_writers_at_once_is_lost(completeness: CompletenessItems, day: str) -> None:
    await asyncio.gather(*(completeness.change(day, adding(day, 2**number)) for number in range(_TRIES)))
    assert await completeness.days([day]) == [document(day, listed=2**_TRIES - 1)]


async def test_an_item_that_is_deleted_before_it_is_replaced_is_made_anew(
    completeness: CompletenessItems, cosmos: CosmosAccount, account: Account, day: str
) -> None:
    await completeness.change(day, adding(day, 1))
    worker = writing(account, day, 10)
    await worker.step()
    item_id = f"{TENANT}:completeness-{day}"
    await cosmos.database.get_container_client("state").delete_item(item_id, item_id)
    assert await worker.run() == document(day, listed=10)
    assert await completeness.days([day]) == [document(day, listed=10)]


@pytest.mark.parametrize("losses", [_TRIES - 1, _TRIES])
async def test_a_writer_that_loses_again_and_again_comes_back_later(
    completeness: CompletenessItems, account: Account, day: str, losses: int
) -> None:
    worker = writing(account, day, 100)
    for _ in range(losses):
        await worker.step()
        await completeness.change(day, adding(day, 1))
        await worker.step()
    if losses < _TRIES:
        assert await worker.run() == document(day, listed=100 + losses)
    else:
        with pytest.raises(Unavailable, match=f"^Completeness of {day}: lost 5 races against other writers"):
            await worker.run()
        assert await completeness.days([day]) == [document(day, listed=losses)]


@pytest.mark.usefixtures("no_waits")
@pytest.mark.parametrize("operation", ["create", "replace"])
async def test_a_writer_whose_answer_was_lost_is_asked_again_with_what_it_has_made(
    completeness: CompletenessItems, cosmos: CosmosAccount, day: str, operation: str
) -> None:
    if operation == "replace":
        await completeness.change(day, lambda _: document(day, listed=1))
    before = await completeness.days([day])
    asked: list[DayCompleteness | None] = []

    def change(stored: DayCompleteness | None) -> DayCompleteness:
        asked.append(stored)
        return document(day, listed=2)

    with cosmos.failing(FaultRule(operation, "state", reset="after")) as fault:
        assert await completeness.change(day, change) == document(day, listed=2)
    assert fault.injected == 1
    assert asked == [before[0] if before else None, document(day, listed=2)]
    assert await completeness.days([day]) == [document(day, listed=2)]


async def test_a_404_that_does_not_mean_the_item_is_no_lost_race(
    completeness: CompletenessItems, cosmos: CosmosAccount, day: str
) -> None:
    behind = ReplicaBehind("create", times=None)
    with cosmos.failing(behind), pytest.raises(Unavailable, match=f"^Completeness of {day}: Cosmos answered 404"):
        await completeness.change(day, adding(day, 1))
