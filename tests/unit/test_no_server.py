import socket

import pytest
from aiohttp import ClientConnectionError, ClientSession, web

from local.serve import serve

REFUSED = "a unit test opens a socket"


def test_a_unit_test_cannot_listen(refused_calls: list[str]) -> None:
    with pytest.raises(OSError, match=REFUSED):
        socket.create_server(("127.0.0.1", 0))
    with socket.socket() as unbound, pytest.raises(OSError, match=REFUSED):
        unbound.listen()
    assert refused_calls == ["bind", "listen"]
    refused_calls.clear()


def test_a_unit_test_cannot_connect(refused_calls: list[str]) -> None:
    with pytest.raises(OSError, match=REFUSED):
        socket.create_connection(("127.0.0.1", 9))
    assert refused_calls == ["connect"]
    refused_calls.clear()


async def test_a_unit_test_cannot_serve_an_application(refused_calls: list[str]) -> None:
    with pytest.raises(OSError, match=REFUSED):
        async with serve(web.Application()):
            pass
    assert refused_calls == ["bind"]
    refused_calls.clear()


async def test_a_unit_test_cannot_ask_a_server(refused_calls: list[str]) -> None:
    async with ClientSession() as session:
        with pytest.raises(ClientConnectionError, match=REFUSED):
            await session.get("http://127.0.0.1:9")
    assert refused_calls == ["connect"]
    refused_calls.clear()
