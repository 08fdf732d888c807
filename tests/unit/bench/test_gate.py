"""When the readers that are held back go on."""

import asyncio

import pytest

from bench.ingest import graphtap
from bench.ingest.graphtap import Gate


async def test_it_opens_when_the_last_reader_comes_and_stays_open() -> None:
    gate = Gate(3)
    gate.ask()
    waiting = [asyncio.create_task(gate.wait()) for _ in range(2)]
    await asyncio.sleep(0)
    assert not any(each.done() for each in waiting)
    await gate.wait()
    await asyncio.gather(*waiting)
    await gate.wait()


async def test_it_opens_when_nobody_asks_for_anything_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphtap, "_QUIET_SECONDS", 0.01)
    gate = Gate(2)
    gate.ask()
    await gate.wait()
    await gate.wait()
