"""What the workers of a test run have together, because it takes long to make."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[], str]) -> str:
    """What `make` gives, which only one worker of a run calls: the others wait for it, and read it."""
    own = factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    return _read_or_made(folder / name, make)


def _read_or_made(file: Path, make: Callable[[], str]) -> str:
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            file.write_text(make())
        return file.read_text()
