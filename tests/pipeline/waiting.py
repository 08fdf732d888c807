"""Waiting for a condition instead of for time to pass."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable

# The slowest condition takes 15 s on a quiet machine. However busy one is, only a real failure takes this long.
_MOST_SECONDS = 150


async def until(condition: Callable[[], bool | Awaitable[bool]]) -> None:
    """Returns when `condition` holds; TimeoutError when it never does."""
    async with asyncio.timeout(_MOST_SECONDS):
        while True:
            holds = condition()
            if await holds if inspect.isawaitable(holds) else holds:
                return
            await asyncio.sleep(0.05)
