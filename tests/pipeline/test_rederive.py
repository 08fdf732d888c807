"""Facts are derived again by the real worker, on command."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from callrecords.facts.row import FACTS_VERSION, fact_row
from callrecords.graphtypes import JsonObject
from local.stack import TENANT_ID, Stack
from local.traffic import Call
from tests.generated import call_record
from tests.pipeline.commanding import commanded_by_script
from tests.pipeline.test_audit import collected, delete, items, on_day
from tests.pipeline.waiting import until

LONG_AGO, A_DAY_LATER = ((datetime.now(UTC) - timedelta(days=days)).date().isoformat() for days in (21, 20))


async def rows_on(stack: Stack, day: str) -> dict[str, JsonObject]:
    """The rows of the day by call id, as the app wrote them."""
    found = await items(stack, "calls", TENANT_ID, day)
    return {
        call_id: {name: value for name, value in row.items() if not name.startswith("_")}
        for call_id, row in found.items()
    }


async def progress(stack: Stack, http: aiohttp.ClientSession) -> tuple[int, Any]:
    """The status, and what is told of it."""
    async with http.get(f"{stack.app_url}/api/facts") as answer:
        return answer.status, await answer.json()


async def test_rows_of_older_rules_are_those_of_the_rules_of_now_after_they_were_derived_again(
    stack: Stack, calls: Iterator[Call], http: aiohttp.ClientSession
) -> None:
    assert (await progress(stack, http))[0] == 404
    called = [next(calls) for _ in range(4)]
    days = [LONG_AGO, LONG_AGO, A_DAY_LATER, A_DAY_LATER]
    old, lost, other, damaged = [await collected(stack, call, day) for call, day in zip(called, days, strict=True)]
    rows = stack.database.get_container_client("calls")
    for call_id, day in ((old, LONG_AGO), (damaged, A_DAY_LATER)):
        await rows.upsert_item(
            {**(await rows_on(stack, day))[call_id], "factsVersion": FACTS_VERSION - 1, "type": "old"}
        )
    await delete(stack, "calls", lost, LONG_AGO, lost)
    await delete(stack, "callRecords", damaged, damaged)

    done = await commanded_by_script(stack, "derive", "--from", LONG_AGO, "--to", A_DAY_LATER)
    assert (done["started"], done["allRows"]) == (1, False)
    told: JsonObject = {}

    async def is_finished() -> bool:
        told.update((await progress(stack, http))[1])
        return "finished" in told

    await until(is_finished)
    counted = {name: told[name] for name in ("calls", "rewritten", "kept", "errors", "factsVersion")}
    assert counted == {"calls": 4, "rewritten": 2, "kept": 1, "errors": 1, "factsVersion": FACTS_VERSION}
    assert told["lastError"].startswith(f"Call record {damaged}: ")
    expected = {
        call.call_id: fact_row(call_record(on_day(call, day)), TENANT_ID)
        for call, day in zip(called, days, strict=True)
    }
    assert await rows_on(stack, LONG_AGO) == {old: expected[old], lost: expected[lost]}
    others = await rows_on(stack, A_DAY_LATER)
    assert (others[other], others[damaged]["type"]) == (expected[other], "old")
