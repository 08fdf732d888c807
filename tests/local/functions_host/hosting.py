"""Runs the host, and the queue service that it polls, as processes."""

import base64
import contextlib
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azure.core.exceptions import AzureError, ResourceExistsError
from azure.storage.queue import QueueClient, QueueServiceClient

from local import azurite

ROOT = Path(__file__).parents[3]
SAMPLE_APP = Path(__file__).parent / "sample_app"
KEY = "opens-what-is-guarded"
AZURITE = ["node", str(ROOT / "node_modules/azurite/dist/src/queue/main.js"), "--inMemoryPersistence", "--silent"]
AZURITE += ["--skipApiVersionCheck", "--disableTelemetry"]


def wait_until[T](condition: Callable[[], T], seconds: float = 15) -> T:
    """What the condition gives, once it is true."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)
    return found


@contextlib.contextmanager
def running_azurite(port: int) -> Iterator[str]:
    """The connection string of an empty queue service."""
    connection = azurite.connection_string(port)
    with (
        subprocess.Popen([*AZURITE, "--queuePort", str(port)], stdout=subprocess.DEVNULL) as process,
        QueueServiceClient.from_connection_string(connection, retry_total=0) as service,
    ):

        def answers() -> bool:
            with contextlib.suppress(AzureError):
                return next(service.list_queues(), None) is None
            return False

        try:
            wait_until(answers)
            yield connection
        finally:
            process.kill()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Host:
    """A running host: `lines` is what it printed until it was ready."""

    process: subprocess.Popen[str]
    lines: list[str]
    log: Path

    @property
    def port(self) -> int:
        return int(self.lines[-1].rpartition(":")[2])

    def call(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            answered = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, answered, response.read())

    def seen(self) -> list[dict[str, Any]]:
        noted: list[dict[str, Any]] = json.loads(self.call("GET", "/api/seen").body)
        return noted

    def seen_of(self, errand: str) -> list[dict[str, Any]]:
        return [note for note in self.seen() if note.get("errand") == errand]


def start(app: Path, settings: Mapping[str, str], log: Path, *options: str) -> subprocess.Popen[str]:
    with log.open("w") as stderr:
        return subprocess.Popen(
            [sys.executable, "-m", "local.functions_host", str(app), *options],
            cwd=ROOT,
            env=os.environ | dict(settings),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
            close_fds=False,
        )


@contextlib.contextmanager
def running_host(
    connection: str, queue: str, folder: Path, *options: str, settings: Mapping[str, str] | None = None
) -> Iterator[Host]:
    """A host that runs the sample app, with these settings besides its own."""
    own = {"SampleQueue": connection, "ERRANDS_QUEUE": queue, "TICK_SCHEDULE": "* * * * * *"}
    log = folder / "host.log"
    with start(SAMPLE_APP, own | dict(settings or {}), log, "--port", "0", "--key", KEY, *options) as process:
        try:
            assert process.stdout
            lines: list[str] = []
            while not lines or not lines[-1].startswith("Ready on "):
                lines.append(process.stdout.readline().strip())
                assert lines[-1], log.read_text()
            yield Host(process, lines, log)
        finally:
            process.kill()


@contextlib.contextmanager
def open_queue(connection: str, name: str) -> Iterator[QueueClient]:
    """A queue that is there."""
    with QueueClient.from_connection_string(connection, name, retry_total=0) as client:
        with contextlib.suppress(ResourceExistsError):
            client.create_queue()
        yield client


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def small_app(folder: Path, *code: str, log_levels: Mapping[str, str] | None = None) -> Path:
    host_json = {"version": "2.0", "logging": {"logLevel": log_levels or {}}}
    (folder / "host.json").write_text(json.dumps(host_json))
    lines = ("import azure.functions as func", "app = func.FunctionApp()", *code)
    (folder / "function_app.py").write_text("\n".join(lines))
    return folder
