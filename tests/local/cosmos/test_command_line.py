"""The server as a process."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from azure.cosmos import CosmosClient

from local.cosmos import KEY

_ROOT = Path(__file__).parents[3]
_COMMAND = (sys.executable, "-m", "local.cosmos", "--port")


@contextmanager
def _running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and the URL that it says."""
    command = [*_COMMAND, "0", *arguments]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process, process.stdout.readline().split()[-1]
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_server_runs_until_it_is_told_to_stop(tmp_path: Path, number: signal.Signals) -> None:
    file = tmp_path / "cosmos.sqlite"
    with _running("--file", str(file)) as (process, url):
        with CosmosClient(url, KEY) as client:
            client.create_database("d")

        process.send_signal(number)
        _, errors = process.communicate(timeout=10)

    assert (process.returncode, errors) == (0, "")
    assert file.exists()


def _refused(*arguments: str) -> str:
    """What the process says before it ends with an error."""
    command = [*_COMMAND, *arguments]
    process = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=10, check=False)
    assert process.returncode == 1
    return process.stderr


def test_a_port_that_is_taken_is_said_in_a_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        said = _refused(str(port))

    assert said == f"Cosmos DB cannot listen on 127.0.0.1:{port}: Address already in use.\n"


def test_a_file_that_cannot_be_is_said_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "missing" / "cosmos.sqlite"

    said = _refused("0", "--file", str(file))

    assert said == f"Cosmos DB cannot keep its data in {file}: unable to open database file.\n"
