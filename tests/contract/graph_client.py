"""The app's own client of Graph, through msgraph-sdk and azure-identity, against the Graph simulator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from azure.identity.aio import DefaultAzureCredential
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph_core.middleware.async_graph_transport import AsyncGraphTransport

from callrecords.graph.client import GraphClient
from local.graph import GraphSimulator, application
from local.serve import serve

SCOPE = "https://graph.microsoft.com/.default"


@asynccontextmanager
async def client_of(graph: GraphSimulator, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GraphClient]:
    """Serves `graph`; gives a client of it, with a managed identity."""
    async with serve(application(graph)) as served:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{served.url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", graph.identity_header)
        client = GraphClient(served.url, SCOPE, DefaultAzureCredential)
        yield client
        await _close_connections(client)
        await client._credential.close()
        await graph.close()


async def _close_connections(client: GraphClient) -> None:
    """msgraph-core's transport does not close the one under it, and the SDK has no way to do it."""
    adapter = client.sdk.request_adapter
    assert isinstance(adapter, GraphRequestAdapter)
    transport = adapter._http_client._transport
    assert isinstance(transport, AsyncGraphTransport)
    await transport.transport.aclose()
