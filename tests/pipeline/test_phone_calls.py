"""Rows of phone calls come from Graph into Cosmos DB, and are told over HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import aiohttp
import pytest

from callrecords.cosmos.phonecalls import CONTAINER
from callrecords.phone.amounts import exact_sum
from local.graph import PHONE_ROLE, GraphSimulator
from local.operating import until_now
from local.play import play_phone
from local.stack import IDENTITY_HEADER, TENANT_ID, Ports, Stack, running_stack
from local.traffic import generate, phone_rows

YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date()
ROWS = phone_rows(generate(3, 60, YESTERDAY, TENANT_ID), 3)


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    folder = tmp_path_factory.mktemp("phone")
    graph = GraphSimulator(TENANT_ID, identity_header=IDENTITY_HEADER)
    async with running_stack(Ports.any_free(), folder, graph, remembered=until_now(), phone_calls=True) as stack:
        yield stack


async def start(stack: Stack, timer: str) -> None:
    async with (
        aiohttp.ClientSession(stack.app_url) as http,
        http.post(f"/admin/functions/{timer}", json={}) as answer,
    ):
        answer.raise_for_status()


async def stored(stack: Stack) -> dict[str, str]:
    """The charges of the rows by id."""
    rows = stack.database.get_container_client(CONTAINER).query_items("SELECT c.id, c.charge FROM c")
    return {row["id"]: row.get("charge", "0") async for row in rows}


async def test_all_rows_of_both_sources_are_imported_with_their_money_and_are_searched(stack: Stack) -> None:
    play_phone(ROWS, stack.graph)
    for timer in ("import_pstn_calls", "import_direct_routing_calls"):
        await start(stack, timer)
    expected = {f"{row.source}-{row.row_id}".lower() for row in ROWS}

    async def are_there() -> bool:
        return {row_id.lower() for row_id in await stored(stack)} >= expected

    await stack.app.wait_until(are_there, "the rows of phone calls", 120)
    charges = [row.contents[-1].get("charge") for row in ROWS]
    told = exact_sum(*(charge for charge in charges if isinstance(charge, Decimal)))
    assert exact_sum(*(Decimal(charge) for charge in (await stored(stack)).values())) == told
    days = f"from={YESTERDAY - timedelta(days=1)}&to={datetime.now(UTC).date()}"
    async with (
        aiohttp.ClientSession(stack.app_url) as http,
        http.get(f"/api/phone-calls?{days}&source=directRouting&failed=true") as answer,
    ):
        found = (await answer.json())["phoneCalls"]
    assert found
    assert all(row["cause"]["lookAt"] and not row["successful"] for row in found)


async def test_without_the_permission_health_names_it_and_calls_are_collected_all_the_same(stack: Stack) -> None:
    stack.graph.granted.discard(PHONE_ROLE)
    try:
        await start(stack, "import_pstn_calls")

        async def is_named() -> bool:
            async with (
                aiohttp.ClientSession(stack.app_url) as http,
                http.get("/api/health/details") as answer,
            ):
                links = (await answer.json())["links"]
            return PHONE_ROLE in (links["phone"]["why"] or "") and links["graph"]["ok"]

        await stack.app.wait_until(is_named, "the permission in the health details", 60)
    finally:
        stack.graph.granted.add(PHONE_ROLE)
