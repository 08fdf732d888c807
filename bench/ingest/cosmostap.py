"""What Cosmos DB is asked: each request with its bytes, and what the service would charge for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from bench.ingest import charges
from callrecords.graphtypes import JsonObject
from local.cosmos.call import Call

_OF_ITEMS = "docs"  # the type of their resource


@dataclass(frozen=True)
class CosmosRequest:
    """A request for items; `sent` and `received` in bytes of the bodies, `charge` in RU."""

    container: str
    operation: str
    sent: int
    received: int
    charge: float

    @property
    def is_write(self) -> bool:
        return self.operation not in ("read", "query")


@dataclass(frozen=True)
class _Item:
    """An item that is stored: its bytes, and how many of its values are in the index."""

    size: int = 0
    indexed: int = 0

    @property
    def charge(self) -> float:
        return charges.write(self.size, self.indexed)


@dataclass
class CosmosTap:
    """Listens to a Cosmos server, whose containers have the indexing policies `policies`."""

    policies: Mapping[str, JsonObject]
    requests: list[CosmosRequest] = field(default_factory=list)
    _partitions: dict[tuple[str, str], dict[str, _Item]] = field(default_factory=dict)

    def stored(self, container: str) -> int:
        """Bytes of all items in the container."""
        partitions = (items for (name, _), items in self._partitions.items() if name == container)
        return sum(item.size for items in partitions for item in items.values())

    @web.middleware
    async def listen(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Notes the request and what it comes to."""
        path = tuple(request.path.strip("/").split("/"))
        call = Call(request.method, path, request.headers, await request.read(), "")
        response = await handler(request)
        container = call.container
        if container and container in self.policies and call.resource == _OF_ITEMS:
            assert isinstance(response, web.Response)
            received = response.body if isinstance(response.body, bytes) else b""
            charge = self._charge(call, container, response.status)
            noted = CosmosRequest(container, call.operation, len(call.body), len(received), charge)
            self.requests.append(noted)
        return response

    def _charge(self, call: Call, container: str, status: int) -> float:
        """The charge; keeps in mind what is stored then."""
        if status not in (200, 201, 204):
            return charges.FAILED
        key = container, call.headers.get("x-ms-documentdb-partitionkey", "")
        items = self._partitions.setdefault(key, {})
        if call.operation == "query":
            return charges.query(sum(item.size for item in items.values()))
        if call.operation != "batch":
            return self._operate(container, items, call.operation, call.path[-1], _json(call.body))
        return sum(
            self._operate(container, items, each["operationType"].lower(), each.get("id"), each.get("resourceBody"))
            for each in orjson.loads(call.body)
        )

    def _operate(
        self, container: str, items: dict[str, _Item], operation: str, item_id: str | None, body: Any
    ) -> float:
        match operation:
            case "create" | "upsert" | "replace":
                policy = self.policies[container]
                paths = [path["path"] for path in policy["includedPaths"]]
                indexed = charges.indexed_values(body, paths) + len(policy.get("compositeIndexes", ()))
                items[body["id"]] = _Item(len(orjson.dumps(body)), indexed)
                return items[body["id"]].charge
            case "delete":
                return items.pop(str(item_id), _Item()).charge
            case "patch":
                return items.get(str(item_id), _Item()).charge
            case "read":
                return charges.read(items.get(str(item_id), _Item()).size)
        raise ValueError(f"There is no rule for what Cosmos DB charges for {operation!r}.")


def _json(body: bytes) -> Any:
    return orjson.loads(body) if body else None
