"""The app in a functions host, as a process of its own."""

import contextlib
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from callrecords.settings.read import SETTINGS
from local.environment import ROOT, inherited
from local.functions_host import WAS_IDLE
from local.processes import Process, free_port, running

_SCHEDULES = [each.name for each in SETTINGS if each.name.endswith("_SCHEDULE")]
_NEVER = "0 0 0 1 1 *"
# At a socket that outlives its host, a question waits for the next one, which may never come.
_ANSWERED_WITHIN = aiohttp.ClientTimeout(total=2)
_DEPLOYED = ("function_app.py", "host.json", "callrecords")


@dataclass(frozen=True)
class HostOptions:
    """What the functions host is told: the seconds of its lease on messages, those without a message after which it
    ends, and the socket at which it is to listen; None where it is as it is by default."""

    lease: float | None = None
    idle: float | None = None
    listening: socket.socket | None = None

    def arguments(self) -> list[str]:
        """The same as arguments of its command."""
        given = {"lease": self.lease, "idle": self.idle, "socket": self.listening and self.listening.fileno()}
        return [word for name, value in given.items() if value is not None for word in (f"--{name}", str(value))]


@contextlib.asynccontextmanager
async def running_app(
    port: int,
    folder: Path,
    settings: Mapping[str, str],
    host: HostOptions = HostOptions(),
) -> AsyncIterator[Process]:
    """The functions host with the app as it is deployed: without local.settings.json and the rest of the project."""
    package = folder / "app"
    package.mkdir(exist_ok=True)
    for name in _DEPLOYED:
        if not (package / name).exists():
            (package / name).symlink_to(ROOT / name)
    command = (sys.executable, "-m", "local.functions_host", str(package), "--port", str(port), *host.arguments())
    environ = inherited() | {"PYTHONPATH": str(ROOT)} | dict(settings)
    process = Process(
        "The functions host",
        command,
        environ,
        folder / "app.log",
        ready=lambda: is_running(port),
        resting=WAS_IDLE,
        sockets=(host.listening,) if host.listening else (),
    )
    async with running(process):
        yield process


@contextlib.asynccontextmanager
async def running_beside(app: Process, count: int, folder: Path) -> AsyncIterator[list[Process]]:
    """So many more functions hosts with the settings of `app`, for the queues: as in Azure, timers are of one host
    alone."""
    settings = {**app.environ, **dict.fromkeys(_SCHEDULES, _NEVER)}
    async with contextlib.AsyncExitStack() as hosts:
        found = []
        for number in range(2, count + 2):
            own = folder / f"host-{number}"
            own.mkdir()
            found.append(await hosts.enter_async_context(running_app(free_port(), own, settings)))
        yield found


async def is_running(port: int) -> bool:
    """Whether a functions host answers at `port` that it runs."""
    async with aiohttp.ClientSession(timeout=_ANSWERED_WITHIN) as session:
        try:
            async with session.get(f"http://127.0.0.1:{port}/admin/host/status") as answer:
                return answer.status == 200 and (await answer.json())["state"] == "Running"
        except (aiohttp.ClientError, TimeoutError):
            return False
