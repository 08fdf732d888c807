"""Child processes of the local stack: started with a log file, watched, and ended for certain."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path

_STOP_SECONDS = 15


class StackError(Exception):
    """The local stack cannot run; the message says why and what to do."""


class Process:
    """A running child, called `name`, that writes what it prints to `log_file`."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log_file: Path) -> None:
        self.name = name
        self.log_file = log_file
        self._process = process

    async def wait_until(self, condition: Callable[[], Awaitable[bool]], what: str, seconds: float) -> None:
        """Returns when `condition` holds; StackError when it does not within `seconds` or the child ended."""
        try:
            async with asyncio.timeout(seconds):
                while not await condition():
                    if self._process.returncode is not None:
                        raise StackError(f"{self.name} ended before {what}. {self._last_words()}")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise StackError(f"{self.name}: no sign of {what} in {seconds:.0f} s. {self._last_words()}") from None

    async def stop(self) -> None:
        """Ends it by SIGTERM, by SIGKILL if it lingers."""
        if self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """Ends it by SIGKILL, in the middle of whatever it does."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    def _last_words(self) -> str:
        lines = [line for line in self.log_file.read_text(errors="replace").splitlines() if line.strip()]
        return f"{self.log_file} ends with: {lines[-1] if lines else 'nothing'}"


async def start(name: str, command: Sequence[str], environ: Mapping[str, str], log_file: Path) -> Process:
    """Starts a child; it has a session of its own, so that Ctrl-C reaches only the parent, which ends it in order."""
    with log_file.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=dict(environ),
            stdout=log,
            stderr=log,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    return Process(name, process, log_file)


@contextlib.asynccontextmanager
async def running(
    name: str, command: Sequence[str], environ: Mapping[str, str], log_file: Path
) -> AsyncIterator[Process]:
    """As `start`; the child is ended on leaving."""
    process = await start(name, command, environ, log_file)
    try:
        yield process
    finally:
        await process.stop()


def require_free(port: int) -> None:
    """StackError where somebody listens on `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise StackError(
                f"Port {port} is taken: end what listens there, or choose other ports with --first-port."
            ) from None


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
