"""Any order of the Cosmos calls of workers that hold versions of one call, some of them killed."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from callrecords.callrecord import CallRecord
from callrecords.collect import fetch
from callrecords.cosmos.account import Account
from callrecords.cosmos.callrecords import CallRecordsStore
from callrecords.facts.row import Rules
from callrecords.facts.streamquality import Profile
from tests.integration.cosmos.collector import Collector
from tests.integration.cosmos.cosmosaccount import CosmosAccount
from tests.integration.cosmos.invented import (
    DAY,
    NEXT_DAY,
    TENANT,
    call_record,
    fact_versions_of,
    in_another_order,
    new_call_id,
)
from tests.integration.cosmos.race import Race

pytestmark = pytest.mark.usefixtures("small_items")

_TO_THE_END = 1_000
# A worker is also overtaken by all that others do, which is rare where each step is anybody's.
_STEPS = st.integers(1, 8) | st.just(_TO_THE_END)
# From no part at all to some that have to be written ahead of the batch.
_SESSIONS = st.sampled_from([0, 1, 4, 9])
_DAYS = st.sampled_from([DAY, NEXT_DAY])
# What is stored before the race has a row by others.
NEW_RULES = Rules(Profile.BEFORE_2022)


@pytest.fixture(scope="module")
def few_are_held() -> Iterator[None]:
    """Has what is read put aside after a few elements."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetch, "_MOST_HELD_BYTES", 4)
        yield


# Without shrinking, which takes minutes of requests.
@settings(max_examples=50, phases=[Phase.reuse, Phase.generate])
@given(data=st.data())
async def test_any_interleaving_ends_with_the_newest_version_whole_and_nothing_else(
    cosmos: CosmosAccount, account: Account, data: st.DataObject
) -> None:
    call_id = new_call_id()
    oldest, old, newer, newest = (
        call_record(
            call_id,
            version,
            sessions=data.draw(_SESSIONS, f"sessions of version {version}"),
            day=data.draw(_DAYS, f"day of version {version}"),
        )
        for version in range(1, 5)
    )
    stored = data.draw(st.sampled_from([None, oldest]), "stored")
    race = await begin_race(cosmos, account, stored, old, newer, in_another_order(newer), newest)
    try:
        await run_in_any_order(race, data)
    finally:
        await race.close()
    race.assert_loads_went_forward()
    await assert_nothing_else_is_there(cosmos, newest)


@settings(max_examples=30, phases=[Phase.reuse, Phase.generate])
@given(data=st.data())
async def test_any_interleaving_with_deriving_again_ends_with_the_row_of_the_newest_version_by_the_new_rules(
    cosmos: CosmosAccount, account: Account, data: st.DataObject
) -> None:
    call_id = new_call_id()
    stored, newer, newest = (
        call_record(call_id, version, day=data.draw(_DAYS, f"day of version {version}")) for version in range(1, 4)
    )
    race = await begin_race(cosmos, account, stored, stored, newer, newest, new_rules=NEW_RULES)
    try:
        await run_in_any_order(race, data)
    finally:
        await race.close()
    race.assert_loads_went_forward()
    await assert_nothing_else_is_there(cosmos, newest)
    await assert_row_is_of_new_rules(cosmos, call_id)


@pytest.mark.usefixtures("few_are_held")
@settings(max_examples=30, phases=[Phase.reuse, Phase.generate])
@given(data=st.data())
async def test_any_interleaving_of_visits_to_large_records_ends_with_the_newest_one_whole(
    cosmos: CosmosAccount, account: Account, data: st.DataObject
) -> None:
    call_id = new_call_id()
    oldest, older, newest = (call_record(call_id, version, sessions=9, participants=4) for version in range(1, 4))
    stored = data.draw(st.sampled_from([None, oldest, newest]), "stored")
    pages = data.draw(st.sampled_from([(1, 2), (2, 3), (3, 2), (5, 2)]), "size of a page, and pages in a visit")
    race = await begin_race(cosmos, account, stored, older, newest, newest, pages=pages)
    try:
        await run_in_any_order(race, data)
    finally:
        await race.close()
    race.assert_loads_went_forward()
    await assert_nothing_else_is_there(cosmos, newest)


@pytest.mark.usefixtures("few_are_held")
@pytest.mark.parametrize("fast_version", [2, 3])
async def test_a_reader_of_a_large_record_may_be_overtaken_or_killed_at_any_call(
    cosmos: CosmosAccount, account: Account, fast_version: int
) -> None:
    for steps in itertools.count():
        has_ended = False
        for is_killed in (False, True):
            call_id = new_call_id()
            stored, slow, fast = (call_record(call_id, version, sessions=9) for version in (1, 3, fast_version))
            race = await begin_race(cosmos, account, stored, slow, fast, pages=(3, 10))
            has_ended = await overtake(race, steps, is_killed)
            await assert_nothing_else_is_there(cosmos, max(slow, fast, key=lambda record: record.version))
        if has_ended:
            break
    assert steps > 10


@pytest.mark.parametrize(
    ("versions", "days"),
    [
        ([1, 2, 3], [DAY, DAY, DAY]),
        ([1, 3, 2], [DAY, DAY, DAY]),
        ([1, 2, 2], [DAY, DAY, DAY]),
        ([1, 3, 2], [DAY, NEXT_DAY, DAY]),
        ([1, 2, 3], [DAY, DAY, NEXT_DAY]),
        ([1, 2, 3], [DAY, NEXT_DAY, DAY]),
        ([0, 2, 3], [DAY, DAY, NEXT_DAY]),
        ([0, 3, 2], [DAY, DAY, NEXT_DAY]),
    ],
)
async def test_a_worker_may_be_overtaken_or_killed_at_any_call(
    cosmos: CosmosAccount, account: Account, versions: list[int], days: list[str]
) -> None:
    """The versions that are stored (0: none), of the slow worker and of the fast one, and the days of these."""
    for steps in itertools.count():
        has_ended = False
        for is_killed in (False, True):
            call_id = new_call_id()
            stored, slow, fast = (
                call_record(call_id, version, sessions=4 + version % 2, participants=0, day=day)
                for version, day in zip(versions, days, strict=True)
            )
            if fast == slow:
                fast = in_another_order(slow)
            race = await begin_race(cosmos, account, stored if versions[0] else None, slow, fast)
            has_ended = await overtake(race, steps, is_killed)
            await assert_nothing_else_is_there(cosmos, max(slow, fast, key=lambda record: record.version))
        if has_ended:
            break


@pytest.mark.parametrize("is_deriver_fast", [False, True])
@pytest.mark.parametrize(
    ("versions", "days"),
    [
        ([1, 1], [DAY, DAY]),
        ([1, 2], [DAY, DAY]),
        ([1, 2], [DAY, NEXT_DAY]),
        ([1, 2], [NEXT_DAY, DAY]),
    ],
)
async def test_a_worker_that_derives_again_may_overtake_or_be_overtaken_or_killed_at_any_call(
    cosmos: CosmosAccount, account: Account, versions: list[int], days: list[str], is_deriver_fast: bool
) -> None:
    """The versions that are stored and of the worker that collects, and their days."""
    for steps in itertools.count():
        has_ended = False
        for is_killed in (False, True):
            call_id = new_call_id()
            stored, record = (
                call_record(call_id, version, day=day) for version, day in zip(versions, days, strict=True)
            )
            race = await begin_race(cosmos, account, stored, record, new_rules=NEW_RULES)
            names = ("worker 1", "deriver") if is_deriver_fast else ("deriver", "worker 1")
            has_ended = await overtake(race, steps, is_killed, names)
            await assert_nothing_else_is_there(cosmos, record)
            await assert_row_is_of_new_rules(cosmos, call_id)
        if has_ended:
            break


@pytest.mark.parametrize("steps_to_the_row", [2, 3])
async def test_a_worker_that_was_killed_after_it_derived_the_row_of_a_day_which_the_call_has_left_leaves_none_there(
    cosmos: CosmosAccount, account: Account, steps_to_the_row: int
) -> None:
    for steps in itertools.count():
        call_id = new_call_id()
        stored, moved = call_record(call_id, 1), call_record(call_id, 2, day=NEXT_DAY)
        race = await begin_race(cosmos, account, stored, moved, new_rules=NEW_RULES)
        await race.run("deriver", steps)
        has_ended = "deriver" not in race.running
        await race.run("worker 1", _TO_THE_END)
        await race.run("deriver", steps_to_the_row)
        await race.kill("deriver")
        for name in race.running:
            await race.run(name, _TO_THE_END)
        await assert_nothing_else_is_there(cosmos, moved)
        await assert_row_is_of_new_rules(cosmos, call_id)
        if has_ended:
            break


@pytest.mark.parametrize("is_killed", [False, True])
async def test_a_former_day_that_a_header_is_told_while_its_row_is_derived_again_is_told_by_the_row(
    cosmos: CosmosAccount, account: Account, is_killed: bool
) -> None:
    """As a worker does that has found a row which another one has left."""
    for steps in itertools.count():
        record = call_record(new_call_id(), 1)
        race = await begin_race(cosmos, account, record, record, new_rules=NEW_RULES)
        await race.run("deriver", steps)
        has_ended = "deriver" not in race.running
        await CallRecordsStore(account, TENANT).add_former_day(record.call_id, NEXT_DAY)
        await race.run("worker 1", _TO_THE_END)
        if is_killed:
            await race.kill("deriver")
        for name in race.running:
            await race.run(name, _TO_THE_END)
        await assert_row_is_of_new_rules(cosmos, record.call_id)
        if has_ended:
            break


async def run_in_any_order(race: Race, data: st.DataObject) -> None:
    kills = data.draw(st.lists(st.integers(0, 15), max_size=3), "the runs after which a worker is killed")
    for run in itertools.count():
        if not race.running:
            break
        name = data.draw(st.sampled_from(race.running), "next")
        await race.run(name, data.draw(_STEPS, "steps"))
        if run in kills:
            await race.kill(name)


async def overtake(race: Race, steps: int, is_killed: bool, names: tuple[str, str] = ("worker 1", "worker 2")) -> bool:
    """Lets the first worker make so many calls, then the second all of its own, then whoever is left; returns whether
    the first one's calls were all of its own."""
    slow, fast = names
    await race.run(slow, steps)
    has_ended = slow not in race.running
    await race.run(fast, _TO_THE_END)
    if is_killed:
        await race.kill(slow)
    for name in race.running:
        await race.run(name, _TO_THE_END)
    return has_ended


async def begin_race(
    cosmos: CosmosAccount,
    account: Account,
    stored: CallRecord | None,
    *records: CallRecord,
    pages: tuple[int, int] | None = None,
    new_rules: Rules | None = None,
) -> Race:
    if stored:
        assert await Collector(account, stored).handle() is None
    return Race(cosmos, account, stored, records, pages, new_rules)


async def assert_nothing_else_is_there(cosmos: CosmosAccount, newest: CallRecord) -> None:
    compared = [await cosmos.compared_with(answer) for answer in (newest, in_another_order(newest))]
    assert any(each.complete for each in compared), compared
    assert await cosmos.fact_versions(newest.call_id) == fact_versions_of(newest)


async def assert_row_is_of_new_rules(cosmos: CosmosAccount, call_id: str) -> None:
    """It is, and tells every day that the header tells."""
    (row,) = await cosmos.fact_rows(call_id)
    header = (await cosmos.items(call_id))[call_id]
    assert row["qualityProfile"] == NEW_RULES.profile
    assert set(header["formerDays"]) <= set(row["formerDays"])
