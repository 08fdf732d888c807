"""Makes chosen requests fail, on demand: by the object that the server has, or over HTTP."""

import asyncio
import socket
import struct
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import orjson
from aiohttp import web

from local.cosmos.call import OPERATIONS
from local.cosmos.errors import CosmosError

PATH = "/_faults"
_STATUSES = {
    408: "RequestTimeout",
    409: "Conflict",
    412: "PreconditionFailed",
    429: "TooManyRequests",
    449: "RetryWith",
    500: "InternalServerError",
    503: "ServiceUnavailable",
}


@dataclass
class FaultRule:
    """One way to fail, for the requests of one operation (`any`: all) on one container (None: any).

    It leaves the first `skip` of them alone and takes the next `times` (None: all that follow). What it does to
    them is one of: answer `status`, with `retry_after_ms` in the headers of a 429; reset the connection before
    the operation or after it was committed; answer rightly, `latency` seconds late.
    Raises ValueError, in plain words, for a rule that makes no sense.
    """

    operation: str = "any"
    container: str | None = None
    skip: int = 0
    times: int | None = 1
    status: int | None = None
    retry_after_ms: int = 10
    reset: Literal["before", "after"] | None = None
    latency: float | None = None
    matched: int = field(default=0, init=False)
    injected: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.operation not in ("any", *OPERATIONS):
            raise ValueError(f"operation is {self.operation!r}; expected any, {', '.join(OPERATIONS)}.")
        if self.status not in (None, *_STATUSES):
            raise ValueError(f"status is {self.status}; expected one of {', '.join(map(str, _STATUSES))}.")
        if self.reset not in (None, "before", "after"):
            raise ValueError(f"reset is {self.reset!r}; expected before or after.")
        if [self.status, self.reset, self.latency].count(None) != 2:
            raise ValueError("A rule has one of status, reset and latency.")

    def takes(self, operation: str, container: str | None) -> bool:
        """Whether this request is one to fail; counts it."""
        if self.operation not in ("any", operation) or self.container not in (None, container):
            return False
        self.matched += 1
        taken = self.matched > self.skip and (self.times is None or self.injected < self.times)
        self.injected += taken
        return taken

    async def inject(self, request: web.Request, answer: Callable[[], web.Response]) -> web.Response:
        """Lets `request` fail, whose right answer is what `answer` does and returns. Raises CosmosError."""
        if self.latency is not None:
            await asyncio.sleep(self.latency)
            return answer()
        if self.status is not None:
            headers = {"x-ms-retry-after-ms": str(self.retry_after_ms)} if self.status == 429 else {}
            raise CosmosError(self.status, _STATUSES[self.status], "By a fault rule.", headers)
        if self.reset == "after":
            answer()
        _reset_connection(request)
        return web.Response()


class Faults:
    """The rules of a server. The first one that takes a request decides; those behind it do not count it."""

    def __init__(self) -> None:
        self.rules: list[FaultRule] = []

    def add(self, rule: FaultRule) -> FaultRule:
        """Returns the rule, which counts the requests that it `matched` and those that it `injected`."""
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        self.rules.clear()

    def take(self, operation: str, container: str | None) -> FaultRule | None:
        """The rule that a request is to fail by."""
        return next((rule for rule in self.rules if rule.takes(operation, container)), None)

    def routes(self) -> list[web.RouteDef]:
        """GET lists the rules, POST adds one (a JSON object of FaultRule's fields), DELETE clears them."""
        return [
            web.get(PATH, self._get),
            web.post(PATH, self._post),
            web.delete(PATH, self._delete),
        ]

    async def _get(self, request: web.Request) -> web.Response:
        return _json(200, [asdict(rule) for rule in self.rules])

    async def _post(self, request: web.Request) -> web.Response:
        try:
            rule = FaultRule(**orjson.loads(await request.read()))
        except (TypeError, ValueError) as error:
            return _json(400, {"message": str(error)})
        return _json(201, asdict(self.add(rule)))

    async def _delete(self, request: web.Request) -> web.Response:
        self.clear()
        return web.Response(status=204)


def _json(status: int, body: Any) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")


def _reset_connection(request: web.Request) -> None:
    """Lets the client see a reset rather than an end."""
    assert request.transport is not None
    connection: socket.socket = request.transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
