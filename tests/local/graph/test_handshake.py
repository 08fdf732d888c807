"""The handshake with the endpoint of a subscription."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from local.graph.errors import GraphError
from local.graph.handshake import validate_endpoint

SECONDS = 10

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
type Listen = Callable[[Handler], Awaitable[str]]


async def echo(request: web.Request) -> web.Response:
    return web.Response(text=request.query["validationToken"])


async def refuse(_: web.Request) -> web.Response:
    return web.Response(status=403)


async def answer_201(request: web.Request) -> web.Response:
    return web.Response(status=201, text=request.query["validationToken"])


async def answer_with_another_token(_: web.Request) -> web.Response:
    return web.Response(text="another token")


async def answer_with_the_encoded_token(request: web.Request) -> web.Response:
    return web.Response(text=request.rel_url.raw_query_string.partition("=")[2])


async def answer_as_html(request: web.Request) -> web.Response:
    return web.Response(text=request.query["validationToken"], content_type="text/html")


async def redirect(request: web.Request) -> web.Response:
    if request.path == "/elsewhere":
        return await echo(request)
    raise web.HTTPTemporaryRedirect(f"/elsewhere?{request.rel_url.raw_query_string}")


async def test_an_endpoint_that_answers_with_the_decoded_token_is_validated(listen: Listen) -> None:
    await validate_endpoint(await listen(echo), SECONDS)


async def test_the_token_is_added_to_the_query_of_a_post_without_a_body(listen: Listen) -> None:
    seen: list[tuple[str, str, bytes]] = []

    async def look(request: web.Request) -> web.Response:
        seen.append((request.query["code"], request.content_type, await request.read()))
        return await echo(request)

    await validate_endpoint(f"{await listen(look)}/notifications?code=a%2Fb", SECONDS)
    assert seen == [("a/b", "text/plain", b"")]


async def test_every_handshake_has_a_token_of_its_own(listen: Listen) -> None:
    tokens: list[str] = []

    async def look(request: web.Request) -> web.Response:
        tokens.append(request.query["validationToken"])
        return await echo(request)

    url = await listen(look)
    await validate_endpoint(url, SECONDS)
    await validate_endpoint(url, SECONDS)
    assert len(set(tokens)) == 2


@pytest.mark.parametrize(
    "handler",
    [refuse, answer_201, answer_with_another_token, answer_with_the_encoded_token, answer_as_html, redirect],
)
async def test_an_endpoint_that_answers_anything_else_is_not_validated(listen: Listen, handler: Handler) -> None:
    with pytest.raises(GraphError, match="Subscription validation request failed") as caught:
        await validate_endpoint(await listen(handler), SECONDS)
    assert (caught.value.status, caught.value.code) == (400, "ValidationError")


async def test_an_endpoint_where_nobody_listens_is_not_validated(unused_tcp_port: int) -> None:
    with pytest.raises(GraphError, match="Subscription validation request failed"):
        await validate_endpoint(f"http://127.0.0.1:{unused_tcp_port}/", SECONDS)


async def test_an_endpoint_that_takes_too_long_is_not_validated(listen: Listen) -> None:
    given_up = asyncio.Event()

    async def answer_too_late(request: web.Request) -> web.Response:
        await given_up.wait()
        return await echo(request)

    url = await listen(answer_too_late)
    with pytest.raises(GraphError, match="Subscription validation request timed out"):
        await validate_endpoint(url, 0.05)
    given_up.set()
