"""Which requests Graph and Cosmos let fail, and how: planned from a seed, counted as it happens."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from local.cosmos import CosmosServer
from local.cosmos.faults import FaultRule
from local.graph import (
    Delay,
    Fault,
    GraphSimulator,
    Huge,
    LoneSurrogate,
    NextLinkLoop,
    NoContent,
    NotJson,
    Operation,
    OwnFailure,
    Redirect,
    Reset,
    Status,
    Truncate,
)
from local.graph.faults import Injection
from local.traffic import Call

_SESSIONS_IN_A_PAGE = 60
_REFUSED_SHARE = 0.01  # of the calls
_COSMOS_REQUESTS_A_CALL = 8  # at least


@dataclass(frozen=True)
class _Kind[T]:
    """A way to fail, `most_times` in a row; there is one for each `share` of the calls."""

    name: str
    share: float
    most_times: int
    make: Callable[[Random], T]


_GRAPH: tuple[_Kind[Injection], ...] = (
    # The first three stop every request of the app for as long as they say.
    _Kind("Graph 429, whole seconds", 0.005, 1, lambda rng: Status(429, rng.randint(1, 2))),
    _Kind("Graph 429, fractional seconds", 0.005, 1, lambda rng: Status(429, round(rng.uniform(0.3, 1.5), 3))),
    _Kind("Graph 503 with Retry-After", 0.005, 1, lambda _: Status(503, 1)),
    _Kind("Graph 404, then the record", 0.04, 3, lambda _: Status(404)),
    _Kind("Graph 500", 0.04, 3, lambda _: Status(500)),
    _Kind("Graph 503", 0.03, 3, lambda _: Status(503)),
    _Kind("Graph connection reset", 0.04, 2, lambda _: Reset()),
    _Kind("Graph slow answer", 0.04, 2, lambda rng: Delay(rng.uniform(0.5, 4))),
    _Kind("Graph truncated JSON", 0.02, 3, lambda _: Truncate()),
    _Kind("Graph not JSON", 0.02, 3, lambda _: NotJson()),
    _Kind("Graph 204", 0.01, 3, lambda _: NoContent()),
    _Kind("Graph redirect", 0.01, 3, lambda _: Redirect()),
    _Kind("Graph half a surrogate pair", 0.01, 2, lambda _: LoneSurrogate()),
    _Kind("Graph 1 GB of gzip", 0.002, 2, lambda _: Huge()),
    _Kind("Graph's own failure, as 400", 0.01, 3, lambda _: OwnFailure()),
    _Kind("Graph 401", 0.01, 3, lambda _: Status(401)),
)
_COSMOS: tuple[_Kind[FaultRule], ...] = (
    _Kind("Cosmos 429", 0.02, 6, lambda rng: FaultRule(status=429, retry_after_ms=rng.randint(10, 500))),
    _Kind("Cosmos 449", 0.01, 3, lambda _: FaultRule(status=449)),
    _Kind("Cosmos 503", 0.01, 3, lambda _: FaultRule(status=503)),
    _Kind("Cosmos reset before commit", 0.01, 3, lambda _: FaultRule(reset="before")),
    _Kind("Cosmos reset after commit", 0.01, 3, lambda _: FaultRule(reset="after")),
    _Kind("Cosmos slow answer", 0.01, 2, lambda rng: FaultRule(latency=rng.uniform(0.3, 2))),
)


class ServiceFaults:
    """The faults of both services in a run over `calls`."""

    def __init__(self, graph: GraphSimulator, cosmos: CosmosServer, calls: Sequence[Call], rng: Random) -> None:
        self._graph = graph
        self._cosmos = cosmos
        self._graph_faults = list(_graph_faults(calls, rng))
        self._cosmos_faults = list(_cosmos_faults(len(calls), rng))

    def begin(self) -> None:
        """From now on requests fail."""
        self._graph.faults += [fault for _, fault in self._graph_faults]
        self._cosmos.faults.rules += [rule for _, rule in self._cosmos_faults]

    def end(self) -> None:
        """From now on none does, but for those about the calls for which Graph has no answer."""
        self._graph.faults[:] = [fault for fault in self._graph.faults if fault.times is None]
        self._cosmos.faults.clear()

    def mend(self) -> None:
        """From now on Graph answers about these calls as well."""
        self._graph.faults.clear()

    def add(self, kind: str, fault: Fault) -> None:
        """Puts another fault of Graph before the others."""
        self._graph_faults.append((kind, fault))
        self._graph.faults.insert(0, fault)

    def happened(self) -> Counter[str]:
        """How many requests failed, by kind."""
        happened: Counter[str] = Counter()
        for kind, fault in self._graph_faults:
            happened[kind] += _hits(fault)
        for kind, rule in self._cosmos_faults:
            happened[kind] += rule.injected
        return happened

    def garbled(self) -> set[str]:
        """The calls about which Graph gave an answer with half of a surrogate pair in it."""
        return {call_id for call_id in self._met(lambda fault: isinstance(fault.do, LoneSurrogate)) if call_id}

    def unusable(self) -> set[str | None]:
        """The calls about which Graph gave an answer that nobody can use; None is among them where it was a list."""
        return self._met(lambda fault: isinstance(fault.do, NextLinkLoop) or fault.times is None)

    def _met(self, is_of_kind: Callable[[Fault], bool]) -> set[str | None]:
        return {fault.call_id for _, fault in self._graph_faults if _hits(fault) and is_of_kind(fault)}


def _hits(fault: Fault) -> int:
    return min(max(fault.seen - fault.skip, 0), fault.times or fault.seen)


def _graph_faults(calls: Sequence[Call], rng: Random) -> Iterator[tuple[str, Fault]]:
    """One call has one fault at most; every meeting that has pages gets a loop of nextLinks. About some calls Graph
    answers nothing but 400."""
    paged = [call.call_id for call in calls if len(call.versions[0].record["sessions"]) > _SESSIONS_IN_A_PAGE]
    for call_id in paged:
        yield "Graph nextLink loop", Fault(NextLinkLoop(), Operation.LIST_SESSIONS_NEXT, call_id)
    others = [call.call_id for call in calls if call.call_id not in paged]
    rng.shuffle(others)
    for _ in range(min(math.ceil(_REFUSED_SHARE * len(calls)), len(others))):
        yield "Graph 400, again and again", Fault(Status(400), call_id=others.pop(), times=None)
    for kind in _GRAPH:
        for _ in range(min(math.ceil(kind.share * len(calls)), len(others))):
            skip, times = rng.choice((0, 0, 1)), rng.randint(1, kind.most_times)
            yield kind.name, Fault(kind.make(rng), call_id=others.pop(), skip=skip, times=times)


def _cosmos_faults(calls: int, rng: Random) -> Iterator[tuple[str, FaultRule]]:
    """Spread over the requests that so many calls lead to."""
    for kind in _COSMOS:
        for _ in range(math.ceil(kind.share * calls)):
            skip, times = rng.randrange(calls * _COSMOS_REQUESTS_A_CALL), rng.randint(1, kind.most_times)
            yield kind.name, replace(kind.make(rng), skip=skip, times=times)
