"""How soon the first page of a search comes, over a day of many fact rows on the local Cosmos server.

The server can tell nothing of request units. What decides them is how many rows are read: those that meet the
conditions which the index serves, in the order of the search, until the page is full. The server has no index and looks
at every row of the day.

Argument: the number of rows, 100,000 if none.
"""

import asyncio
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, NamedTuple, cast

import orjson
from azure.cosmos import PartitionKey
from azure.cosmos.aio import CosmosClient

from callrecords.callrecord import CallRecord
from callrecords.cosmos import order
from callrecords.cosmos.account import Account
from callrecords.cosmos.calls import CONTAINER
from callrecords.cosmos.callsearch import CallSearches, Found
from callrecords.cosmos.search import Search
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

if TYPE_CHECKING:
    from callrecords.ports.callrow import CallRow

ROWS = 100_000
DAY = datetime(2026, 3, 4, tzinfo=UTC)
PERSON = "0a11b22c-1111-4222-8333-444455556666"
# Of so many calls one is the person's.
PERSONS_SHARE = 100


class Asked(NamedTuple):
    """A search, and what the index serves of it."""

    name: str
    parameters: dict[str, str]
    is_indexed: Callable[[JsonObject], bool] = lambda _: True


def searches(subnet: str) -> list[Asked]:
    """What is measured."""
    return [
        Asked("all", {}),
        Asked("a person's", {"user": PERSON}, lambda row: PERSON in row["userIds"]),
        Asked("a person's poor ones", {"user": PERSON, "quality": "poor"}, lambda row: PERSON in row["poorUserIds"]),
        Asked("a person's by Wi-Fi", {"user": PERSON, "connectionType": "wifi"}, lambda row: PERSON in row["userIds"]),
        Asked("the worst", {"sort": "worst"}),
        Asked("a person's worst", {"user": PERSON, "sort": "worst"}, lambda row: PERSON in row["userIds"]),
        Asked("those of a subnet", {"subnet": subnet}, lambda row: subnet in row["subnets"]),
        Asked(
            "poor ones by Wi-Fi on a subnet",
            {"subnet": subnet, "connectionType": "wifi", "quality": "poor"},
            lambda row: subnet in row["subnets"],
        ),
        Asked("poor ones", {"quality": "poor"}),
        Asked("failed ones of a type", {"failed": "true", "type": "peerToPeer"}),
    ]


def rows(count: int) -> list[JsonObject]:
    """Fact rows of peer-to-peer calls over the day, of many people."""
    rng = Random(1)
    found = _generated()
    return [_placed(rng, _persons(rng.choice(found), number)) for number in range(count)]


def _generated() -> list[JsonObject]:
    found = []
    for call in generate(seed=1, calls=400, day=DAY.date(), tenant_id=TENANT_ID):
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
            found.append(dict(fact_row(whole, TENANT_ID)))
    # The server keeps only so much JSON parsed, so it is spared what no search reads.
    unread = ("details", "participants")
    return [{name: row[name] for name in row if name not in unread} for row in found if row["userIds"]]


def _persons(row: JsonObject, number: int) -> JsonObject:
    """The row; of every hundredth, with the person in the place of a user."""
    if number % PERSONS_SHARE:
        return row
    user = row["userIds"][0]
    lists = {
        name: [PERSON if each == user else each for each in row[name]]
        for name in ("userIds", "poorUserIds", "failedUserIds")
    }
    ends = [
        end | ({"who": end["who"] | {"id": PERSON}} if end["who"].get("id") == user else {}) for end in row["endpoints"]
    ]
    return row | lists | {"endpoints": ends}


def _placed(rng: Random, row: JsonObject) -> JsonObject:
    start = DAY + timedelta(seconds=rng.randrange(86_400))
    return row | {
        **dict.fromkeys(("id", "callId"), str(uuid.UUID(int=rng.getrandbits(128), version=4))),
        "day": start.date().isoformat(),
        "startDateTime": f"{start:%Y-%m-%dT%H:%M:%SZ}",
    }


def fill(server: CosmosServer, items: list[JsonObject]) -> None:
    for item in items:
        server.items(DATABASE, CONTAINER, [TENANT_ID, item["day"], item["callId"]]).create(item)


async def measure(calls: CallSearches, search: Search) -> tuple[float, Found]:
    """Milliseconds to the first page, the median of five, and the page."""
    taken = []
    found = Found([], None)
    for _ in range(5):
        began = time.perf_counter()
        found = await calls.page(search)
        taken.append((time.perf_counter() - began) * 1_000)
    return statistics.median(taken), found


def rows_read(items: list[JsonObject], asked: Asked, search: Search, found: Found) -> tuple[int, int]:
    """How many rows come before the end of the page of those that the index leaves, and how many it leaves."""
    left = cast("list[CallRow]", [row for row in items if asked.is_indexed(row)])
    if found.next_place is None:
        return len(left), len(left)
    ids = [row["callId"] for row in order.sorted_rows(search.sort, left)]
    return ids.index(found.rows[-1]["callId"]) + 2, len(left)  # and the first of the next page


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
        size = statistics.mean(len(orjson.dumps(item)) for item in items[:1_000])
        print(f"{len(items):,} rows of about {size:,.0f} bytes in one day")
        connection = Connection(connection_string=Secret(f"AccountEndpoint={served.url}/;AccountKey={KEY};"))
        account = Account(connection, DATABASE, lambda: sys.exit("no credential is needed"))
        await report(CallSearches(account, TENANT_ID), items)
        assert account._client  # it has no way of its own to close: a worker keeps it
        await account._client.close()


async def report(calls: CallSearches, items: list[JsonObject]) -> None:
    subnet: str = next(subnet for item in items for subnet in item["subnets"])
    period = dict.fromkeys(("from", "to"), f"{DAY:%Y-%m-%d}")
    for asked in searches(subnet):
        search = parse({**period, **asked.parameters}, DAY).search
        taken, found = await measure(calls, search)
        read, left = rows_read(items, asked, search, found)
        print(f"first page of {asked.name}: {taken:,.0f} ms; it reads {read:,} of {left:,} rows that the index leaves")


if __name__ == "__main__":
    asyncio.run(main())
