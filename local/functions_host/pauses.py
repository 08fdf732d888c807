"""Waiting that ends early when the host stops."""

import asyncio
import contextlib


async def pause(seconds: float, stopping: asyncio.Event) -> None:
    """Returns after `seconds`, or at once when `stopping` is set."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stopping.wait()
