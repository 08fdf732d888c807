"""CPU by stage."""

import contextlib
import time
from collections.abc import Iterator

GRAPH, PARSE, SPLIT, STORE = "Graph", "parse", "split", "store"
FACTS, ROWS, STATE, REST = "facts", "rows", "state", "rest"
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
