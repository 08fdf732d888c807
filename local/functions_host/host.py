"""Puts the host together, and takes it down."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from local.functions_host import app_settings, host_json, logs, triggers
from local.functions_host.admin import Admin
from local.functions_host.errors import HostError
from local.functions_host.host_json import QueueOptions
from local.functions_host.http import MAX_BODY_BYTES, HttpFunctions
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


async def serve(app_dir: Path, port: int, key: str | None) -> None:
    """Runs the app until SIGINT or SIGTERM; port 0 takes a free one. HostError says why it cannot be run."""
    stopping = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    settings = host_json.read(app_dir)
    app_settings.complete(os.environ, app_dir)
    with _listening_socket(port) as listening:
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
            listeners = _listeners(functions, worker, settings.queues, services)
            http_functions = _http_functions(functions, worker, key)
            await _run(functions, listeners, http_functions, key, listening, stopping)


async def _run(
    functions: _Functions,
    listeners: _Listeners,
    http_functions: HttpFunctions,
    key: str | None,
    listening: socket.socket,
    stopping: asyncio.Event,
) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(None) as grace, asyncio.TaskGroup() as tasks:
            admin = Admin([function for function, _ in functions], listeners, tasks.create_task, key)
            runner = await _start_http(listening, admin, http_functions)
            for listener in listeners:
                tasks.create_task(listener.run(stopping))
            _announce(functions, f"http://{_ADDRESS}:{listening.getsockname()[1]}")
            await stopping.wait()
            grace.reschedule(asyncio.get_running_loop().time() + _GRACE_SECONDS)
            await runner.cleanup()


def _listening_socket(port: int) -> socket.socket:
    try:
        return socket.create_server((_ADDRESS, port), backlog=1024)
    except OSError as error:
        raise HostError(f"Port {port} cannot be listened to: {error.strerror}.") from None


def _listeners(
    functions: _Functions,
    worker: Worker,
    options: QueueOptions,
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
            listeners.append(QueueListener(function, trigger.queue, account, options, worker))
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
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    admin.add_to(app)
    app.router.add_route("*", "/{path:.*}", functions.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_GRACE_SECONDS)
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
