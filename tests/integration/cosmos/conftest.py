import asyncio
import functools
from collections.abc import Iterator

import pytest

from callrecords.cosmos import callrecords, items
from tests.integration.cosmos.invented import ITEM_BYTES


@pytest.fixture(scope="module")
def small_items() -> Iterator[None]:
    """Lets small records need several parts."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("split", "split_piece"):
            patch.setattr(callrecords, name, functools.partial(getattr(items, name), item_bytes=ITEM_BYTES))
        yield


@pytest.fixture
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets azure-cosmos repeat what failed without a wait."""
    sleep = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda _delay, result=None: sleep(0, result))
