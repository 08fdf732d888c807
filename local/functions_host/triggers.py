"""What triggers the app's functions, as far as this host can."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.functions_host import schedules
from local.functions_host.app_settings import connection_string, resolve
from local.functions_host.errors import HostError
from local.functions_host.routes import RouteTemplate
from local.functions_host.schedules import Schedule
from local.functions_host.worker import Function

_OUTPUT = "http"


@dataclass(frozen=True)
class HttpTrigger:
    """`methods` is empty where every method is welcome; `output` is the name of the binding with the answer."""

    route: str
    template: RouteTemplate
    methods: frozenset[str]
    needs_key: bool
    output: str


@dataclass(frozen=True)
class QueueTrigger:
    """A storage queue, reached by the connection of that name."""

    queue: str
    connection: str
    connection_string: str


@dataclass(frozen=True)
class TimerTrigger:
    """`expression` is what `schedule` was read from."""

    expression: str
    schedule: Schedule
    run_on_startup: bool


type Trigger = HttpTrigger | QueueTrigger | TimerTrigger


def read(function: Function, route_prefix: str, environ: Mapping[str, str]) -> Trigger:
    """The function's trigger; HostError names the function, and what of it this host cannot run."""
    try:
        if function.has_retry_policy:
            raise HostError("it has a retry policy, which this host does not apply.")
        for binding in (function.trigger, *function.other_bindings):
            if binding["type"] not in (*_READERS, _OUTPUT):
                raise HostError(
                    f"binding {binding['name']} is of type {binding['type']}: expected "
                    f"{', '.join(_READERS)} or {_OUTPUT}, this host has no others."
                )
        return _READERS[function.trigger["type"]](function, route_prefix, environ)
    except (HostError, ValueError) as error:
        raise HostError(f"Function {function.name}: {error}") from None


def _http(function: Function, route_prefix: str, _environ: Mapping[str, str]) -> HttpTrigger:
    route = "/".join(filter(None, (route_prefix, function.trigger.get("route", function.name))))
    return HttpTrigger(
        route=route,
        template=RouteTemplate.parse(route),
        methods=frozenset(method.upper() for method in function.trigger.get("methods", ())),
        needs_key=function.trigger.get("authLevel", "").lower() != "anonymous",
        output=next((binding["name"] for binding in function.other_bindings if binding["type"] == _OUTPUT), "$return"),
    )


def _queue(function: Function, _route_prefix: str, environ: Mapping[str, str]) -> QueueTrigger:
    connection = function.trigger.get("connection") or "AzureWebJobsStorage"
    return QueueTrigger(
        queue=resolve(function.trigger["queueName"], environ).lower(),
        connection=connection,
        connection_string=connection_string(connection, environ),
    )


def _timer(function: Function, _route_prefix: str, environ: Mapping[str, str]) -> TimerTrigger:
    expression = resolve(function.trigger["schedule"], environ)
    return TimerTrigger(
        expression=expression,
        schedule=schedules.parse(expression),
        run_on_startup=bool(function.trigger.get("runOnStartup")),
    )


_READERS: dict[str, Callable[[Function, str, Mapping[str, str]], Trigger]] = {
    "httpTrigger": _http,
    "queueTrigger": _queue,
    "timerTrigger": _timer,
}
