import asyncio
import sys
from pathlib import Path

import pytest

from local.processes import Process, StackError

AT_REST = 3


async def never() -> bool:
    return False


def child(code: str, log: Path) -> Process:
    """A child that nobody ever sees ready."""
    return Process("The child", (sys.executable, "-c", code), {}, log, never, resting=AT_REST)


def ending(status: int, log: Path) -> Process:
    return child(f"raise SystemExit({status})", log)


async def test_a_child_that_comes_to_rest_before_it_was_seen_ready_is_not_waited_for(tmp_path: Path) -> None:
    at_rest = ending(AT_REST, tmp_path / "log")
    await at_rest.start()
    assert await at_rest.ended() == AT_REST


async def test_a_child_that_ends_otherwise_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="The child ended before being ready"):
        await ending(1, tmp_path / "log").start()


@pytest.mark.parametrize("end", ["kill", "stop"])
async def test_who_starts_a_child_does_not_fail_over_somebody_who_ends_it(tmp_path: Path, end: str) -> None:
    endless = child("import time; time.sleep(600)", tmp_path / "log")
    starting = asyncio.create_task(endless.start())
    while not endless.is_running:
        await asyncio.sleep(0)
    await getattr(endless, end)()
    await starting
    assert not endless.is_running
