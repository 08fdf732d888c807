"""The host's own HTTP interface (https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http)."""

import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol

from aiohttp import web

from local.functions_host.http import has_key
from local.functions_host.worker import Function


class Listener(Protocol):
    """Runs a function of its own accord."""

    function: Function

    async def run_once(self, text: str) -> None:
        """Runs the function now, on `text` where its trigger brings one."""
        ...


class Admin:
    """Lists functions, and runs those that have a listener by `start`, for whoever has the key."""

    def __init__(
        self,
        functions: Sequence[Function],
        listeners: Sequence[Listener],
        start: Callable[[Coroutine[Any, Any, None]], object],
        key: str | None,
    ) -> None:
        self._functions = functions
        self._listeners: Mapping[str, Listener] = {each.function.name: each for each in listeners}
        self._start = start
        self._key = key

    def add_to(self, app: web.Application) -> None:
        """Adds the routes."""
        app.router.add_get("/admin/host/status", self._status)
        app.router.add_get("/admin/functions", self._list)
        app.router.add_post("/admin/functions/{name}", self._run)

    async def _status(self, _request: web.Request) -> web.Response:
        return web.json_response({"state": "Running"})

    async def _list(self, request: web.Request) -> web.Response:
        if not has_key(request, self._key):
            return web.Response(status=401)
        return web.json_response(
            [
                {"name": each.name, "config": {"bindings": [each.trigger, *each.other_bindings]}}
                for each in self._functions
            ]
        )

    async def _run(self, request: web.Request) -> web.Response:
        if not has_key(request, self._key):
            return web.Response(status=401)
        name = request.match_info["name"]
        if name not in self._listeners:
            if any(function.name == name for function in self._functions):
                return web.Response(status=400, text=f"{name} is called by HTTP, at its own address.")
            return web.Response(status=404)
        try:
            text = (await request.json()).get("input", "")
        except (json.JSONDecodeError, UnicodeDecodeError, AttributeError):
            text = None
        if not isinstance(text, str):
            return web.Response(status=400, text='Expected a body such as {"input": "a text"}.')
        self._start(self._listeners[name].run_once(text))
        return web.Response(status=202)
