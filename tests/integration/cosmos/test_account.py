"""The account: connected at first use, once, and again after it was away."""

import asyncio
import base64
from pathlib import Path

import orjson
import pytest
from azure.cosmos import PartitionKey
from azure.cosmos.aio import CosmosClient

from callrecords.collect.arrivals import LAST_ARRIVAL
from callrecords.cosmos.containers import PARTITION_KEYS
from callrecords.cosmos.state import StateStore
from callrecords.errors import Unauthorized, Unavailable
from local.cosmos import KEY, CosmosServer
from local.cosmos.faults import FaultRule
from local.environment import ROOT
from local.processes import free_port
from local.serve import serve
from tests.integration.cosmos.collector import Collector
from tests.integration.cosmos.cosmosaccount import DATABASE, CosmosAccount, account_at, running_account
from tests.integration.cosmos.invented import TENANT, call_record, new_call_id

_OTHER_KEY = base64.b64encode(b"another key").decode()


async def test_an_account_that_cannot_be_reached_yet_is_connected_later() -> None:
    record, port = call_record(new_call_id(), 1), free_port()
    async with account_at(f"http://127.0.0.1:{port}") as account:
        put_back = await Collector(account, record).handle()
        assert put_back
        assert (put_back.failure, put_back.attempt) == ("Unavailable", 1)
        async with running_account(CosmosServer(), port) as cosmos:
            assert await Collector(account, record).handle(str(put_back)) is None
            assert (await cosmos.compared_with(record)).complete


@pytest.mark.usefixtures("no_waits")
async def test_an_account_that_was_away_is_found_again(tmp_path: Path) -> None:
    call_id, port = new_call_id(), free_port()
    file = str(tmp_path / "cosmos.sqlite")
    async with account_at(f"http://127.0.0.1:{port}") as account:
        async with running_account(CosmosServer(file), port):
            assert await Collector(account, call_record(call_id, 1)).handle() is None
        newer = call_record(call_id, 2)
        put_back = await Collector(account, newer).handle()
        assert put_back
        assert put_back.failure == "Unavailable"
        async with running_account(CosmosServer(file), port) as cosmos:
            assert await Collector(account, newer).handle(str(put_back)) is None
            assert (await cosmos.compared_with(newer)).complete


@pytest.mark.usefixtures("no_waits")
async def test_a_wrong_key_is_unauthorized(cosmos: CosmosAccount) -> None:
    async with account_at(cosmos.url, _OTHER_KEY) as account:
        with pytest.raises(Unauthorized, match="Cosmos answered 401"):
            await StateStore(account, TENANT).read(LAST_ARRIVAL)
        put_back = await Collector(account, call_record(new_call_id(), 1)).handle()
        assert put_back
        assert put_back.failure == "Unauthorized"


async def test_many_at_once_share_one_client(cosmos: CosmosAccount) -> None:
    async with cosmos.open() as account:
        containers = await asyncio.gather(*(account.container("state") for _ in range(8)))
    assert len(set(map(id, containers))) == 1


async def test_a_worker_that_is_stopped_while_it_connects_keeps_nobody_from_connecting(cosmos: CosmosAccount) -> None:
    async with cosmos.open() as account:
        with cosmos.failing(FaultRule("account", latency=0.2)) as slow:
            stopped = asyncio.create_task(StateStore(account, TENANT).read(LAST_ARRIVAL))
            while not slow.injected:
                await asyncio.sleep(0)
            stopped.cancel()
            with pytest.raises(asyncio.CancelledError):
                await stopped
        assert await StateStore(account, TENANT).read(LAST_ARRIVAL) is None


@pytest.mark.usefixtures("no_waits")
async def test_an_account_that_fails_while_it_is_connected_is_unavailable(cosmos: CosmosAccount) -> None:
    async with cosmos.open() as account:
        with cosmos.failing(FaultRule("account", status=503, times=None)), pytest.raises(Unavailable, match="503"):
            await StateStore(account, TENANT).read(LAST_ARRIVAL)
        assert await StateStore(account, TENANT).read(LAST_ARRIVAL) is None


async def test_a_container_that_does_not_exist_is_no_empty_one() -> None:
    async with serve(CosmosServer().app()) as served, CosmosClient(served.url, KEY) as client:
        await client.create_database(DATABASE)
        async with account_at(served.url) as account:
            with pytest.raises(Unavailable, match="no container 'state' in a database"):
                await StateStore(account, TENANT).read(LAST_ARRIVAL)


async def test_a_container_that_is_open_is_not_kept_waiting_by_one_that_is_slow_to_open(cosmos: CosmosAccount) -> None:
    async with cosmos.open() as account:
        await account.container("state")
        with cosmos.failing(FaultRule("containers", latency=0.3)) as slow:
            opening = asyncio.create_task(account.container("calls"))
            while not slow.injected:
                await asyncio.sleep(0)
            await account.container("state")
            assert not opening.done()
            await opening


def test_the_keys_that_the_app_expects_are_those_that_are_deployed() -> None:
    definitions = orjson.loads((ROOT / "infra/cosmos-containers.json").read_bytes())
    deployed = {name: tuple(definition["partitionKeyPaths"]) for name, definition in definitions.items()}
    assert deployed == PARTITION_KEYS


async def test_a_container_with_another_key_is_refused_by_name() -> None:
    record = call_record(new_call_id(), 1)
    async with running_account(CosmosServer()) as cosmos, cosmos.open() as account:
        await cosmos.database.delete_container("calls")
        old = await cosmos.database.create_container(
            "calls", PartitionKey(path=["/tenantId", "/day"], kind="MultiHash")
        )
        put_back = await Collector(account, record).handle()
        assert put_back
        assert put_back.failure == "Unavailable"
        with pytest.raises(
            Unavailable, match="'calls' has the partition key /tenantId, /day, expected /tenantId, /day, /"
        ):
            await account.container("calls")
        assert [item async for item in old.query_items("SELECT * FROM c")] == []
