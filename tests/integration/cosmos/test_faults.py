"""Every way to fail, at every request that an ingest makes: nothing is lost, given up or left behind."""

import itertools
from collections.abc import Awaitable, Callable

import pytest

from callrecords.callrecord import CallRecord
from callrecords.cosmos.account import Account
from local.cosmos.faults import FaultRule
from tests.integration.cosmos.collector import Collector
from tests.integration.cosmos.cosmosaccount import CosmosAccount
from tests.integration.cosmos.faultrules import FAULTS
from tests.integration.cosmos.invented import NEXT_DAY, call_record, fact_versions_of, new_call_id
from tests.integration.cosmos.stepping import Worker

pytestmark = pytest.mark.usefixtures("small_items", "no_waits")

type Begin = Callable[[CosmosAccount, Account], Awaitable[CallRecord]]


async def nothing(_cosmos: CosmosAccount, _account: Account) -> CallRecord:
    return call_record(new_call_id(), 1, sessions=5, participants=0)


async def an_older_version_of_another_day(_cosmos: CosmosAccount, account: Account) -> CallRecord:
    call_id = new_call_id()
    await Collector(account, call_record(call_id, 1, sessions=3, participants=0)).handle()
    return call_record(call_id, 2, sessions=5, participants=0, day=NEXT_DAY)


async def what_a_worker_left_that_was_killed_after_its_commit(cosmos: CosmosAccount, account: Account) -> CallRecord:
    """The parts and the fact row of an older version are there as well."""
    newest = await an_older_version_of_another_day(cosmos, account)
    worker = Worker(account, lambda stepped: Collector(stepped, newest).handle())
    while (await cosmos.items(newest.call_id))[newest.call_id]["version"] < newest.version:
        await worker.step()
    await worker.kill()
    return newest


async def outlive(cosmos: CosmosAccount, account: Account, begin: Begin, rule: FaultRule) -> None:
    """Handles a message, on a worker that has just started, while `rule` holds; and again if it was put back."""
    record = await begin(cosmos, account)
    async with cosmos.open() as new_account:
        collector = Collector(new_account, record)
        with cosmos.failing(rule):
            put_back = await collector.handle()
        if put_back:
            assert (put_back.failure, put_back.attempt) == ((None, 0) if rule.status == 429 else ("Unavailable", 1))
            assert await collector.handle(str(put_back)) is None
    assert (await cosmos.compared_with(record)).complete, f"not whole after the fault of request {rule.skip}"
    assert await cosmos.fact_versions(record.call_id) == fact_versions_of(record)


@pytest.mark.parametrize(
    ("begin", "fault", "times"),
    [
        *((an_older_version_of_another_day, fault, times) for fault in FAULTS for times in (1, None)),
        *(
            (what_a_worker_left_that_was_killed_after_its_commit, fault, None)
            for fault in ("409", "429", "404 of a replica that is behind", "reset before")
        ),
    ],
)
async def test_whichever_request_fails_the_record_comes_home(
    cosmos: CosmosAccount, account: Account, begin: Begin, fault: str, times: int | None
) -> None:
    for position in itertools.count():
        rule = FAULTS[fault](skip=position, times=times)
        await outlive(cosmos, account, begin, rule)
        if not rule.injected:
            break
    assert position > 12, "more than it takes to connect"


@pytest.mark.parametrize("times", [1, None], ids=["once", "from then on"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("begin", "commit"), [(nothing, "create"), (an_older_version_of_another_day, "replace")])
async def test_however_the_commit_fails_the_record_comes_home(
    cosmos: CosmosAccount, account: Account, begin: Begin, commit: str, fault: str, times: int | None
) -> None:
    rule = FAULTS[fault](operation=commit, container="callRecords", times=times)
    await outlive(cosmos, account, begin, rule)
    assert rule.injected


@pytest.mark.parametrize("fault", ["408", "500", "503", "reset before", "reset after commit"])
@pytest.mark.parametrize("operation", ["replace", "create", "upsert", "delete"])
async def test_a_write_that_fails_once_is_repeated_at_once(
    cosmos: CosmosAccount, account: Account, operation: str, fault: str
) -> None:
    record = await an_older_version_of_another_day(cosmos, account)
    with cosmos.failing(FAULTS[fault](operation=operation)) as rule:
        assert await Collector(account, record).handle() is None
    assert rule.injected


async def test_an_ingest_makes_requests_of_every_sort_that_may_fail(cosmos: CosmosAccount, account: Account) -> None:
    made: set[str] = set()
    for begin in (nothing, an_older_version_of_another_day, what_a_worker_left_that_was_killed_after_its_commit):
        record = await begin(cosmos, account)
        async with cosmos.open() as new_account:
            cosmos.server.requests.clear()
            await Collector(new_account, record).handle()
        made |= cosmos.server.requests.keys()
    assert made == {"account", "containers", "query", "create", "replace", "delete", "read", "upsert"}
