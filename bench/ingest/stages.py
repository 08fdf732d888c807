"""CPU by stage, measured at seams that the app has anyway: nothing of the app is changed.

The seams are the ports (`callrecords/ports/`), the two pure functions between them, and the containers of azure-cosmos.
"""

import contextlib
import functools
import inspect
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from azure.cosmos.aio import ContainerProxy

from callrecords.collect import ingest
from callrecords.graph import client

GRAPH, PARSE, SPLIT, STORE, FACTS, ROWS, STATE, REST = (
    "Graph",
    "parse",
    "split",
    "store",
    "facts",
    "rows",
    "state",
    "rest",
)
STAGES = {
    GRAPH: "requests to Graph and their answers, without parsing these",
    PARSE: "Graph's JSON to objects",
    SPLIT: "the store of call records without azure-cosmos: items, their sizes and digests",
    STORE: "azure-cosmos, for the call records",
    FACTS: "the fact row",
    ROWS: "the store of fact rows, with azure-cosmos",
    STATE: "what is remembered between runs, with azure-cosmos",
    REST: "the use case and the queue message",
}
_FUNCTIONS = ((client, "parse", PARSE), (ingest, "fact_row", FACTS))
_METHODS = (
    "create_item",
    "upsert_item",
    "replace_item",
    "read_item",
    "patch_item",
    "delete_item",
    "execute_item_batch",
)


class Stopwatch:
    """CPU seconds of this process by stage, while one record is ingested at a time."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begins anew."""
        self.taken: dict[str, float] = dict.fromkeys(STAGES, 0.0)
        self._stages = [REST]
        self._since = time.process_time()

    def stop(self) -> dict[str, float]:
        """Milliseconds by stage."""
        self._mark()
        return {stage: seconds * 1_000 for stage, seconds in self.taken.items()}

    @contextlib.contextmanager
    def stage(self, name: str | None) -> Iterator[None]:
        """Counts the block as the stage, less what counts as another one in it; None for azure-cosmos, wherever it is
        called."""
        self._mark()
        current = self._stages[-1]
        self._stages.append(name or (STORE if current == SPLIT else current))
        try:
            yield
        finally:
            self._mark()
            self._stages.pop()

    def _mark(self) -> None:
        now = time.process_time()
        self.taken[self._stages[-1]] += now - self._since
        self._since = now


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
