"""HTTP triggers: finds the function for a request, and turns request and answer into the worker's messages."""

import hmac
from collections.abc import Iterable, Mapping
from email.utils import formatdate

from aiohttp import web
from multidict import MultiMapping

from local.functions_host import routes
from local.functions_host.errors import HostError
from local.functions_host.protos import RpcHttp, RpcHttpCookie, TypedData
from local.functions_host.triggers import HttpTrigger
from local.functions_host.worker import Function, Worker

# https://learn.microsoft.com/azure/azure-functions/functions-app-settings#functions_request_body_size_limit
BODY_LIMIT_SETTING = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"
_BODY_LIMIT = 100 * 1024 * 1024

_SAME_SITE = {
    RpcHttpCookie.SameSite.Lax: "Lax",
    RpcHttpCookie.SameSite.Strict: "Strict",
    RpcHttpCookie.SameSite.ExplicitNone: "None",
}


class HttpFunctions:
    """The functions with an HTTP trigger; those that are not anonymous need `key`, where there is one."""

    def __init__(self, functions: Iterable[tuple[Function, HttpTrigger]], worker: Worker, key: str | None) -> None:
        self._functions = sorted(functions, key=lambda each: each[1].template.precedence)
        self._worker = worker
        self._key = key

    async def answer(self, request: web.Request) -> web.Response:
        """The function's answer; 404 where no route fits, 500 where the function failed.

        405 where only the method is wrong; Azure answers 404
        (https://github.com/Azure/azure-functions-host/issues/10098).
        """
        path = routes.split(request.rel_url.raw_path)
        allowed: set[str] = set()
        for function, trigger in self._functions:
            params = trigger.template.match(path)
            if params is None:
                continue
            if not trigger.methods or request.method in trigger.methods:
                return await self._invoke(function, trigger, request, params)
            allowed |= trigger.methods
        if allowed:
            return web.Response(status=405, headers={"Allow": ", ".join(sorted(allowed))})
        return web.Response(status=404)

    async def _invoke(
        self, function: Function, trigger: HttpTrigger, request: web.Request, params: Mapping[str, str]
    ) -> web.Response:
        if trigger.needs_key and not has_key(request, self._key):
            return web.Response(status=401)
        if (request.content_length or 0) > request.client_max_size:
            return web.Response(status=413)
        body = await request.read()  # 413 as soon as more was received than the application allows
        response = await self._worker.invoke(function, TypedData(http=_rpc_http(request, params, body)))
        if response.result.exception:
            return web.Response(status=500)
        return _web_response(response.value(trigger.output))


def body_limit(environ: Mapping[str, str]) -> int:
    """How many bytes the body of a request may have; HostError where the setting is no such number."""
    text = environ.get(BODY_LIMIT_SETTING) or str(_BODY_LIMIT)
    if not (text.isascii() and text.isdigit() and int(text)):
        raise HostError(f"{BODY_LIMIT_SETTING} is {text!r}: expected a number of bytes.")
    return int(text)


def has_key(request: web.Request, key: str | None) -> bool:
    """Whether the request has the key, in the header `x-functions-key` or the query parameter `code`; everybody
    has where none is set."""
    given = request.headers.get("x-functions-key") or request.query.get("code", "")
    return key is None or hmac.compare_digest(given.encode(), key.encode())


def _rpc_http(request: web.Request, params: Mapping[str, str], body: bytes) -> RpcHttp:
    # Query parameters without a value do not reach the worker: https://github.com/Azure/azure-functions-host/pull/3789
    query = {name: value for name, value in _joined(request.query).items() if value}
    headers = {name.lower(): value for name, value in _joined(request.headers).items()}
    return RpcHttp(
        method=request.method,
        url=str(request.url),
        headers=headers,
        query=query,
        params=params,
        body=TypedData(bytes=body or None),
    )


def _joined(values: MultiMapping[str]) -> dict[str, str]:
    return {name: ",".join(values.getall(name)) for name in values}


def _web_response(data: TypedData) -> web.Response:
    if data.http is None:
        return web.Response(status=204) if data.string is None else web.Response(text=data.string)
    response = web.Response(status=int(data.http.status_code), headers=data.http.headers, body=data.http.body.bytes)
    for cookie in data.http.cookies or ():
        response.set_cookie(
            cookie.name,
            cookie.value,
            domain=(cookie.domain and cookie.domain.value) or None,
            path=cookie.path.value if cookie.path else "",
            expires=formatdate(cookie.expires.value.seconds, usegmt=True) if cookie.expires else None,
            max_age=int(cookie.max_age.value) if cookie.max_age else None,
            secure=cookie.secure.value if cookie.secure else None,
            httponly=cookie.http_only.value if cookie.http_only else None,
            samesite=_SAME_SITE.get(cookie.same_site),
        )
    return response
