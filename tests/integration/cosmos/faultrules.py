"""The ways in which a request to Cosmos can fail, by name, for one request or for all from one on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from local.cosmos.errors import CosmosError
from local.cosmos.faults import FaultRule


@dataclass
class ThrottledUnsaid(FaultRule):
    """A 429 that does not say when to come back."""

    status: int | None = 429

    async def inject(self, request: web.Request, answer: Callable[[], web.Response]) -> web.Response:
        raise CosmosError(429, "TooManyRequests", "By a fault rule.")


@dataclass
class ReplicaBehind(FaultRule):
    """The 404 of a replica that is behind the client's session.

    https://learn.microsoft.com/rest/api/cosmos-db/http-status-codes-for-cosmosdb
    """

    latency: float | None = 0.0

    async def inject(self, request: web.Request, answer: Callable[[], web.Response]) -> web.Response:
        raise CosmosError(404, "NotFound", "By a fault rule.", {"x-ms-substatus": "1002"})


_STATUSES = (408, 409, 412, 429, 449, 500, 503)

FAULTS: dict[str, Callable[..., FaultRule]] = {
    **{f"{status}": partial(FaultRule, status=status) for status in _STATUSES},
    "429 that does not say when": ThrottledUnsaid,
    "404 of a replica that is behind": ReplicaBehind,
    "reset before": partial(FaultRule, reset="before"),
    "reset after commit": partial(FaultRule, reset="after"),
}
