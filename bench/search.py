"""How soon the first page of a search comes, over a day of many fact rows on the local Cosmos server.

Argument: the number of rows, 100,000 if none.
"""

import asyncio
import statistics
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from random import Random

import orjson
from azure.cosmos import PartitionKey
from azure.cosmos.aio import CosmosClient

from callrecords.callrecord import CallRecord
from callrecords.cosmos.account import Account
from callrecords.cosmos.calls import CONTAINER, CallsStore
from callrecords.facts.row import fact_row
from callrecords.graphtypes import JsonObject
from callrecords.http.search import parse
from callrecords.settings.connections import Connection
from callrecords.settings.forms import Secret
from local.cosmos import KEY, CosmosServer
from local.environment import ROOT
from local.serve import serve
from local.stack import DATABASE, TENANT_ID
from local.traffic import generate

ROWS = 100_000
DAY = datetime(2026, 3, 4, tzinfo=UTC)
SEARCHES: dict[str, dict[str, str]] = {
    "all": {},
    "a person's": {"user": ""},
    "poor ones": {"quality": "poor"},
    "failed ones of a type": {"failed": "true", "type": "peerToPeer"},
}


def rows(count: int) -> list[JsonObject]:
    """Fact rows of peer-to-peer calls over the day, of many people."""
    rng = Random(1)
    calls = generate(seed=1, calls=400, day=DAY.date(), tenant_id=TENANT_ID)
    found = []
    for call in calls:
        record = dict(call.versions[-1].record)
        sessions, participants = record.pop("sessions"), record.pop("participants_v2")
        if len(sessions) == 1:
            whole = CallRecord(
                call_id=call.call_id,
                version=record["version"],
                properties=record,
                sessions=sessions,
                participants=participants,
            )
            found.append(fact_row(whole, TENANT_ID))
    return [
        rng.choice(found)
        | {
            **dict.fromkeys(("id", "callId"), str(uuid.UUID(int=rng.getrandbits(128), version=4))),
            "day": DAY.date().isoformat(),
            "startDateTime": f"{DAY + timedelta(seconds=rng.randrange(86_400)):%Y-%m-%dT%H:%M:%SZ}",
        }
        for _ in range(count)
    ]


def fill(server: CosmosServer, items: list[JsonObject]) -> None:
    for item in items:
        server.items(DATABASE, CONTAINER, [TENANT_ID, item["day"], item["callId"]]).create(item)


async def measure(queries: CallsStore, parameters: dict[str, str]) -> float:
    """Milliseconds to the first page, the median of five."""
    search = parse({"from": f"{DAY:%Y-%m-%d}", "to": f"{DAY:%Y-%m-%d}", **parameters}, DAY).search
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        await queries.search(search)
        taken.append((time.perf_counter() - began) * 1_000)
    return statistics.median(taken)


async def main() -> None:
    items = rows(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
    definition = orjson.loads((ROOT / "infra/cosmos-containers.json").read_bytes())[CONTAINER]
    server = CosmosServer()
    async with serve(server.app()) as served, CosmosClient(served.url, KEY) as client:
        database = await client.create_database(DATABASE)
        key = PartitionKey(path=definition["partitionKeyPaths"], kind="MultiHash")
        policy = definition["indexingPolicy"]
        await database.create_container(CONTAINER, key, indexing_policy=policy)
        fill(server, items)
        print(f"{len(items):,} rows of {len(orjson.dumps(items)) / len(items):,.0f} bytes in one day")
        connection = Connection(connection_string=Secret(f"AccountEndpoint={served.url}/;AccountKey={KEY};"))
        account = Account(connection, DATABASE, lambda: sys.exit("no credential is needed"))
        queries, person = CallsStore(account, TENANT_ID), items[0]["userIds"][0]
        for name, parameters in SEARCHES.items():
            asked = {**parameters, "user": person} if "user" in parameters else parameters
            print(f"first page of {name}: {await measure(queries, asked):,.0f} ms")
        assert account._client  # it has no way of its own to close: a worker keeps it
        await account._client.close()


if __name__ == "__main__":
    asyncio.run(main())
