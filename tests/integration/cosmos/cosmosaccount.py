"""A Cosmos account with the app's containers, and what is in it, read without the app's own code."""

import contextlib
from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
from azure.core.credentials_async import AsyncTokenCredential
from azure.cosmos import PartitionKey
from azure.cosmos.aio import CosmosClient, DatabaseProxy

from callrecords.callrecord import CallRecord
from callrecords.cosmos.account import Account
from callrecords.graphtypes import JsonObject
from callrecords.settings.connections import Connection
from callrecords.settings.forms import Secret
from local.compare import Comparison, compare_call
from local.cosmos import KEY, CosmosServer
from local.cosmos.faults import FaultRule
from local.serve import serve
from tests.integration.cosmos.invented import TENANT

DATABASE = "callrecords"
_WRITES = ("create", "upsert", "replace", "delete", "batch")
_CONTAINERS = Path(__file__).parents[3] / "infra/cosmos-containers.json"


@dataclass(frozen=True)
class CosmosAccount:
    """A running server; `database` is read by a client of the tests' own, and `server` past its requests and faults."""

    server: CosmosServer
    url: str
    database: DatabaseProxy

    @property
    def writes(self) -> int:
        """How many requests to change items the server has had."""
        return sum(self.server.requests[operation] for operation in _WRITES)

    async def items(self, call_id: str) -> dict[str, JsonObject]:
        """What is in the call's partition of `callRecords`, by id."""
        return {item_id: _without_system_properties(item) for item_id, item in self._of_call(call_id).items()}

    async def fact_rows(self, call_id: str) -> list[JsonObject]:
        """The call's rows in `calls`, whatever their day."""
        return [_without_system_properties(row) for row in self.server.of_id(DATABASE, "calls", call_id)]

    async def fact_versions(self, call_id: str) -> dict[str, int]:
        """The version of the call's row on each day that has one."""
        return {row["day"]: row["version"] for row in await self.fact_rows(call_id)}

    async def compared_with(self, record: CallRecord, garbled: Collection[str] = ()) -> Comparison:
        """How the stored record compares with `record`, and whether anything else is there."""
        held = {**record.properties, "sessions": record.sessions, "participants_v2": record.participants}
        result = Comparison(held=1)
        compare_call(record.call_id, held, self._of_call(record.call_id), result, record.call_id in garbled)
        return result

    def _of_call(self, call_id: str) -> dict[str, JsonObject]:
        """The items themselves, to be read only: most tests look after every write."""
        return {item["id"]: item for item in self.server.in_partition(DATABASE, "callRecords", [TENANT, call_id])}

    @contextlib.contextmanager
    def failing(self, rule: FaultRule) -> Iterator[FaultRule]:
        """Lets requests fail by `rule` within the block."""
        self.server.faults.add(rule)
        try:
            yield rule
        finally:
            self.server.faults.clear()

    def open(self) -> contextlib.AbstractAsyncContextManager[Account]:
        """The account as a worker of the app has it, not connected yet."""
        return account_at(self.url)


@contextlib.asynccontextmanager
async def running_account(server: CosmosServer, port: int = 0) -> AsyncIterator[CosmosAccount]:
    """Serves an account whose containers are as deployed."""
    async with serve(server.app(), port=port) as served, CosmosClient(served.url, KEY) as client:
        database = await client.create_database_if_not_exists(DATABASE)
        for name, definition in orjson.loads(_CONTAINERS.read_bytes()).items():
            paths, ttl = definition["partitionKeyPaths"], definition.get("defaultTtl")
            key = PartitionKey(path=paths, kind="MultiHash") if len(paths) > 1 else PartitionKey(path=paths[0])
            policy = definition["indexingPolicy"]
            await database.create_container_if_not_exists(name, key, indexing_policy=policy, default_ttl=ttl)
        yield CosmosAccount(server, served.url, database)


@contextlib.asynccontextmanager
async def account_at(url: str, key: str = KEY) -> AsyncIterator[Account]:
    """The app's own access to the account, closed after the block; a worker never closes it."""
    connection = Connection(connection_string=Secret(f"AccountEndpoint={url}/;AccountKey={key};"))
    account = Account(connection, DATABASE, _no_credential)
    try:
        yield account
    finally:
        if account._client:
            await account._client.close()


def _no_credential() -> AsyncTokenCredential:
    raise AssertionError("The connection has a key.")


def _without_system_properties(item: JsonObject) -> JsonObject:
    return {name: value for name, value in item.items() if not name.startswith("_")}
