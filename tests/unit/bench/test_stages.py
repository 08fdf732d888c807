"""CPU is counted for the innermost stage."""

import itertools
import time

import pytest

from bench.ingest.seams import Seam, timed
from bench.ingest.stages import GRAPH, PARSE, REST, SPLIT, STORE, Stopwatch


@pytest.fixture
def stopwatch(monkeypatch: pytest.MonkeyPatch) -> Stopwatch:
    """One for which each look at the clock is a second after the one before."""
    seconds = itertools.count()
    monkeypatch.setattr(time, "process_time", lambda: float(next(seconds)))
    return Stopwatch()


def counted(stopwatch: Stopwatch) -> dict[str, float]:
    return {stage: milliseconds / 1_000 for stage, milliseconds in stopwatch.stop().items() if milliseconds}


def test_a_stage_within_another_is_not_counted_twice(stopwatch: Stopwatch) -> None:
    with stopwatch.stage(GRAPH), stopwatch.stage(PARSE):
        pass
    assert counted(stopwatch) == {REST: 2, GRAPH: 2, PARSE: 1}


def test_azure_cosmos_counts_apart_within_the_archive_and_as_its_caller_elsewhere(stopwatch: Stopwatch) -> None:
    with stopwatch.stage(SPLIT), stopwatch.stage(None):
        pass
    assert counted(stopwatch) == {REST: 2, SPLIT: 2, STORE: 1}
    stopwatch.start()
    with stopwatch.stage(None):
        pass
    assert counted(stopwatch) == {REST: 3}


async def test_a_seam_counts_methods_plain_and_async_and_hands_on_what_they_raise(stopwatch: Stopwatch) -> None:
    class Reading:
        version = 1

        async def read_on(self) -> bool:
            raise KeyError

    class Records:
        async def start(self) -> Reading:
            return Reading()

    reading = await Seam(Records(), stopwatch, GRAPH, opening=("start",)).start()
    assert reading.version == 1
    assert counted(stopwatch) == {REST: 3, GRAPH: 2}
    with pytest.raises(KeyError):
        await reading.read_on()
    assert await timed(Records().start, stopwatch, PARSE)()
    assert counted(stopwatch)[PARSE] == 2
