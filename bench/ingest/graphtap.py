"""What Graph is asked for, and when it answers."""

import asyncio
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.typedefs import Handler

from local.graph import record_routes

_QUIET_SECONDS = 5.0


class Gate:
    """Holds back the end of what several readers read, so that all of them come to it at the same moment.

    It opens for good when `readers` wait at it, or nobody has asked for anything for some seconds: a worker may keep
    some of them waiting itself.
    """

    def __init__(self, readers: int) -> None:
        self._missing = readers
        self._open = asyncio.Event()
        self._asked = 0.0

    def ask(self) -> None:
        """Somebody asks for something."""
        self._asked = asyncio.get_running_loop().time()

    async def wait(self) -> None:
        """Returns when the gate is open."""
        self._missing -= 1
        while self._missing > 0 and not self._open.is_set():
            quiet = asyncio.get_running_loop().time() - self._asked
            if quiet > _QUIET_SECONDS:
                break
            try:
                await asyncio.wait_for(self._open.wait(), _QUIET_SECONDS - quiet + 0.1)
            except TimeoutError:
                continue
        self._open.set()


@dataclass
class GraphTap:
    """Listens to a Graph simulator: `urls` are those of call records that it was asked for.

    `received` are the bytes of its answers.
    """

    urls: list[str] = field(default_factory=list)
    received: int = 0
    _answers: dict[str, tuple[bytes, web.Response]] | None = None
    _gate: Gate | None = None

    def clear(self) -> None:
        """Forgets what was asked so far."""
        self.urls, self.received = [], 0

    def repeat(self) -> None:
        """From now on all calls have the same record: each answer is made once, so that Graph keeps nobody waiting."""
        self._answers = {}

    def gather(self, readers: int) -> None:
        """From now on each reader gets its last page when all of them have come to it."""
        self._gate = Gate(readers)

    @web.middleware
    async def listen(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Notes the request and the bytes of its answer."""
        call_id = record_routes.call_id(request)
        if call_id is None:
            return await handler(request)
        response = self._repeated(request, call_id) or await handler(request)
        assert isinstance(response, web.Response)
        assert isinstance(response.body, bytes)
        if self._answers is not None:
            self._answers.setdefault(_of_any_call(request, call_id), (call_id.encode(), response))
        self.urls.append(str(request.url))
        self.received += len(response.body)
        if self._gate:
            self._gate.ask()
            if "participants_v2" in request.path_qs and b"@odata.nextLink" not in response.body:
                await self._gate.wait()
        return response

    def _repeated(self, request: web.Request, call_id: str) -> web.Response | None:
        former_id, former = (self._answers or {}).get(_of_any_call(request, call_id), (b"", None))
        if former is None:
            return None
        assert isinstance(former.body, bytes)
        body = former.body.replace(former_id, call_id.encode())
        return web.Response(body=body, content_type="application/json")


def _of_any_call(request: web.Request, call_id: str) -> str:
    return request.path_qs.replace(call_id, "")
