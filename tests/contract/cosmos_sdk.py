"""Speaks to azure-cosmos alike whether its client is the sync or the aio one."""

import asyncio
import contextlib
import inspect
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.cosmos import ContainerProxy

_DEADLINE_SECONDS = 20

type CreateContainer = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class CosmosAccount:
    """Where an account is, and its key."""

    endpoint: str
    key: str


async def done(call: Any) -> Any:
    """What a call of the SDK returns, awaited where it has to be."""
    return await call if inspect.isawaitable(call) else call


async def listed(items: Any) -> list[Any]:
    """All of what a call of the SDK iterates over."""
    return [item async for item in items] if hasattr(items, "__aiter__") else list(items)


def query(container: Any, text: str, partition_key: Any = None, **options: Any) -> Any:
    """The results of a query, over all partitions where no `partition_key` is given."""
    if partition_key is not None:
        options["partition_key"] = partition_key
    elif isinstance(container, ContainerProxy):
        options["enable_cross_partition_query"] = True
    return container.query_items(text, **options)


async def pages(items: Any, continuation: str | None = None) -> AsyncIterator[tuple[list[Any], str | None]]:
    """The pages of a call's results, each with the token that leads to the one after it."""
    paged = items.by_page(continuation)
    if hasattr(paged, "__aiter__"):
        async for page in paged:
            yield await listed(page), paged.continuation_token
    else:
        for page in paged:
            yield list(page), paged.continuation_token


@contextlib.contextmanager
def refused(status: int) -> Iterator[pytest.ExceptionInfo[HttpResponseError]]:
    """Passes where the block raises an error of `status`."""
    with pytest.raises(HttpResponseError) as error:
        yield error
    assert error.value.status_code == status, error.value.message


async def until(condition: Callable[[], Awaitable[bool]], what: str) -> None:
    """Waits until `condition` holds; fails with `what` if it does not come true."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while not await condition():
        assert time.monotonic() < deadline, f"{what}: not within {_DEADLINE_SECONDS} s"
        await asyncio.sleep(0.05)
