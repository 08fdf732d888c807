"""Graph and Cosmos DB in this process, and a worker beside it that ingests from the one into the other."""

import asyncio
import contextlib
import email.utils
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import orjson
from azure.cosmos import PartitionKey
from azure.cosmos.aio import CosmosClient

from bench.ingest.cosmostap import CosmosTap
from bench.ingest.graphtap import GraphTap
from callrecords.graphtypes import JsonObject
from local import azurite
from local.cosmos import KEY, CosmosServer
from local.cosmos.authorization import authorization
from local.environment import ROOT, inherited
from local.graph import NO_LIMITS, GraphSimulator, application
from local.serve import serve
from local.stack import CLIENT_STATE, DATABASE, IDENTITY_HEADER, TENANT_ID

ARCHIVE, ROWS = "callRecords", "calls"

_LONGEST_WRITE = 1_900_000  # bytes: Cosmos DB takes no item over 2 MB
_LONGEST_LINE = 2**24


class Graph(GraphSimulator):
    """One that keeps records for ever, so that the same day can be ingested on any day."""

    def is_kept(self, record: JsonObject) -> bool:  # noqa: ARG002 - as in the simulator
        return True


@dataclass
class Bed:
    """The servers, what they are asked, and the worker."""

    graph: Graph
    graph_tap: GraphTap
    cosmos_tap: CosmosTap
    cosmos_url: str
    _process: asyncio.subprocess.Process
    _writes: int = 0

    async def command(self, do: str, **arguments: object) -> dict[str, float]:
        """What the worker answers. Raises RuntimeError where it ended instead; it has said why on stderr."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(orjson.dumps({"do": do, **arguments}) + b"\n")
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"The worker ended when it was to {do}.")
        answer: dict[str, float] = orjson.loads(line)
        return answer

    async def floor(self, urls: list[str], size: int) -> dict[str, float]:
        """Lets the worker ask for the URLs and write so many bytes, with an HTTP client alone."""
        token = self.graph.tokens.issue(self.graph.tokens.audience, None)["access_token"]
        headers = {"Authorization": f"Bearer {token}", "Prefer": "omit-values=nulls", "Accept-Encoding": "gzip"}
        lengths = [_LONGEST_WRITE] * (size // _LONGEST_WRITE) + [size % _LONGEST_WRITE]
        writes = [self._write(length) for length in lengths]
        return await self.command("floor", urls=urls, headers=headers, writes=writes)

    def _write(self, size: int) -> dict[str, object]:
        """A write of an item in the archive, which the app never sees, of so many bytes."""
        self._writes += 1
        item_id, date = f"floor-{self._writes}", email.utils.formatdate(usegmt=True)
        item = {"id": item_id, "tenantId": TENANT_ID, "callId": item_id, "text": ""}
        before, after = orjson.dumps(item).decode()[:-2], '"}'
        path = ["dbs", DATABASE, "colls", ARCHIVE, "docs"]
        headers = {
            "x-ms-date": date,
            "authorization": authorization("POST", path, date),
            "x-ms-documentdb-partitionkey": orjson.dumps([TENANT_ID, item_id]).decode(),
            "prefer": "return=minimal",
        }
        url = f"{self.cosmos_url}/{'/'.join(path)}"
        size = max(size - len(before) - len(after), 0)
        return {"url": url, "headers": headers, "before": before, "after": after, "size": size}


@contextlib.asynccontextmanager
async def running_bed() -> AsyncIterator[Bed]:
    """Fresh servers with nothing in them, and a fresh worker."""
    definitions = orjson.loads((ROOT / "infra/cosmos-containers.json").read_bytes())
    graph = Graph(TENANT_ID, identity_header=IDENTITY_HEADER, limits=NO_LIMITS)
    graph_tap = GraphTap()
    cosmos_tap = CosmosTap({name: definition["indexingPolicy"] for name, definition in definitions.items()})
    graph_app, cosmos_app = application(graph), CosmosServer().app()
    graph_app.middlewares.append(graph_tap.listen)
    cosmos_app.middlewares.append(cosmos_tap.listen)
    async with serve(graph_app) as graph_at, serve(cosmos_app) as cosmos_at:
        async with CosmosClient(cosmos_at.url, KEY) as client:
            await _create_containers(client, definitions)
        async with _running_worker(_settings(graph_at.url, cosmos_at.url)) as process:
            yield Bed(graph, graph_tap, cosmos_tap, cosmos_at.url, process)


async def _create_containers(client: CosmosClient, definitions: dict[str, Any]) -> None:
    database = await client.create_database(DATABASE)
    for name, definition in definitions.items():
        paths, ttl = definition["partitionKeyPaths"], definition.get("defaultTtl")
        key = PartitionKey(path=paths, kind="MultiHash") if len(paths) > 1 else PartitionKey(path=paths[0])
        await database.create_container(name, key, indexing_policy=definition["indexingPolicy"], default_ttl=ttl)


@contextlib.asynccontextmanager
async def _running_worker(settings: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.ingest.worker"),
        cwd=ROOT,
        env=inherited() | settings,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LONGEST_LINE,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _settings(graph_url: str, cosmos_url: str) -> dict[str, str]:
    return {
        "GRAPH_TENANT_ID": TENANT_ID,
        "GRAPH_CLIENT_STATE": CLIENT_STATE,
        "GRAPH_BASE_URL": graph_url,
        "NOTIFICATION_BASE_URL": "http://127.0.0.1:1",
        "COSMOS_DATABASE": DATABASE,
        "CallRecordsQueue": azurite.connection_string(1),  # nothing is sent there
        "CallRecordsCosmos": f"AccountEndpoint={cosmos_url}/;AccountKey={KEY};",
        "IDENTITY_ENDPOINT": f"{graph_url}/msi/token",
        "IDENTITY_HEADER": IDENTITY_HEADER,
    }
