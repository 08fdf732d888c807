"""The Cosmos account: connected at first use, and its errors by meaning."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from http import HTTPStatus
from typing import Any

from azure.core import MatchConditions
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, HttpResponseError
from azure.core.pipeline.transport import AioHttpTransport
from azure.cosmos.aio import ContainerProxy, CosmosClient
from azure.cosmos.exceptions import CosmosHttpResponseError, CosmosResourceNotFoundError

from callrecords.cosmos.containers import PARTITION_KEYS
from callrecords.errors import CallRecordsError, Forbidden, Refused, Throttled, Unauthorized, Unavailable
from callrecords.graphtypes import JsonObject
from callrecords.settings.connections import Connection
from callrecords.settings.proxies import is_proxy_set

_LOST_RACE = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED)

# A few quick repeats ride out a busy partition. Longer waits belong in the queue, where they cost nothing.
_OPTIONS: dict[str, Any] = {
    "retry_throttle_total": 3,
    "retry_throttle_backoff_max": 3,
    # Every write here may be repeated: it is guarded, or it has the same outcome. The SDK counts the first try as well.
    "retry_write": 3,
    "no_response_on_write": True,
}


class Account:
    """The account behind `connection`; `credential` is asked for where the connection is identity-based."""

    def __init__(self, connection: Connection, database: str, credential: Callable[[], AsyncTokenCredential]) -> None:
        self._connection = connection
        self._database = database
        self._credential = credential
        self._client: CosmosClient | None = None
        self._containers: dict[str, ContainerProxy] = {}
        self._connecting = asyncio.Lock()

    async def container(self, name: str) -> ContainerProxy:
        """The container; Unavailable where there is none, or one with another partition key, and what the SDK raises
        where it cannot be reached."""
        if name not in self._containers:
            async with self._connecting:
                if name not in self._containers:
                    self._containers[name] = await self._open(name)
        return self._containers[name]

    async def _open(self, name: str) -> ContainerProxy:
        if self._client is None:
            self._client = await self._connect()
        container = self._client.get_database_client(self._database).get_container_client(name)
        try:
            properties = await container.read()  # else each item of a missing container would be taken for absent
        except CosmosResourceNotFoundError as error:
            raise Unavailable(f"Cosmos has no container {name!r} in a database {self._database!r}.") from error
        key, expected = properties["partitionKey"]["paths"], PARTITION_KEYS[name]
        if tuple(key) != expected:
            raise Unavailable(
                f"The Cosmos container {name!r} has the partition key {', '.join(key)}, expected {', '.join(expected)}."
                " A key cannot be changed: delete the container and deploy again."
            )
        return container

    async def _connect(self) -> CosmosClient:
        client = self._new_client()
        try:
            return await client.__aenter__()  # open as long as the worker lives
        except BaseException:
            await client.close()
            raise

    def _new_client(self) -> CosmosClient:
        connection_string = self._connection.connection_string
        # The client's own default but for `use_env_settings`, which it does not pass on; it closes the transport.
        options = _OPTIONS | {"transport": AioHttpTransport(use_env_settings=is_proxy_set())}
        if connection_string:
            return CosmosClient.from_connection_string(connection_string, **options)
        return CosmosClient(self._connection.endpoint, self._credential(), **options)


@contextlib.contextmanager
def cosmos_errors(what: str) -> Iterator[None]:
    """Turns the SDK's errors into this app's. Messages start with `what`, and have nothing of an item's content."""
    try:
        yield
    except HttpResponseError as error:
        raise _by_meaning(f"{what}: Cosmos answered {error.status_code}.", error) from error
    except (AzureError, OSError, TimeoutError) as error:
        raise Unavailable(f"{what}: Cosmos could not be reached ({type(error).__name__}).") from error


async def read_if_there(container: ContainerProxy, item_id: str, partition_key: str | list[str]) -> JsonObject | None:
    """The item, with the properties that Cosmos adds; None where there is none. Raises what the SDK does."""
    try:
        return await container.read_item(item_id, partition_key=partition_key)
    except CosmosResourceNotFoundError as error:
        if _is_absent(error):
            return None
        raise


async def delete_if_there(container: ContainerProxy, item_id: str, partition_key: str | list[str]) -> None:
    """Removes the item, if there is one. Raises what the SDK does."""
    try:
        await container.delete_item(item_id, partition_key=partition_key)
    except CosmosResourceNotFoundError as error:
        if not _is_absent(error):
            raise


def is_lost_race(error: CosmosHttpResponseError) -> bool:
    """Whether the condition of a write did not hold: somebody else was faster."""
    return error.status_code in _LOST_RACE and not error.sub_status


def unchanged(etag: str) -> dict[str, Any]:
    """The options of a write on the condition that the item still has this etag."""
    return {"etag": etag, "match_condition": MatchConditions.IfNotModified}


async def won(write: Awaitable[object]) -> bool:
    """Whether the condition of the write held."""
    try:
        await write
    except CosmosHttpResponseError as error:
        if is_lost_race(error):
            return False
        raise
    return True


def _is_absent(error: CosmosResourceNotFoundError) -> bool:
    """Whether it says that there is no such item; that of a replica which is behind has a sub-status."""
    return not error.sub_status


def own_properties(item: JsonObject) -> JsonObject:
    """The item as it was written: without the properties that Cosmos adds, whose names start with an underscore."""
    return {name: value for name, value in item.items() if not name.startswith("_")}


def _by_meaning(message: str, error: HttpResponseError) -> CallRecordsError:
    match error.status_code:
        case 401:
            return Unauthorized(message)
        case 403:
            return Forbidden(message)
        case 429:
            return Throttled(message, _retry_after(error))
        case 400 | 413:
            return Refused(message)
    return Unavailable(message)


def _retry_after(error: HttpResponseError) -> float | None:
    headers = getattr(error, "headers", None) or {}
    try:
        return float(headers["x-ms-retry-after-ms"]) / 1000
    except (KeyError, ValueError):
        return None
