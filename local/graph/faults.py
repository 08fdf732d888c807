"""What can go wrong between Graph and its caller, on demand."""

import asyncio
import email.utils
import json
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from aiohttp import web

from local.graph.endless import Endless, Huge
from local.graph.errors import by_status
from local.graph.operations import Operation
from local.graph.responses import dump

type Answer = Callable[[], Awaitable[web.Response]]

# What a LoneSurrogate adds, once the half of a character is replaced.
REPAIRED = {"nickname": "\N{REPLACEMENT CHARACTER}"}


@dataclass(frozen=True)
class Status:
    """The error answer with `status`; `retry_after` in seconds, or a moment for the HTTP-date form. Its explanation is
    Graph's, unless there are other `words`."""

    status: int
    retry_after: float | datetime | None = None
    words: str | None = None

    async def inject(self, request: web.Request, answer: Answer) -> web.Response:
        error = by_status(self.status, self._header())
        error.message = self.words or error.message
        raise error

    def _header(self) -> str | None:
        if isinstance(self.retry_after, datetime):
            return email.utils.format_datetime(self.retry_after, usegmt=True)
        return None if self.retry_after is None else str(self.retry_after)


@dataclass(frozen=True)
class Truncate:
    """The first half of the right answer's body, as if it were all."""

    async def inject(self, request: web.Request, answer: Answer) -> web.Response:
        response = await answer()
        body = _body(response)
        return web.Response(body=body[: len(body) // 2], headers={"Content-Type": "application/json"})


@dataclass(frozen=True)
class NotJson:
    """200 with a page of HTML."""

    async def inject(self, request: web.Request, answer: Answer) -> web.Response:
        return web.Response(text="<html><body>The service is unavailable.</body></html>", content_type="text/html")


@dataclass(frozen=True)
class NoContent:
    """204 without a body."""

    async def inject(self, request: web.Request, answer: Answer) -> web.Response:
        return web.Response(status=204)


@dataclass(frozen=True)
class Redirect:
    """A redirect to `url`."""

    url: str = "https://elsewhere.example/v1.0/communications/callRecords"

    async def inject(self, request: web.Request, answer: Answer) -> web.Response:
        return web.Response(status=302, headers={"Location": self.url})


@dataclass(frozen=True)
class OwnFailure:
    """A failure of Graph's own, as 400."""

    async def inject(self, request: web.Request, answer: Answer) -> web.Response:
        error = {"code": "BadRequest", "message": "Object reference not set to an instance of an object."}
        return web.json_response({"error": error}, status=400)


@dataclass(frozen=True)
class LoneSurrogate:
    """The right answer with half of a surrogate pair in a new property, which is no valid JSON."""

    async def inject(self, request: web.Request, answer: Answer) -> web.Response:
        body = _body(await answer())
        return web.Response(body=b'{"nickname":"\\ud83d",' + body[1:], headers={"Content-Type": "application/json"})


@dataclass(frozen=True)
class NextLinkLoop:
    """The right page of a list, with a nextLink that leads back to itself."""

    async def inject(self, request: web.Request, answer: Answer) -> web.Response:
        response = await answer()
        page = json.loads(_body(response), parse_float=Decimal) | {"@odata.nextLink": str(request.url)}
        return web.Response(body=dump(page), headers={"Content-Type": "application/json"})


@dataclass(frozen=True)
class Reset:
    """The connection is reset (TCP RST) instead of an answer."""

    async def inject(self, request: web.Request, answer: Answer) -> web.Response:
        assert request.transport is not None
        connection: socket.socket = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
        return web.Response()


@dataclass(frozen=True)
class Delay:
    """The right answer, `seconds` late."""

    seconds: float

    async def inject(self, request: web.Request, answer: Answer) -> web.Response:
        await asyncio.sleep(self.seconds)
        return await answer()


type Injection = (
    Status
    | Truncate
    | NotJson
    | NoContent
    | Redirect
    | OwnFailure
    | LoneSurrogate
    | NextLinkLoop
    | Endless
    | Huge
    | Reset
    | Delay
)


@dataclass
class Fault:
    """Does `do` to requests: leaves the first `skip` alone, then takes `times` of them (None: all).

    Only requests of `operation` (None: any of Graph, but not for a token) and for `call_id` (None: any) count.
    """

    do: Injection
    operation: Operation | None = None
    call_id: str | None = None
    skip: int = 0
    times: int | None = 1
    seen: int = field(default=0, init=False)

    def takes(self, operation: Operation, call_id: str | None) -> bool:
        """Whether this request is one to disturb; counts it in `seen` if it is of the kind."""
        of_kind = operation is not Operation.GET_TOKEN if self.operation is None else operation is self.operation
        if not of_kind or self.call_id not in (None, call_id):
            return False
        self.seen += 1
        return self.skip < self.seen and (self.times is None or self.seen <= self.skip + self.times)


def take(faults: list[Fault], operation: Operation, call_id: str | None, injected: Counter[str]) -> Injection | None:
    """What the first of `faults` that takes the request does to it, counted in `injected` by class name."""
    for fault in faults:
        if fault.takes(operation, call_id):
            injected[type(fault.do).__name__] += 1
            return fault.do
    return None


def _body(response: web.Response) -> bytes:
    assert isinstance(response.body, bytes)
    return response.body
