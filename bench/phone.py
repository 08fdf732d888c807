"""A backfill of rows of phone calls that is killed again and again, on the local stack.

Arguments: how many rows, 250,000 if none, over 90 days; and how often the app is killed meanwhile, 12 times if none,
each time at another page. Wanted are every row once, sums of charges by currency that equal those of Graph to the last
digit, less than 150 MB of memory above that of an app which has imported nothing yet, and a second run that changes
nothing. Takes most of an hour for 250,000 rows: Graph is asked ten times in 20 seconds. Memory is told on Linux alone.
"""

import asyncio
import re
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from callrecords.collect.phone.run import imported
from callrecords.cosmos.phonecalls import CONTAINER
from callrecords.cosmos.state import CONTAINER as STATE
from callrecords.graphtypes import JsonObject
from callrecords.phone.amounts import exact_sum, sums_by_currency
from callrecords.settings.read import PHONE_BACKFILL_DAYS
from local.graph import GraphSimulator, Operation
from local.operating import remembered, until_now
from local.phoneimport import start_import
from local.stack import IDENTITY_HEADER, TENANT_ID, Ports, Stack, running_stack
from local.traffic.callingplan import pstn_row
from local.traffic.phonecalls import PhoneCall

ROWS, DAYS, KILLS = 250_000, 90, 12
PAGES = (Operation.GET_PSTN_CALLS, Operation.GET_PSTN_CALLS_NEXT)
MOST_SECONDS = 3_600
MEGABYTE = 1024  # kB
EMPTY_PAGES = 5


def rows(rng: Random, count: int) -> list[JsonObject]:
    """So many rows of the last DAYS days."""
    now = datetime.now(UTC)
    found = []
    for number in range(count):
        start = now - timedelta(days=DAYS * rng.random())
        end = start + timedelta(seconds=rng.uniform(1, 1_800))
        user = {"id": f"0a11b22c-1111-4222-8333-{number % 5_000:012x}", "displayName": "Mira Kovac"}
        phone = f"+1{200 + number % 700}55501{number // 700 % 100:02}"
        call = PhoneCall("", "PSTN", start, end, phone, user, None, is_inbound=number % 2 == 0, has_failed=False)
        found.append(pstn_row(rng, call, number, "US").contents[-1])
    return found


def asked(stack: Stack) -> int:
    """How many pages Graph was asked for."""
    return sum(stack.graph.counters.requests[page] for page in PAGES)


def memory(stack: Stack, field: str) -> float:
    """Megabytes of the app, by a field of Linux's; 0 elsewhere, and of an app that does not run."""
    try:
        status = Path(f"/proc/{stack.app.pid}/status").read_text()
    except OSError:
        return 0
    told = re.search(rf"{field}:\s+(\d+) kB", status)
    return int(told[1]) / MEGABYTE if told else 0


async def import_all(stack: Stack, kills: list[int]) -> tuple[float, float]:
    """An import from its beginning to its end, killed when Graph has been asked for so many pages: the seconds that it
    takes, and the most memory that any of the apps had."""
    item_id = f"{TENANT_ID}:{imported('pstn').id}"
    if await remembered(stack, imported("pstn").id):
        await stack.database.get_container_client(STATE).delete_item(item_id, partition_key=item_id)
    first, most, began = asked(stack), 0.0, time.perf_counter()
    await start_import(stack, "pstn")
    while time.perf_counter() - began < MOST_SECONDS:
        most = max(most, memory(stack, "VmHWM"))
        if await remembered(stack, imported("pstn").id):
            return time.perf_counter() - began, most
        if kills and asked(stack) - first >= kills[0]:
            kills.pop(0)
            await stack.app.kill()
            await stack.app.start()
        await asyncio.sleep(0.1)
    raise TimeoutError(f"The import is not done after {MOST_SECONDS} seconds.")


async def idle_memory(stack: Stack) -> float:
    """The megabytes of an app that has asked for some pages and found nothing, so that all its modules are there."""
    await start_import(stack, "directRouting")
    while stack.graph.counters.requests[Operation.GET_DIRECT_ROUTING_CALLS] < EMPTY_PAGES:
        await asyncio.sleep(0.1)
    return memory(stack, "VmRSS")


async def stored(stack: Stack) -> dict[str, tuple[str, str, str]]:
    """Digest, currency and cost of each row by id; of rows under two days of each, by id and day."""
    found: dict[str, tuple[str, str, str]] = {}
    query = "SELECT c.id, c.day, c.digest, c.currency, c.totalCharge FROM c"
    async for row in stack.database.get_container_client(CONTAINER).query_items(query):
        name = f"{row['id']} {row['day']}" if row["id"] in found else row["id"]
        found[name] = (row["digest"], row["currency"], row["totalCharge"])
    return found


async def main(count: int, kills: int) -> None:
    """Prints the figures."""
    rng = Random(1)
    told = rows(rng, count)
    graph = GraphSimulator(TENANT_ID, identity_header=IDENTITY_HEADER)
    settings = {PHONE_BACKFILL_DAYS.name: str(DAYS)}
    with tempfile.TemporaryDirectory() as folder:
        async with running_stack(
            Ports.any_free(), Path(folder), graph, settings, remembered=until_now(), phone_calls=True
        ) as stack:
            idle = await idle_memory(stack)
            for row in told:
                graph.phone_rows.publish("pstn", row)
            pages = DAYS + count // 1_000
            at = sorted(rng.sample(range(1, pages), kills))
            print(f"The app is killed at pages {', '.join(map(str, at))} of about {pages}.", flush=True)
            seconds, most = await import_all(stack, at)
            found = await stored(stack)
            charges = [(row["currency"], exact_sum(row["charge"], row["connectionCharge"])) for row in told]
            sums = sums_by_currency((currency, Decimal(cost)) for _, currency, cost in found.values())
            print(f"{len(found):,} rows of {count:,} in {seconds:.0f} s, {asked(stack):,} pages asked for")
            print(f"lost {len({f'pstn-{row["id"]}' for row in told} - found.keys())}, doubled {len(found) - count}")
            print(f"sums {'equal' if sums == sums_by_currency(charges) else 'DIFFER'}: {sums}")
            print(f"memory {most - idle:.0f} MB above {idle:.0f} MB of an app that has imported nothing")
            before = stack.cosmos.requests["upsert"]
            seconds, most = await import_all(stack, [])
            outcome = await remembered(stack, imported("pstn").id)
            changes = {name: outcome[name] for name in ("told", "added", "changed", "joined")}
            is_same = await stored(stack) == found
            upserts = stack.cosmos.requests["upsert"] - before
            print(f"again: {changes}, {upserts} upserts, those of state among them, {seconds:.0f} s")
            print(f"the same rows: {is_same}; memory {most - idle:.0f} MB above")


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    asyncio.run(main(*(given + [ROWS, KILLS][len(given) :])))
