"""The queue service of an Azure whose time goes faster and that fails when told to: a proxy in front of Azurite.

What failed the app puts back on the queue, for 10 seconds to an hour: here for a `speed`th of that, but 5 s at least.
What waits for Graph's limits waits in real time, as these do: such delays have jitter, those after a failure are
multiples of 10 s. Everything else is as Azurite answers it.
"""

import re
from collections import Counter, deque
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Literal

import aiohttp
from aiohttp import web
from azure.storage.queue import AccountSasPermissions, ResourceTypes, generate_account_sas
from yarl import URL

from local import azurite
from local.graph import Reset

type QueueFailure = Literal["503", "reset before commit", "reset after commit"]

_LEAST_DELAY = 5
_DELAY = re.compile(r"(?<=visibilitytimeout=)\d+")
# Each hop has its own; the signature is not that of the changed request, a SAS takes its place.
_NOT_FORWARDED = frozenset({"host", "connection", "content-length", "transfer-encoding", "authorization"})


class QueueProxy:
    """Azurite at `port`, with delays a `speed`th as long.

    The next requests fail in the ways that `failures` names, one each, before or after Azurite did what they ask for.
    """

    def __init__(self, port: int, speed: int) -> None:
        self.failures: deque[QueueFailure] = deque()
        self._failed: Counter[str] = Counter()
        self._origin = f"http://127.0.0.1:{port}"
        self._speed = speed
        self._sas = generate_account_sas(
            azurite.ACCOUNT,
            azurite.KEY,
            ResourceTypes(service=True, container=True, object=True),
            AccountSasPermissions(
                read=True, write=True, delete=True, list=True, add=True, create=True, update=True, process=True
            ),
            datetime.now(UTC) + timedelta(days=1),
        )

    def app(self) -> web.Application:
        """The web application."""
        app = web.Application()
        app.cleanup_ctx.append(self._keep_session)
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    def happened(self) -> Counter[str]:
        """How many requests failed, by kind."""
        return self._failed

    async def _keep_session(self, app: web.Application) -> AsyncIterator[None]:
        async with aiohttp.ClientSession(auto_decompress=False) as self._session:
            yield

    async def _answer(self, request: web.Request) -> web.Response:
        failure = self.failures.popleft() if self.failures else None
        if failure:
            self._failed[f"Queue {failure}"] += 1
        if failure == "503":
            return web.Response(status=503, headers={"x-ms-error-code": "ServerBusy"})
        if failure == "reset before commit":
            return await self._reset(request)
        try:
            answer = await self._forward(request)
        except aiohttp.ClientConnectionError:
            self._failed["Queue service away"] += 1
            return await self._reset(request)
        return await self._reset(request) if failure == "reset after commit" else answer

    async def _forward(self, request: web.Request) -> web.Response:
        query = request.rel_url.raw_query_string
        if request.method == "POST":
            query = _DELAY.sub(lambda found: str(self._shortened(int(found[0]))), query)
        url = URL(f"{self._origin}{request.rel_url.raw_path}?{query}&{self._sas}", encoded=True)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _NOT_FORWARDED}
        body = await request.read()
        async with self._session.request(request.method, url, headers=headers, data=body) as answer:
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in _NOT_FORWARDED}
            return web.Response(status=answer.status, headers=kept, body=await answer.read())

    def _shortened(self, seconds: int) -> int:
        return seconds if seconds % 10 else min(seconds, max(_LEAST_DELAY, seconds // self._speed))

    async def _reset(self, request: web.Request) -> web.Response:
        return await Reset().inject(request, lambda: self._forward(request))
