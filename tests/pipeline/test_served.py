"""The routes as the real worker serves them, against their own OpenAPI document."""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import orjson
import pytest

from callrecords.cosmos.calls import CallsStore
from callrecords.facts.row import fact_row
from local.graph import GraphSimulator
from local.stack import IDENTITY_HEADER, TENANT_ID, Ports, Stack, running_stack
from local.traffic import Call, generate
from tests.generated import call_record, store_record
from tests.integration.cosmos.cosmosaccount import account_at
from tests.invented import ENVIRONMENT
from tests.pipeline.waiting import until
from tests.triggers import triggers

KEY = "key-of-the-tests"
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date()


@dataclass(frozen=True)
class Served:
    """The running stack: Graph holds the first of `calls`, Cosmos the others."""

    stack: Stack
    calls: list[Call]
    http: aiohttp.ClientSession

    def get(self, path: str, **headers: str) -> "aiohttp.client._RequestContextManager":
        """An answer to a request that has the key."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.get(f"{self.stack.app_url}/api/{path}", headers={"x-functions-key": KEY, **named})


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    graph = GraphSimulator(TENANT_ID, identity_header=IDENTITY_HEADER)
    calls = generate(seed=11, calls=9, day=YESTERDAY, tenant_id=TENANT_ID)
    async with (
        running_stack(Ports.any_free(), tmp_path_factory.mktemp("stack"), graph) as stack,
        account_at(f"http://127.0.0.1:{stack.ports.cosmos}") as account,
        aiohttp.ClientSession() as http,
    ):
        await stack.app.stop()
        stack.app.command += ("--key", KEY)
        await stack.app.start()
        graph.publish(calls[0].versions[-1].record)
        for call in calls[1:]:
            record = call_record(call.versions[-1].record)
            await store_record(account, record, TENANT_ID)
            await CallsStore(account, TENANT_ID).save(fact_row(record, TENANT_ID))
        yield Served(stack, calls, http)


@pytest.mark.parametrize(
    "path",
    [
        "calls",
        "calls/x",
        "calls/x/facts",
        "phone-calls",
        "reports/usage",
        "reports/quality",
        "completeness",
        "openapi.json",
    ],
)
async def test_nobody_without_a_key_is_answered(served: Served, path: str) -> None:
    async with served.http.get(f"{served.stack.app_url}/api/{path}") as answer:
        assert (answer.status, await answer.read()) == (401, b"")


async def test_a_call_that_only_graph_has_is_answered_and_comes_home(served: Served) -> None:
    record = served.calls[0].versions[-1].record
    async with served.get(f"calls/{record['id'].upper()}") as answer:
        assert (answer.status, answer.headers["ETag"]) == (200, f'W/"{record["version"]}"')
        found = orjson.loads(await answer.read())
    assert [each["id"] for each in found["sessions"]] == [each["id"] for each in record["sessions"]]
    records = served.stack.database.get_container_client("callRecords")

    async def is_home() -> bool:
        items = records.query_items("SELECT c.id FROM c", partition_key=[TENANT_ID, record["id"]])
        return bool([item async for item in items])

    await until(is_home)
    async with served.get(f"calls/{record['id']}") as answer:
        assert orjson.loads(await answer.read()) == found


async def test_a_call_that_is_at_hand_is_not_sent_again(served: Served) -> None:
    record = served.calls[1].versions[-1].record
    async with served.get(f"calls/{record['id']}", If_None_Match=f'W/"{record["version"]}"') as answer:
        assert (answer.status, await answer.read()) == (304, b"")


async def test_the_facts_of_a_call_have_its_streams(served: Served) -> None:
    record = served.calls[1].versions[-1].record
    async with served.get(f"calls/{record['id']}/facts") as answer:
        row, etag = orjson.loads(await answer.read()), answer.headers["ETag"]
    assert answer.status == 200
    assert row["callId"] == record["id"]
    assert row["details"]["streams"]
    async with served.get(f"calls/{record['id']}/facts", If_None_Match=etag) as answer:
        assert (answer.status, await answer.read()) == (304, b"")


async def test_what_graph_says_of_a_call_that_it_does_not_have_is_passed_on(served: Served) -> None:
    async with served.get("calls/00000000-0000-4000-8000-00000000beef") as answer:
        sentence = orjson.loads(await answer.read())["error"]
    assert answer.status == 404
    assert "30 days" in sentence


async def test_large_answers_are_compressed_for_those_who_take_it(served: Served) -> None:
    async with served.get(f"calls?from={YESTERDAY}&to={YESTERDAY}&top=20", Accept_Encoding="gzip, deflate") as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        packed = orjson.loads(await answer.read())
    async with served.get(f"calls?from={YESTERDAY}&to={YESTERDAY}&top=20", Accept_Encoding="identity") as answer:
        assert "Content-Encoding" not in answer.headers
        assert packed["calls"] == orjson.loads(await answer.read())["calls"]
    assert packed["calls"]


async def test_nobody_keeps_a_copy_of_any_answer_or_guesses_what_it_is(served: Served) -> None:
    call_id = served.calls[1].versions[-1].record["id"]
    routes = [each for each in triggers(ENVIRONMENT).values() if each["type"] == "httpTrigger"]
    statuses: dict[str, int] = {}
    asked = [(method, each["route"]) for each in routes for method in each["methods"]]
    for method, route in asked:
        path = route.format(callId=call_id, name="usage", action="replay")
        url = f"{served.stack.app_url}/api/{path}"
        async with served.http.request(method, url, headers={"x-functions-key": KEY}) as answer:
            statuses[f"{method} {route}"] = answer.status
            assert answer.headers["Cache-Control"] == "no-store", url
            assert answer.headers["X-Content-Type-Options"] == "nosniff", url
    assert statuses.keys() >= {"GET health", "POST graph/lifecycle", "GET calls", "GET openapi.json"}
    answered = ("calls/{callId}", "calls/{callId}/facts", "phone-calls", "reports/{name}", "completeness")
    assert [statuses[f"GET {route}"] for route in answered] == [200] * len(answered)


@pytest.mark.parametrize("path", ["poison/replay", "poison/discard", "audit", "facts"])
@pytest.mark.parametrize("key", [{"x-functions-key": KEY}, {}], ids=["key", "no key"])
async def test_no_key_opens_what_is_for_operators(served: Served, path: str, key: dict[str, str]) -> None:
    async with served.http.post(f"{served.stack.app_url}/api/{path}", headers=key) as answer:
        assert answer.status == (403 if key else 401)
        assert ("scripts/operate" in await answer.text()) == bool(key)


async def test_schemathesis_finds_nothing(served: Served, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{served.stack.app_url}/api/openapi.json",
        f"--header=x-functions-key: {KEY}",
        # That `from` has to be before `to`, and at most 31 days, cannot be said in a schema.
        "--exclude-checks=positive_data_acceptance",
        "--max-examples=25",
        "--seed=1",
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
