"""The seams at which CPU is measured. The app has them anyway, and nothing of it is changed.

They are the ports (`callrecords/ports/`), two pure functions between them, and the containers of azure-cosmos.
"""

import functools
import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from azure.cosmos.aio import ContainerProxy

from bench.ingest.stages import FACTS, PARSE, Stopwatch
from callrecords.collect import factrows
from callrecords.graph import client

_FUNCTIONS = ((client, "parse", PARSE), (factrows, "fact_row", FACTS))
_METHODS = (
    "create_item",
    "upsert_item",
    "replace_item",
    "read_item",
    "patch_item",
    "delete_item",
    "execute_item_batch",
)


class Seam:
    """Stands for `target`, and counts the CPU of its methods; what those of `opening` return is a seam as well."""

    def __init__(self, target: object, stopwatch: Stopwatch, stage: str, opening: Sequence[str] = ()) -> None:
        self._target = target
        self._stopwatch = stopwatch
        self._stage = stage
        self._opening = opening

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        if not callable(found):
            return found
        method = timed(found, self._stopwatch, self._stage)
        return self._opened(method) if name in self._opening else method

    def _opened(self, method: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[Any]]:
        async def call(*arguments: Any, **options: Any) -> Any:
            return Seam(await method(*arguments, **options), self._stopwatch, self._stage)

        return call


class _Found:
    """What a query finds: an iterator that counts the CPU of each page."""

    def __init__(self, found: Any, stopwatch: Stopwatch) -> None:
        self._found = found
        self._stopwatch = stopwatch

    def __aiter__(self) -> "_Found":
        return self

    async def __anext__(self) -> Any:
        with self._stopwatch.stage(None):
            return await anext(self._found)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._found, name)


def timed(function: Callable[..., Any], stopwatch: Stopwatch, stage: str | None) -> Callable[..., Any]:
    """`function`, plain or async, so that its CPU is counted."""

    async def awaited(result: Awaitable[Any]) -> Any:
        with stopwatch.stage(stage):
            return await result

    @functools.wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        with stopwatch.stage(stage):
            result = function(*arguments, **options)
        return awaited(result) if inspect.isawaitable(result) else result

    return call


def instrument(stopwatch: Stopwatch) -> None:
    """Lets this process count what is no port of the app."""
    for module, name, stage in _FUNCTIONS:
        setattr(module, name, timed(getattr(module, name), stopwatch, stage))
    for name in _METHODS:
        setattr(ContainerProxy, name, timed(getattr(ContainerProxy, name), stopwatch, None))
    query = timed(ContainerProxy.query_items, stopwatch, None)
    setattr(ContainerProxy, "query_items", lambda *args, **options: _Found(query(*args, **options), stopwatch))  # noqa: B010
