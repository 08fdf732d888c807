"""The network between the real Graph client and Graph, in memory."""

import asyncio
import ssl
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

import httpx
import pytest
from azure.core.credentials import AccessToken
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation

from callrecords.graph.client import GraphClient
from callrecords.graphtypes import JsonObject

ROOT = "https://graph.fabrikam.example"
SCOPE = f"{ROOT}/.default"
RECORD = f"{ROOT}/v1.0/communications/callRecords/1"
CERTIFICATES = ssl.create_default_context()
FAR_FUTURE = 4_102_444_800  # 2100 in Unix time

type Answer = Callable[[httpx.Request], httpx.Response]


class InventedCredential:
    """Gives a token that never ends."""

    async def get_token(self, *scopes: str, **options: object) -> AccessToken:
        return AccessToken(f"token for {' '.join(scopes)}", FAR_FUTURE)

    async def close(self) -> None: ...

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None: ...


class FakeGraph:
    """Answers every request with what `answer` gives, and keeps the requests."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.requests: list[httpx.Request] = []
        self.answer: Answer = lambda _: httpx.Response(404)
        self.credential = InventedCredential()

        async def send(_: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            await asyncio.sleep(0)  # others go on while a request is on its way
            return await httpx.MockTransport(self.answer).handle_async_request(request)

        monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", send)
        # To load them takes longer than a test.
        monkeypatch.setattr(ssl, "create_default_context", lambda: CERTIFICATES)

    @property
    def client(self) -> GraphClient:
        return GraphClient(ROOT, SCOPE, lambda: self.credential)

    def answer_in_turn(self, answers: Iterable[object]) -> None:
        """Answers with these JSON documents or responses, one a request."""
        rest = iter(answers)

        def next_answer(_: httpx.Request) -> httpx.Response:
            answer = next(rest)
            return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

        self.answer = next_answer


def get_request() -> RequestInformation:
    """A request for RECORD."""
    request = RequestInformation(Method.GET)
    request.url = RECORD
    return request


async def get(graph: FakeGraph) -> JsonObject:
    """What the client makes of Graph's answer to a request for RECORD."""
    return (await graph.client.send(get_request(), "Call record 1")).document
