import asyncio
import functools
from collections.abc import Iterator

import pytest

from callrecords.cosmos import callrecords, items
from tests.integration.cosmos.invented import BATCH_BYTES, PART_BYTES


@pytest.fixture(scope="module")
def small_items() -> Iterator[None]:
    """Lets small records need many parts, some of which do not fit in the batch with the header."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("split", "split_piece"):
            patch.setattr(callrecords, name, functools.partial(getattr(items, name), part_bytes=PART_BYTES))
        patch.setattr(items, "BATCH_BYTES", BATCH_BYTES)
        yield


@pytest.fixture
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets azure-cosmos repeat what failed without a wait."""
    sleep = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda _delay, result=None: sleep(0, result))
