"""Serving an application for the length of a block."""

import asyncio
import gc
import socket
import urllib.request

import aiohttp
import pytest
from aiohttp import web

from local.serve import serve, serve_in_thread


def _app() -> web.Application:
    async def greet(_: web.Request) -> web.Response:
        return web.Response(text="hello")

    app = web.Application()
    app.router.add_get("/", greet)
    return app


async def test_an_application_answers_until_the_block_ends() -> None:
    async with aiohttp.ClientSession() as session:
        async with serve(_app()) as served, session.get(served.url) as answer:
            assert await answer.text() == "hello"

        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(served.url)


async def test_the_block_may_end_while_a_connection_is_taken() -> None:
    with socket.socket() as client:
        async with serve(_app()) as served:
            client.connect(("127.0.0.1", int(served.url.rpartition(":")[2])))
            for _ in range(2):  # the loop sees the connection, and has not made it yet
                await asyncio.sleep(0)
    gc.collect()


async def test_a_port_that_is_taken_is_an_error() -> None:
    async with serve(_app()) as served:
        port = int(served.url.rpartition(":")[2])
        with pytest.raises(OSError, match="address already in use"):
            async with serve(_app(), port=port):
                pass


def test_a_thread_serves_plain_code() -> None:
    with serve_in_thread(_app) as served, urllib.request.urlopen(served.url) as answer:
        assert answer.read() == b"hello"

    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(served.url)


def test_an_application_that_does_not_start_is_an_error() -> None:
    async def fail(_: web.Application) -> None:
        raise ValueError("not today")

    app = _app()
    app.on_startup.append(fail)

    with pytest.raises(ValueError, match="not today"), serve_in_thread(lambda: app):
        pass
