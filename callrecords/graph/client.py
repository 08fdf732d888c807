"""One client for Microsoft Graph: msgraph-sdk signs in, builds the requests and knows the clouds; this module
sends them, takes the bytes of the answers and gives errors by meaning.

The SDK's typed models cost about 15 ms of CPU a session and drop the properties that they do not know, so call
records are read as JSON.
"""

import ssl
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

import httpx
from azure.core.credentials_async import AsyncTokenCredential
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from kiota_http.middleware import BaseMiddleware, ParametersNameDecodingHandler
from kiota_http.middleware.user_agent_handler import UserAgentHandler
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient
from msgraph_core import GraphClientFactory
from msgraph_core.middleware import GraphTelemetryHandler

from callrecords import __version__
from callrecords.errors import Unauthorized, Unreadable, time_limit
from callrecords.graph import answers
from callrecords.graph.failures import graph_errors
from callrecords.graph.limiter import Limiter
from callrecords.graph.limits import Bucket
from callrecords.graph.parsing import Parsed, parse
from callrecords.graph.signin import RenewableCredential

# Unknown enum members tell more than `unknownFutureValue`; nulls are the only thing that may be left out.
_PREFER = "include-unknown-enum-members, omit-values=nulls"
_HEADERS = {
    "User-Agent": f"CallRecords/{__version__}",  # the SDK adds its own product
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
}
_TIMEOUT = httpx.Timeout(60, connect=10)  # between two pieces of an answer
_ANSWER_SECONDS = 90  # from the request to the last piece
_ERRORS = {"4XX": ODataError, "5XX": ODataError}


class GraphClient:
    """Sends requests to Graph at `root`, for example https://graph.microsoft.com, with tokens for `scope`."""

    def __init__(self, root: str, scope: str, new_credential: Callable[[], AsyncTokenCredential]) -> None:
        http = GraphClientFactory.create_with_custom_middleware(
            _middleware(),
            client=httpx.AsyncClient(
                headers=_HEADERS,
                timeout=_TIMEOUT,
                http2=True,
                verify=ssl.create_default_context(),
                event_hooks={"response": [answers.check]},
            ),
        )
        host = urlsplit(root).hostname or ""
        self._credential = RenewableCredential(new_credential)
        authentication = AzureIdentityAuthenticationProvider(self._credential, scopes=[scope], allowed_hosts=[host])
        self._adapter = GraphRequestAdapter(authentication, client=http)
        self._adapter.base_url = f"{root}/v1.0"
        self.sdk = GraphServiceClient(request_adapter=self._adapter)
        self._limiter = Limiter()

    async def send(
        self, request: RequestInformation, what: str, buckets: tuple[Bucket, ...] = (), *, exact: bool = False
    ) -> Parsed:
        """What Graph answers to `request`; messages of errors start with `what`. `exact` is that of `parse`.

        The request leaves when the limits of `buckets`, the narrowest first, allow. Where Graph does not accept the
        token, it leaves once more with a new one. Raises Throttled where it cannot leave soon, the errors of
        `graph_errors`, and Garbled for anything but a JSON object.
        """
        request.headers.try_add("Prefer", _PREFER)
        generation = self._credential.generation
        try:
            return parse(await self._attempt(request, what, buckets), what, exact=exact)
        except Unauthorized:
            if not await self._credential.renew(generation):
                raise
        request.headers.remove("Authorization")
        return parse(await self._attempt(request, what, buckets), what, exact=exact)

    def held_for(self) -> float:
        """As Limiter.held_for."""
        return self._limiter.held_for()

    async def get(self, url: str, what: str, buckets: tuple[Bucket, ...] = (), *, exact: bool = False) -> Parsed:
        """As `send`, for the resource at a URL."""
        request = RequestInformation(Method.GET)
        request.url = url
        return await self.send(request, what, buckets, exact=exact)

    def url_of(self, request: RequestInformation) -> str:
        """The URL of a request that the SDK has built."""
        self._adapter.set_base_url_for_request_information(request)
        return request.url

    async def get_next(
        self, next_link: str, what: str, buckets: tuple[Bucket, ...] = (), *, exact: bool = False
    ) -> Parsed:
        """As `send`, for an `@odata.nextLink`: opaque, but it has to lead back to the same Graph."""
        if not next_link.startswith(f"{self._adapter.base_url}/"):
            raise Unreadable(f"{what}: Graph's nextLink does not lead to {self._adapter.base_url}.")
        return await self.get(next_link, what, buckets, exact=exact)

    async def _attempt(self, request: RequestInformation, what: str, buckets: tuple[Bucket, ...]) -> bytes:
        async def body() -> object:
            async with time_limit(_ANSWER_SECONDS, f"{what}: Graph did not answer"):
                with graph_errors(what):
                    return await self._adapter.send_primitive_async(request, "bytes", _ERRORS)

        return cast("bytes", await self._limiter.send(body, what, buckets)) or b""


def _middleware() -> list[BaseMiddleware]:
    """Those of the SDK's that have something to do here: the others took 3 % of the CPU of a small call record.

    No retries: a wait that Graph asks for belongs in the queue, as a worker that sleeps is paid for. No redirects:
    what another host answers is no call record.
    """
    return [ParametersNameDecodingHandler(), UserAgentHandler(), GraphTelemetryHandler()]
