"""host.json, checked (https://learn.microsoft.com/azure/azure-functions/functions-host-json and, for queues,
https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue#host-json)."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from local.functions_host import timespans
from local.functions_host.errors import HostError
from local.functions_host.json_files import read_object

_HONOURED = ("version", "extensions", "logging")
# Accepted, without effect on one process on one machine.
_WITHOUT_EFFECT = (
    "aggregator",
    "concurrency",
    "extensionBundle",
    "functionTimeout",
    "healthMonitor",
    "managedDependency",
    "singleton",
    "telemetryMode",
    "watchDirectories",
    "watchFiles",
)
_HTTP_WITHOUT_EFFECT = ("dynamicThrottlesEnabled", "hsts", "maxConcurrentRequests", "maxOutstandingRequests")

_LOG_LEVELS = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "information": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "none": logging.CRITICAL + 1,
}
_ENCODINGS = ("base64", "none")


@dataclass(frozen=True)
class QueueOptions:
    """How queue triggers poll, retry and decode."""

    max_polling_interval: timedelta
    visibility_timeout: timedelta
    batch_size: int
    new_batch_threshold: int
    max_dequeue_count: int
    base64: bool


@dataclass(frozen=True)
class HostJson:
    """The settings that this host honours; `log_levels` has Python's levels by category, `default` among them."""

    route_prefix: str
    queues: QueueOptions
    log_levels: Mapping[str, int]


def read(app_dir: Path) -> HostJson:
    """The app's host.json; HostError names the setting that is wrong."""
    return parse(read_object(app_dir / "host.json"))


def parse(document: Mapping[str, object]) -> HostJson:
    """The settings in the document; HostError names the one that is wrong."""
    root = _Section("", document)
    root.allow_only(*_HONOURED, *_WITHOUT_EFFECT)
    root.setting("version", None, _one_of("2.0"), '"2.0"')
    extensions = root.section("extensions")
    http = extensions.section("http")
    http.allow_only("routePrefix", *_HTTP_WITHOUT_EFFECT)
    return HostJson(
        route_prefix=http.setting("routePrefix", "api", _text, "a text").strip("/"),
        queues=_queue_options(extensions.section("queues")),
        log_levels=_log_levels(root.section("logging").section("logLevel")),
    )


def _queue_options(queues: "_Section") -> QueueOptions:
    queues.allow_only(
        "maxPollingInterval",
        "visibilityTimeout",
        "batchSize",
        "newBatchThreshold",
        "maxDequeueCount",
        "messageEncoding",
    )
    batch_size = queues.setting("batchSize", 16, _whole(1, 32), "a whole number from 1 to 32")
    return QueueOptions(
        max_polling_interval=queues.setting(
            "maxPollingInterval", "00:01:00", _timespan(timedelta(milliseconds=100)), "hh:mm:ss from 00:00:00.1"
        ),
        visibility_timeout=queues.setting(
            "visibilityTimeout", "00:00:00", _timespan(timedelta()), "hh:mm:ss of at most 7 days"
        ),
        batch_size=batch_size,
        new_batch_threshold=queues.setting("newBatchThreshold", batch_size // 2, _whole(0), "a whole number from 0"),
        max_dequeue_count=queues.setting("maxDequeueCount", 5, _whole(1), "a whole number from 1"),
        base64=queues.setting("messageEncoding", "base64", _one_of(*_ENCODINGS), " or ".join(_ENCODINGS)) == "base64",
    )


def _log_levels(section: "_Section") -> dict[str, int]:
    expected = f"one of {', '.join(level.title() for level in _LOG_LEVELS)}"
    levels = {
        category: _LOG_LEVELS[section.setting(category, None, _one_of(*_LOG_LEVELS), expected)]
        for category in section.names
    }
    return {"default": logging.INFO, **levels}


class _Section:
    """The JSON object at `path`, dotted, of host.json."""

    def __init__(self, path: str, values: object) -> None:
        if not isinstance(values, dict):
            raise HostError(f"host.json: {path} is {values!r}: expected an object.")
        self._path = path
        self._values = values

    @property
    def names(self) -> list[str]:
        return list(self._values)

    def _named(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def section(self, name: str) -> "_Section":
        return _Section(self._named(name), self._values.get(name, {}))

    def allow_only(self, *names: str) -> None:
        for name in self._values:
            if name not in names:
                raise HostError(
                    f"host.json: {self._named(name)} is not known to this host: expected {', '.join(names)}."
                )

    def setting[T](self, name: str, default: object, parse: Callable[[object], T], expected: str) -> T:
        value = self._values.get(name, default)
        try:
            return parse(value)
        except ValueError:
            raise HostError(f"host.json: {self._named(name)} is {value!r}: expected {expected}.") from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


def _one_of(*texts: str) -> Callable[[object], str]:
    def parse(value: object) -> str:
        text = _text(value).lower()
        if text not in texts:
            raise ValueError
        return text

    return parse


def _whole(lowest: int, highest: int = 2**31 - 1) -> Callable[[object], int]:
    def parse(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise ValueError
        return value

    return parse


def _timespan(shortest: timedelta) -> Callable[[object], timedelta]:
    def parse(value: object) -> timedelta:
        span = timespans.parse(_text(value))
        if not shortest <= span <= timedelta(days=7):
            raise ValueError
        return span

    return parse
