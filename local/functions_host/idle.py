"""When a host has nothing to do, so that the platform would drop its worker."""

import asyncio
from collections.abc import Iterable

from local.functions_host.pauses import pause
from local.functions_host.queues import QueueListener
from local.functions_host.worker import Worker

_CHECK_SECONDS = 0.1


async def has_become_idle(
    seconds: float, listeners: Iterable[QueueListener], worker: Worker, stopping: asyncio.Event
) -> bool:
    """True when no queue has had a message for so long and no function is running; False when `stopping` is set.

    A message that is hidden is none: the platform's scale controller peeks
    (https://learn.microsoft.com/azure/azure-functions/event-driven-scaling).
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    while not stopping.is_set():
        left = max([began, *(each.latest for each in listeners)]) + seconds - loop.time()
        if left <= 0 and not worker.is_busy:
            return True
        await pause(max(left, _CHECK_SECONDS), stopping)
    return False
