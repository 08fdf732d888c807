"""What the local stack gives the app."""

from pathlib import Path

import aiohttp
import pytest

from local.graph import PHONE_ROLE, GraphSimulator
from local.stack import IDENTITY_HEADER, TENANT_ID, Ports, running_stack

IMPORTS = {"import_pstn_calls", "import_direct_routing_calls"}


@pytest.mark.parametrize("imports", [True, False])
async def test_rows_of_phone_calls_are_imported_only_where_that_is_asked_for(tmp_path: Path, imports: bool) -> None:
    graph = GraphSimulator(TENANT_ID, identity_header=IDENTITY_HEADER)
    async with (
        running_stack(Ports.any_free(), tmp_path, graph, phone_calls=imports) as stack,
        aiohttp.ClientSession() as http,
        http.get(f"{stack.app_url}/api/health/details") as answer,
    ):
        links = (await answer.json())["links"]
    assert (PHONE_ROLE in graph.granted) is imports
    assert IMPORTS & links["timers"].keys() == (IMPORTS if imports else set())
    assert ("phone-calls" in links["queues"]) is imports
