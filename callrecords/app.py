"""The composition root: one `App` a worker, its clients made at first use.

Nothing is opened at import, and what the webhook does not need (msgraph, azure.cosmos) is imported by the
members that do.
"""

import asyncio
import functools
import logging
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from azure.identity.aio import DefaultAzureCredential
from azure.storage.queue import TextBase64DecodePolicy, TextBase64EncodePolicy
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from callrecords import settings, workqueue
from callrecords.settings import Settings, SettingsError
from callrecords.webhook import Webhook
from callrecords.workqueue import WorkQueue

if TYPE_CHECKING:
    from azure.cosmos.aio import ContainerProxy, CosmosClient

    from callrecords.graph.client import GraphClient
    from callrecords.ingest import Ingest
    from callrecords.subscriptions import SubscriptionCare

log = logging.getLogger(__name__)

NOTIFICATIONS_ROUTE = "graph/notifications"
LIFECYCLE_ROUTE = "graph/lifecycle"

# Tried again at once; a queue that is away for longer is a matter for Graph's own repeats or the host's.
_QUEUE_RETRIES: dict[str, Any] = {"retry_total": 2, "initial_backoff": 0.2, "increment_base": 2}


class App:
    """The app's parts, wired for `settings`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._cosmos: CosmosClient | None = None
        self._connecting = asyncio.Lock()

    @functools.cached_property
    def webhook(self) -> Webhook:
        settings = self.settings
        return Webhook(settings.tenant_id, settings.client_states, self._calls_queue, self._subscriptions_queue, _now)

    async def ingest(self) -> "Ingest":
        from callrecords.graph.records import CallRecords
        from callrecords.ingest import Ingest
        from callrecords.store import CONTAINER, CallRecordStore

        tenant_id = self.settings.tenant_id
        store = CallRecordStore(await self._container(CONTAINER), tenant_id)
        return Ingest(tenant_id, CallRecords(self._graph), store, self._calls_queue, _now)

    async def subscription_care(self) -> "SubscriptionCare":
        from callrecords.graph.subscriptions import Subscriptions
        from callrecords.state import CONTAINER, StateStore
        from callrecords.subscriptions import Endpoint, SubscriptionCare

        root = f"{self.settings.notification_base_url}/api"
        endpoint = Endpoint(
            notification_url=f"{root}/{NOTIFICATIONS_ROUTE}",
            lifecycle_url=f"{root}/{LIFECYCLE_ROUTE}",
            client_state=self.settings.client_states[0],
        )
        state = StateStore(await self._container(CONTAINER))
        graph = Subscriptions(self._graph)
        return SubscriptionCare(self.settings.tenant_id, endpoint, graph, state, self._subscriptions_queue, _now)

    @functools.cached_property
    def _calls_queue(self) -> WorkQueue:
        return self._work_queue(workqueue.CALL_RECORDS)

    @functools.cached_property
    def _subscriptions_queue(self) -> WorkQueue:
        return self._work_queue(workqueue.SUBSCRIPTIONS)

    def _work_queue(self, name: str) -> WorkQueue:
        return WorkQueue(self._queue(name), self._queue(name + workqueue.POISON_SUFFIX))

    def _queue(self, name: str) -> QueueClient:
        # Base64 is what the queue trigger expects (host.json: messageEncoding).
        return self._queue_service.get_queue_client(
            name,
            message_encode_policy=TextBase64EncodePolicy(),
            message_decode_policy=TextBase64DecodePolicy(),
        )

    @functools.cached_property
    def _queue_service(self) -> QueueServiceClient:
        connection = self.settings.queue
        if connection.connection_string:
            return QueueServiceClient.from_connection_string(connection.connection_string, **_QUEUE_RETRIES)
        credential = self._credential(connection.client_id)
        return QueueServiceClient(connection.endpoint, credential, **_QUEUE_RETRIES)

    @functools.cached_property
    def _graph(self) -> "GraphClient":
        from callrecords.graph.client import GraphClient

        credential = self._credential(self.settings.client_id)
        return GraphClient(self.settings.graph_root, self.settings.graph_scope, credential)

    async def _container(self, name: str) -> "ContainerProxy":
        from callrecords.cosmos import cosmos_client, cosmos_errors

        async with self._connecting:
            if self._cosmos is None:
                connection = self.settings.cosmos
                client = cosmos_client(connection, lambda: self._credential(connection.client_id))
                with cosmos_errors("Account"):
                    self._cosmos = await client.__aenter__()  # open as long as the worker lives
        return self._cosmos.get_database_client(self.settings.cosmos_database).get_container_client(name)

    @functools.lru_cache  # noqa: B019 - one App a worker, as long as it lives
    def _credential(self, client_id: str | None) -> DefaultAzureCredential:
        return DefaultAzureCredential(managed_identity_client_id=client_id)


def start() -> App | None:
    """The app for the settings in the environment, or None where they are wrong; the log has a sentence for
    each. Quietens clients whose logs would tell URLs and headers."""
    for name in ("azure", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        return App(settings.read(os.environ))
    except SettingsError as error:
        for problem in error.problems:
            log.error("%s", problem)
        return None


def _now() -> datetime:
    return datetime.now(UTC)
