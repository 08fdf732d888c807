"""Child processes of the local stack: started with a log file, watched, and ended for certain."""

import asyncio
import contextlib
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_START_SECONDS = 60
_STOP_SECONDS = 15
_PORTS = range(20_000, 32_000)


class StackError(Exception):
    """The local stack cannot run; the message says why and what to do."""


def exit_status(run: Callable[[], int]) -> int:
    """What `run` comes to; 2 where the stack does not run, 130 where Ctrl-C or SIGTERM ended it in order. Says so."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return run()
    except StackError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped; nothing is left running.")
        return 130


@dataclass
class Process:
    """A child, called `name`, that is `ready` when that holds, and writes what it prints to `log_file`.

    It can be started again when it ended. `resting` is the exit status with which it ends of its own accord until it is
    needed again. `sockets` are those that it inherits.
    """

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str]
    log_file: Path
    ready: Callable[[], Awaitable[bool]]
    resting: int | None = None
    sockets: tuple[socket.socket, ...] = ()
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)
    _is_wanted: bool = field(default=False, init=False)
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    @property
    def pid(self) -> int | None:
        """Its process id; that of the last one where it has ended, None before it was started."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Returns when it is ready, at once where it is running already, or when it has come to rest, or was ended by
        somebody else, before anybody saw it ready; StackError when it does not get there.

        It has a session of its own, so that Ctrl-C reaches only the parent, which ends it in order.
        """
        async with self._starting:
            if self.is_running:
                return
            self._is_wanted = True
            with self.log_file.open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    *self.command,
                    env=dict(self.environ),
                    stdout=log,
                    stderr=log,
                    stdin=asyncio.subprocess.DEVNULL,
                    start_new_session=True,
                    pass_fds=[each.fileno() for each in self.sockets],
                )
            await self.wait_until(self._has_started, "being ready", _START_SECONDS)

    async def _has_started(self) -> bool:
        """Whether it is ready, or nobody need wait for that: it has come to rest, or is being ended."""
        is_ready = await self.ready()
        is_at_rest = not self.is_running and self._process is not None and self._process.returncode == self.resting
        return is_ready or is_at_rest or not self._is_wanted

    async def wait_until(self, condition: Callable[[], Awaitable[bool]], what: str, seconds: float) -> None:
        """Returns when `condition` holds; StackError when it does not within `seconds` or the child ended."""
        try:
            async with asyncio.timeout(seconds):
                while not await condition():
                    if self._process is None or self._process.returncode not in (None, self.resting):
                        raise StackError(f"{self.name} ended before {what}. {self._last_words()}")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise StackError(f"{self.name}: no sign of {what} in {seconds:.0f} s. {self._last_words()}") from None

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def ended(self) -> int:
        """Returns when it has ended, with its exit status; below 0 is the signal that ended it."""
        assert self._process
        return await self._process.wait()

    async def stop(self) -> None:
        """Ends it by SIGTERM, by SIGKILL if it lingers."""
        self._is_wanted = False
        if self._process is None or not self.is_running:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_SECONDS)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """Ends it by SIGKILL, in the middle of whatever it does."""
        self._is_wanted = False
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Does nothing meanwhile, and answers nobody."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def _last_words(self) -> str:
        lines = [line for line in self.log_file.read_text(errors="replace").splitlines() if line.strip()]
        return f"{self.log_file} ends with: {lines[-1] if lines else 'nothing'}"


@contextlib.asynccontextmanager
async def running(process: Process) -> AsyncIterator[Process]:
    """Starts `process`, and ends it on leaving."""
    try:
        await process.start()
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
    """A port that nobody listens on at the moment.

    It is none of those that a system gives to outgoing connections, one of which could have it a moment later.
    """
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            port = random.SystemRandom().choice(_PORTS)  # the tests' seed would give two processes the same port
            probe.bind(("127.0.0.1", port))
            return port
