"""The Cosmos account: the shared client, and its errors by meaning."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, HttpResponseError
from azure.cosmos.aio import CosmosClient

from callrecords.connections import Connection
from callrecords.errors import CallRecordsError, Forbidden, Refused, Throttled, Unavailable

# A few quick repeats ride out a busy partition. Longer waits belong into the queue, where they cost nothing.
_THROTTLE_RETRIES, _THROTTLE_SECONDS = 3, 3


def cosmos_client(connection: Connection, credential: Callable[[], AsyncTokenCredential]) -> CosmosClient:
    """The client of the account; `credential` is asked for where the connection is identity-based.

    It is not connected yet: enter it once before use.
    """
    options: dict[str, Any] = {
        "retry_throttle_total": _THROTTLE_RETRIES,
        "retry_throttle_backoff_max": _THROTTLE_SECONDS,
        "retry_write": True,  # every write here may be repeated: it is guarded, or it has the same outcome
        "no_response_on_write": True,
    }
    if connection.connection_string:
        return CosmosClient.from_connection_string(connection.connection_string, **options)
    return CosmosClient(connection.endpoint, credential(), **options)


@contextlib.contextmanager
def cosmos_errors(what: str) -> Iterator[None]:
    """Turns the SDK's errors into this app's; `what` begins the message, which tells no item's content."""
    try:
        yield
    except HttpResponseError as error:
        raise _by_meaning(f"{what}: Cosmos answered {error.status_code}.", error) from error
    except AzureError as error:
        raise Unavailable(f"{what}: Cosmos could not be reached ({type(error).__name__}).") from error


def _by_meaning(message: str, error: HttpResponseError) -> CallRecordsError:
    match error.status_code:
        case 401 | 403:
            return Forbidden(message)
        case 429:
            return Throttled(message, _retry_after(error))
        case 400 | 413:
            return Refused(message)
    return Unavailable(message)


def _retry_after(error: HttpResponseError) -> float | None:
    headers = getattr(error.response, "headers", {})
    milliseconds = headers.get("x-ms-retry-after-ms")
    return float(milliseconds) / 1000 if milliseconds else None
