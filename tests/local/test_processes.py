import sys
from pathlib import Path

import pytest

from local.processes import Process, StackError

AT_REST = 3


async def never() -> bool:
    return False


def ending(status: int, log: Path) -> Process:
    """A child that ends before anybody has seen it ready."""
    command = (sys.executable, "-c", f"raise SystemExit({status})")
    return Process("The child", command, {}, log, never, resting=AT_REST)


async def test_a_child_that_comes_to_rest_before_it_was_seen_ready_is_not_waited_for(tmp_path: Path) -> None:
    child = ending(AT_REST, tmp_path / "log")
    await child.start()
    assert await child.ended() == AT_REST


async def test_a_child_that_ends_otherwise_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="The child ended before being ready"):
        await ending(1, tmp_path / "log").start()
