"""A check of a dependency as a link, whatever becomes of it."""

import asyncio
from collections.abc import Awaitable

from callrecords.errors import own
from callrecords.operate.report import Link

# A dependency that takes longer counts as unavailable. Shorter than the time within which health answers.
PATIENCE_SECONDS = 2.0


async def checked[T](who: str, check: Awaitable[T], seconds: float = PATIENCE_SECONDS) -> T | Link:
    """What `check`, which asks `who`, comes to; a link that says why, where that is nothing within `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            return await check
    except TimeoutError:
        return Link(f"{who} did not answer within {seconds:.0f} s")
    except Exception as error:
        return Link(str(own(error)))
