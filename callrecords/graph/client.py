"""One client for Microsoft Graph: msgraph-sdk signs in, builds the requests and knows the clouds; this module
sends them, takes the bytes of the answers and gives errors by meaning.

The SDK's typed models cost about 15 ms of CPU a session and drop the properties that they do not know, so call
records are read as JSON.
"""

import contextlib
import email.utils
import math
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import cast
from urllib.parse import urlsplit

import httpx
import orjson
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError
from kiota_abstractions.api_error import APIError
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from kiota_http._exceptions import KiotaHTTPXError
from kiota_http.middleware.options import RetryHandlerOption
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient
from msgraph_core import GraphClientFactory

from callrecords import __version__
from callrecords.errors import (
    CallRecordsError,
    Conflict,
    Forbidden,
    NotFound,
    Refused,
    Throttled,
    Unavailable,
    Unreadable,
)
from callrecords.graph.limits import Bucket, Limiter
from callrecords.graphtypes import JsonObject

# Unknown enum members tell more than `unknownFutureValue`; nulls are the only thing that may be left out.
_PREFER = "include-unknown-enum-members, omit-values=nulls"
_USER_AGENT = f"CallRecords/{__version__}"  # the SDK adds its own
_TIMEOUT = httpx.Timeout(60, connect=10)
_LONGEST = 300  # characters of Graph's words in a message
_ERRORS = {"4XX": ODataError, "5XX": ODataError}


class GraphClient:
    """Sends requests to Graph at `root`, for example https://graph.microsoft.com, with tokens for `scope`."""

    def __init__(self, root: str, scope: str, credential: AsyncTokenCredential) -> None:
        # A wait that Graph asks for belongs in the queue: a worker that sleeps is paid for.
        http = GraphClientFactory.create_with_default_middleware(
            client=httpx.AsyncClient(
                headers={"User-Agent": _USER_AGENT},
                timeout=_TIMEOUT,
                http2=True,
                verify=ssl.create_default_context(),
            ),
            options={RetryHandlerOption.get_key(): RetryHandlerOption(should_retry=False)},
        )
        host = urlsplit(root).hostname or ""
        authentication = AzureIdentityAuthenticationProvider(credential, scopes=[scope], allowed_hosts=[host])
        self._adapter = GraphRequestAdapter(authentication, client=http)
        self._adapter.base_url = f"{root}/v1.0"
        self.sdk = GraphServiceClient(request_adapter=self._adapter)
        self._limiter = Limiter()

    async def send(self, request: RequestInformation, what: str, buckets: tuple[Bucket, ...] = ()) -> JsonObject:
        """The JSON object that Graph answers to `request`; messages of errors start with `what`.

        The request leaves when the limits of `buckets`, the narrowest first, allow. Raises Throttled where that is
        not soon, the errors of `graph_errors`, and Unreadable for anything but a JSON object.
        """
        request.headers.try_add("Prefer", _PREFER)
        await self._limiter.admit(buckets, what)
        try:
            with graph_errors(what):
                body = await self._adapter.send_primitive_async(request, "bytes", _ERRORS)
        except Throttled as error:
            self._limiter.throttled(buckets, error.retry_after)
            raise
        try:
            document = orjson.loads(cast("bytes", body) or b"")
        except orjson.JSONDecodeError:
            raise Unreadable(f"{what}: Graph's answer is not JSON.") from None
        if not isinstance(document, dict):
            raise Unreadable(f"{what}: Graph's answer is a JSON {type(document).__name__}, expected an object.")
        return document

    async def get_next(self, next_link: str, what: str, buckets: tuple[Bucket, ...] = ()) -> JsonObject:
        """As `send`, for an `@odata.nextLink`: opaque, but it has to lead back to the same Graph."""
        if not next_link.startswith(f"{self._adapter.base_url}/"):
            raise Unreadable(f"{what}: Graph's nextLink does not lead to {self._adapter.base_url}.")
        request = RequestInformation(Method.GET)
        request.url = next_link
        return await self.send(request, what, buckets)


@contextlib.contextmanager
def graph_errors(what: str) -> Iterator[None]:
    """Turns what the SDK raises into this app's errors. Their messages start with `what`."""
    try:
        yield
    except APIError as error:
        raise _by_meaning(what, error) from error
    except ClientAuthenticationError as error:
        raise Forbidden(f"{what}: no token for Graph ({type(error).__name__}).") from error
    except (httpx.HTTPError, httpx.InvalidURL, KiotaHTTPXError, AzureError) as error:
        raise Unavailable(f"{what}: Graph could not be reached ({type(error).__name__}).") from error


def _by_meaning(what: str, error: APIError) -> CallRecordsError:
    status = error.response_status_code or 0
    message = f"{what}: Graph answered {status}{_explanation(error)}."
    match status:
        case 401 | 403:
            return Forbidden(message)
        case 404:
            return NotFound(message)
        case 429:
            return Throttled(message, _retry_after(error))
        case 503 if _retry_after(error) is not None:
            return Throttled(message, _retry_after(error))
        case 409:
            return Conflict(message)
        case status if 400 <= status < 500 and status != 408:
            return Refused(message)
    return Unavailable(message)


def _explanation(error: APIError) -> str:
    """Graph's own code and words, which name resources and rules."""
    main = error.error if isinstance(error, ODataError) else None
    if main is None:
        return ""
    return f" {main.code}: {main.message.rstrip('.')[:_LONGEST]}" if main.message else f" {main.code}"


def _retry_after(error: APIError) -> float | None:
    """Seconds, whole or fractional, or until an HTTP date; None where the header is missing or malformed."""
    text = httpx.Headers(error.response_headers).get("Retry-After", "")
    try:
        seconds = float(text)
    except ValueError:
        seconds = _seconds_until(text)
    return max(seconds, 0) if math.isfinite(seconds) else None


def _seconds_until(http_date: str) -> float:
    try:
        until = email.utils.parsedate_to_datetime(http_date)
    except ValueError:
        return math.nan
    return (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
