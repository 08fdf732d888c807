"""Puts the host together, and takes it down."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from local.functions_host import app_settings, host_json, logs, triggers
from local.functions_host.admin import Admin
from local.functions_host.errors import HostError
from local.functions_host.host_json import QueueOptions
from local.functions_host.http import HttpFunctions, body_limit
from local.functions_host.idle import has_become_idle
from local.functions_host.queues import QueueListener
from local.functions_host.storage_queues import StorageQueues
from local.functions_host.timers import TimerListener
from local.functions_host.triggers import HttpTrigger, QueueTrigger, TimerTrigger, Trigger
from local.functions_host.worker import Function, Worker

_ADDRESS = "127.0.0.1"
# How long running functions may take to finish when the host is told to stop.
_GRACE_SECONDS = 5.0


type _Functions = Sequence[tuple[Function, Trigger]]
type _Listeners = Sequence[QueueListener | TimerListener]


@dataclass(frozen=True)
class Options:
    """How to run an app.

    `port`: 0 takes a free one. `socket`: the descriptor of a socket that listens already, in place of a port. `key`:
    opens what is guarded, None where nothing is. `lease`: on messages. `idle`: seconds without a message after which
    the host ends, as a worker does that is scaled in.
    """

    port: int
    socket: int | None
    key: str | None
    lease: timedelta
    idle: float


async def serve(app_dir: Path, options: Options) -> bool:
    """Runs the app until SIGINT or SIGTERM, or until it was idle for long: then it is True.

    HostError says why it cannot be run.
    """
    stopping = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    settings = host_json.read(app_dir)
    app_settings.complete(os.environ, app_dir)
    with _listening_socket(options) as listening:
        # As `func start` sets them.
        os.environ.setdefault("AZURE_FUNCTIONS_ENVIRONMENT", "Development")
        os.environ.setdefault("WEBSITE_HOSTNAME", f"localhost:{listening.getsockname()[1]}")
        worker = Worker()
        logs.configure(settings.log_levels, worker.current_invocation)
        functions = [
            (function, triggers.read(function, settings.route_prefix, os.environ))
            for function in await worker.load(app_dir)
        ]
        async with contextlib.AsyncExitStack() as services:
            listeners = _listeners(functions, worker, settings.queues, options.lease, services)
            return await _run(functions, listeners, worker, options, listening, stopping)


async def _run(
    functions: _Functions,
    listeners: _Listeners,
    worker: Worker,
    options: Options,
    listening: socket.socket,
    stopping: asyncio.Event,
) -> bool:
    """Whether it ended because it was idle."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(None) as grace, asyncio.TaskGroup() as tasks:
            admin = Admin([function for function, _ in functions], listeners, tasks.create_task, options.key)
            runner = await _start_http(listening, admin, _http_functions(functions, worker, options.key))
            for listener in listeners:
                tasks.create_task(listener.run(stopping))
            _announce(functions, f"http://{_ADDRESS}:{listening.getsockname()[1]}")
            queues = [each for each in listeners if isinstance(each, QueueListener)]
            is_idle = await has_become_idle(options.idle, queues, worker, stopping)
            stopping.set()
            grace.reschedule(asyncio.get_running_loop().time() + _GRACE_SECONDS)
            await runner.cleanup()
    return is_idle


def _listening_socket(options: Options) -> socket.socket:
    if options.socket is not None:
        return socket.socket(fileno=options.socket)
    try:
        return socket.create_server((_ADDRESS, options.port), backlog=1024)
    except OSError as error:
        raise HostError(f"Port {options.port} cannot be listened to: {error.strerror}.") from None


def _listeners(
    functions: _Functions,
    worker: Worker,
    options: QueueOptions,
    lease: timedelta,
    services: contextlib.AsyncExitStack,
) -> _Listeners:
    """The listeners of queue and timer triggers; `services` closes the connections that they share."""
    queues: dict[str, StorageQueues] = {}
    listeners: list[QueueListener | TimerListener] = []
    for function, trigger in functions:
        if isinstance(trigger, TimerTrigger):
            listeners.append(TimerListener(function, trigger, worker))
        elif isinstance(trigger, QueueTrigger):
            if trigger.connection_string not in queues:
                queues[trigger.connection_string] = _connect(function, trigger)
                services.push_async_callback(queues[trigger.connection_string].close)
            account = queues[trigger.connection_string]
            listeners.append(QueueListener(function, trigger.queue, account, options, lease, worker))
    return listeners


def _connect(function: Function, trigger: QueueTrigger) -> StorageQueues:
    try:
        return StorageQueues(trigger.connection_string)
    except ValueError as error:
        raise HostError(f"Function {function.name}: connection {trigger.connection}: {error}") from None


def _http_functions(functions: _Functions, worker: Worker, key: str | None) -> HttpFunctions:
    return HttpFunctions(
        [(function, trigger) for function, trigger in functions if isinstance(trigger, HttpTrigger)], worker, key
    )


async def _start_http(listening: socket.socket, admin: Admin, functions: HttpFunctions) -> web.AppRunner:
    app = web.Application(client_max_size=body_limit(os.environ))
    admin.add_to(app)
    app.router.add_route("*", "/{path:.*}", functions.answer)
    # A compressed body reaches the function as it was sent.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GRACE_SECONDS, auto_decompress=False)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    return runner


def _announce(functions: _Functions, url: str) -> None:
    for function, trigger in functions:
        print(f"{function.name}: {function.trigger['type']} {_described(trigger, url)}")
    print(f"Ready on {url}", flush=True)


def _described(trigger: Trigger, url: str) -> str:
    match trigger:
        case HttpTrigger():
            return f"[{', '.join(sorted(trigger.methods)) or 'every method'}] {url}/{trigger.route}"
        case QueueTrigger():
            return trigger.queue
        case TimerTrigger():
            return trigger.expression
