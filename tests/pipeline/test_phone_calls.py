"""Rows of phone calls come from Graph into Cosmos DB, are joined to calls, and are told over HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import cast

import aiohttp
import pytest

from callrecords.graphtypes import JsonObject
from local.graph import PHONE_ROLE, GraphSimulator
from local.operating import until_now
from local.phoneimport import compare_phone_rows, import_phone_rows, start_import, stored_rows
from local.play import play, play_phone
from local.stack import IDENTITY_HEADER, TENANT_ID, Ports, Stack, running_stack
from local.traffic import generate, phone_rows

DAY = (datetime.now(UTC) - timedelta(days=2)).date()
CALLS = generate(3, 60, DAY, TENANT_ID)
ROWS = phone_rows(CALLS, 3)


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    folder = tmp_path_factory.mktemp("phone")
    graph = GraphSimulator(TENANT_ID, identity_header=IDENTITY_HEADER)
    async with running_stack(Ports.any_free(), folder, graph, remembered=until_now(), phone_calls=True) as stack:
        yield stack


async def ask(stack: Stack, path: str, **parameters: str) -> JsonObject:
    """What the app answers."""
    async with (
        aiohttp.ClientSession(stack.app_url) as http,
        http.get(f"/api/{path}", params=parameters) as answer,
    ):
        return cast("JsonObject", await answer.json())


async def test_all_rows_are_imported_with_their_money_joined_to_the_calls_that_are_there_and_searched(
    stack: Stack,
) -> None:
    play_phone(ROWS, stack.graph)
    await import_phone_rows(stack)
    before = compare_phone_rows(ROWS, await stored_rows(stack))
    assert (before.complete, before.stored, before.joined) == (True, len(ROWS), 0)
    await stack.wait_until_subscribed()
    await play(CALLS, stack.graph, 0.1, lambda _: None)
    calls = stack.database.get_container_client("calls")

    async def are_stored() -> bool:
        return len([row async for row in calls.query_items("SELECT c.id FROM c")]) == len(CALLS)

    await stack.app.wait_until(are_stored, "the calls", 120)
    await import_phone_rows(stack)
    after = compare_phone_rows(ROWS, await stored_rows(stack))
    assert after.complete
    # v1.0 of Graph does not tell from which call another was transferred.
    others = [row for row in ROWS if row.call_id is None or row.shape == "transfer with a correlation of its own"]
    assert after.joined >= len(ROWS) - len(others)
    own = next(row for row in ROWS if row.source == "pstn" and row.call_id)
    call_id = str(own.call_id)
    (leg,) = (leg for leg in (await ask(stack, f"calls/{call_id}/facts"))["phoneLegs"] if own.row_id in leg["id"])
    assert leg["inferred"]
    days = {"from": (DAY - timedelta(days=1)).isoformat(), "to": datetime.now(UTC).date().isoformat()}
    found = (await ask(stack, "phone-calls", call=call_id, **days))["phoneCalls"]
    assert leg["id"] in {row["id"] for row in found}
    failed = (await ask(stack, "phone-calls", source="directRouting", failed="true", **days))["phoneCalls"]
    assert failed
    assert all(row["cause"]["lookAt"] and not row["successful"] for row in failed)


async def test_without_the_permission_health_names_it_and_calls_are_collected_all_the_same(stack: Stack) -> None:
    stack.graph.granted.discard(PHONE_ROLE)
    try:
        await start_import(stack, "pstn")

        async def is_named() -> bool:
            links = (await ask(stack, "health/details"))["links"]
            return PHONE_ROLE in (links["phone"]["why"] or "") and links["graph"]["ok"]

        await stack.app.wait_until(is_named, "the permission in the health details", 60)
    finally:
        stack.graph.granted.add(PHONE_ROLE)
