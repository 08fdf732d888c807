"""Unit tests have no server: whatever they talk to is a double in their own process."""

import errno
import socket
from collections.abc import Callable, Iterator

import pytest


@pytest.fixture(autouse=True)
def refused_calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Refuses to let a socket listen or connect, and fails the test that tried, even where it caught the error.

    The calls that were refused."""
    refused: list[str] = []

    def refusal(name: str) -> Callable[..., None]:
        def refuse(*_: object) -> None:
            refused.append(name)
            raise OSError(errno.EPERM, "a unit test opens a socket")

        return refuse

    for name in ("bind", "listen", "connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refusal(name))
    yield refused
    assert not refused, "A unit test opened a socket: tests with a server are in tests/integration."
