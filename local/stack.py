"""The whole local stack: Graph simulator and Cosmos server in this process, Azurite and the functions host beside."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import orjson
from azure.cosmos import PartitionKey
from azure.cosmos.aio import CosmosClient, DatabaseProxy

from callrecords.cosmos.state import CONTAINER as STATE
from callrecords.documents import Document
from callrecords.settings.read import PHONE_BACKFILL_DAYS, PHONE_CALLS
from local import azurite, cosmos
from local.apphost import HostOptions, running_app
from local.cosmos import CosmosServer
from local.environment import ROOT
from local.functions_host.http import BODY_LIMIT_SETTING
from local.graph import PHONE_ROLE, GraphSimulator, application
from local.processes import Process, free_port, require_free
from local.serve import serve

TENANT_ID = "11112222-3333-4444-5555-666677778888"
CLIENT_STATE = "a-secret-of-the-local-stack-only"
IDENTITY_HEADER = "identity-of-the-local-stack"
# Of the body of a request, as in infra/app/function-app.bicep.
BODY_LIMIT = 1024 * 1024
DATABASE = "callrecords"
# Each day is a request at least, of which the app makes ten in 20 seconds.
_BACKFILL_DAYS = "4"

_CONTAINERS = ROOT / "infra/cosmos-containers.json"


@dataclass(frozen=True)
class Ports:
    """Where the parts of the stack listen on 127.0.0.1."""

    app: int
    queue: int
    cosmos: int
    graph: int

    @classmethod
    def any_free(cls) -> "Ports":
        """Ports that nobody listens on."""
        return cls(*(free_port() for _ in range(4)))

    @classmethod
    def from_first(cls, first: int) -> "Ports":
        """Four ports from `first` on; StackError where one is taken."""
        ports = range(first, first + 4)
        for port in ports:
            require_free(port)
        return cls(*ports)


@dataclass(frozen=True)
class Stack:
    """A running stack. `app` is the functions host, `queue_service` Azurite; `database` reads what the app wrote."""

    ports: Ports
    graph: GraphSimulator
    cosmos: CosmosServer
    database: DatabaseProxy
    queue_service: Process
    app: Process

    @property
    def app_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.app}"

    @property
    def queue_connection(self) -> str:
        return azurite.connection_string(self.ports.queue)

    async def wait_until_subscribed(self) -> None:
        """Returns when the app's timer has created its Graph subscription."""

        async def is_subscribed() -> bool:
            return bool(self.graph.subscriptions.live())

        await self.app.wait_until(is_subscribed, "a subscription", 60)


@contextlib.asynccontextmanager
async def running_stack(
    ports: Ports,
    folder: Path,
    graph: GraphSimulator,
    settings: Mapping[str, str] | None = None,
    host: HostOptions = HostOptions(),  # noqa: B008 - frozen
    remembered: Mapping[str, Document] = MappingProxyType({}),
    *,
    phone_calls: bool = False,
) -> AsyncIterator[Stack]:
    """Starts every part, ready for Graph's notifications; logs and queues are kept in `folder`.

    `settings` are app settings that replace the stack's own, `remembered` what the app has in its state from before, by
    the id of its key. With `phone_calls` the app imports the rows of phone calls, and has the role for that. Raises
    StackError when a part does not come up.
    """
    server = CosmosServer()
    async with contextlib.AsyncExitStack() as parts:
        graph_url = (await parts.enter_async_context(serve(application(graph), port=ports.graph))).url
        parts.push_async_callback(graph.close)
        cosmos_url = (await parts.enter_async_context(serve(server.app(), port=ports.cosmos))).url
        client = await parts.enter_async_context(CosmosClient(cosmos_url, cosmos.KEY))
        database = await _create_database(client)
        for key, document in remembered.items():
            item = document.as_json() | {"id": f"{TENANT_ID}:{key}"}
            await database.get_container_client(STATE).create_item(item)
        queue_service = await parts.enter_async_context(azurite.running_azurite(ports.queue, folder))
        environ = _app_settings(ports, graph_url, cosmos_url)
        if phone_calls:
            graph.granted.add(PHONE_ROLE)
            environ |= {PHONE_CALLS.name: "true", PHONE_BACKFILL_DAYS.name: _BACKFILL_DAYS}
        environ |= settings or {}
        app = await parts.enter_async_context(running_app(ports.app, folder, environ, host))
        yield Stack(ports, graph, server, database, queue_service, app)


def _app_settings(ports: Ports, graph_url: str, cosmos_url: str) -> dict[str, str]:
    return {
        "GRAPH_TENANT_ID": TENANT_ID,
        "GRAPH_CLIENT_STATE": CLIENT_STATE,
        "GRAPH_BASE_URL": graph_url,
        "NOTIFICATION_BASE_URL": f"http://127.0.0.1:{ports.app}",
        "SUBSCRIPTION_SCHEDULE": "*/2 * * * * *",
        "COSMOS_DATABASE": DATABASE,
        BODY_LIMIT_SETTING: str(BODY_LIMIT),
        "CallRecordsQueue": azurite.connection_string(ports.queue),
        "CallRecordsCosmos": f"AccountEndpoint={cosmos_url}/;AccountKey={cosmos.KEY};",
        # As App Service gives a managed identity to an app.
        "IDENTITY_ENDPOINT": f"{graph_url}/msi/token",
        "IDENTITY_HEADER": IDENTITY_HEADER,
    }


async def _create_database(client: CosmosClient) -> DatabaseProxy:
    database = await client.create_database(DATABASE)
    for name, definition in orjson.loads(_CONTAINERS.read_bytes()).items():
        paths = definition["partitionKeyPaths"]
        key = PartitionKey(path=paths, kind="MultiHash") if len(paths) > 1 else PartitionKey(path=paths[0])
        ttl = definition.get("defaultTtl")
        await database.create_container(name, key, indexing_policy=definition["indexingPolicy"], default_ttl=ttl)
    return database
