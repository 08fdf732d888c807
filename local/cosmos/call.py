"""One request as the service sees it, and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson

from local.cosmos.errors import bad_request

OPERATIONS = (
    "create",
    "upsert",
    "replace",
    "read",
    "delete",
    "patch",
    "query",
    "list",
    "batch",
    "change_feed",
    "account",
    "databases",
    "containers",
    "offers",
    "partition_key_ranges",
)
_OTHER_RESOURCES = {
    "": "account",
    "dbs": "databases",
    "colls": "containers",
    "offers": "offers",
    "pkranges": "partition_key_ranges",
}
_OF_ONE_ITEM = {"GET": "read", "PUT": "replace", "DELETE": "delete", "PATCH": "patch"}


@dataclass(frozen=True)
class Call:
    """A request: `path` is its unquoted segments; the names of `headers` are case-insensitive."""

    method: str
    path: tuple[str, ...]
    headers: Mapping[str, str]
    body: bytes
    origin: str

    @property
    def resource(self) -> str:
        """The type of the resource, such as `docs`; empty for the account."""
        return self.path[-1 if len(self.path) % 2 else -2] if self.path else ""

    @property
    def container(self) -> str | None:
        """The id of the container that the call is about."""
        return self.path[3] if len(self.path) > 3 else None

    @cached_property
    def operation(self) -> str:
        """One of `OPERATIONS`, or `unsupported`."""
        if self.resource != "docs":
            return _OTHER_RESOURCES.get(self.resource, "unsupported")
        if len(self.path) % 2 == 0:
            return _OF_ONE_ITEM.get(self.method, "unsupported")
        if self.method == "GET":
            return "change_feed" if "a-im" in self.headers else "list"
        if self.is_query:
            return "query"
        if self.flag("x-ms-cosmos-is-batch-request"):
            return "batch"
        return "upsert" if self.flag("x-ms-documentdb-is-upsert") else "create"

    @property
    def is_query(self) -> bool:
        """Whether the body is a query, where it could be a resource as well."""
        return self.flag("x-ms-documentdb-isquery")

    def flag(self, header: str) -> bool:
        return self.headers.get(header, "").lower() == "true"

    def json(self) -> Any:
        """The body, parsed. Raises 400 where it is not JSON."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise bad_request(f"The request's body is not JSON: {error}.") from None


@dataclass(frozen=True)
class Answer:
    """An answer: `body` is JSON as bytes or as what becomes JSON; `charge` is in request units."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    charge: float = 1.0


def feed(name: str, resources: list[Any], headers: Mapping[str, str] | None = None) -> Answer:
    """The answer that lists `resources` under `name`, at roughly what the service charges."""
    count = len(resources)
    body = {"_rid": "", name: resources, "_count": count}
    return Answer(200, body, {"x-ms-item-count": str(count), **(headers or {})}, 2 + count * 0.03)
