"""What a container is made of."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from callrecords.graphtypes import JsonObject
from local.cosmos.errors import bad_request
from local.cosmos.indexing import DEFAULT_POLICY, check_policy
from local.cosmos.partitions import PartitionKeyDefinition

_SUPPORTED = {"id", "partitionKey", "indexingPolicy", "defaultTtl", "uniqueKeyPolicy"}
_UNCHANGEABLE = ("id", "partitionKey", "uniqueKeyPolicy")
_LONGEST_TTL = 2**31 - 1  # seconds


@dataclass(frozen=True)
class Container:
    """A container; `body` is the resource as clients see it."""

    body: JsonObject

    @property
    def rid(self) -> str:
        return str(self.body["_rid"])

    @property
    def default_ttl(self) -> int | None:
        """Seconds that items live; -1: only those with a `ttl` of their own expire; None: nothing ever does."""
        ttl: int | None = self.body.get("defaultTtl")
        return ttl

    @property
    def indexing_policy(self) -> JsonObject:
        policy: JsonObject = self.body["indexingPolicy"]
        return policy

    @property
    def unique_keys(self) -> list[list[str]]:
        """The paths of each unique key."""
        return _unique_keys(self.body.get("uniqueKeyPolicy"))

    @cached_property
    def partition_key(self) -> PartitionKeyDefinition:
        return PartitionKeyDefinition.parse(self.body["partitionKey"])


def define(definition: Any) -> JsonObject:
    """A new container's own properties, defaults filled in. Raises 400."""
    if not isinstance(definition, dict):
        raise bad_request(f"The container is {definition!r}; expected an object.")
    own = {name: value for name, value in definition.items() if value is not None and name[:1] != "_"}
    if unknown := sorted(own.keys() - _SUPPORTED):
        raise bad_request(f"The container has {', '.join(unknown)}, which this server does not support.")
    own.setdefault("indexingPolicy", DEFAULT_POLICY)
    PartitionKeyDefinition.parse(own.get("partitionKey"))
    check_policy(own["indexingPolicy"])
    _unique_keys(own.get("uniqueKeyPolicy"))
    if (default_ttl := own.get("defaultTtl")) is not None:
        check_ttl("defaultTtl", default_ttl)
    return own


def redefine(container: Container, definition: Any) -> JsonObject:
    """The own properties that `container` gets in exchange for those it has. Raises 400."""
    own = define(definition)
    own = {name: container.body[name] for name in _UNCHANGEABLE if name in container.body} | own
    if changed := [name for name in _UNCHANGEABLE if own.get(name) != container.body.get(name)]:
        raise bad_request(f"{', '.join(changed)} of a container cannot be changed.")
    return own


def _unique_keys(policy: Any) -> list[list[str]]:
    """The paths of each unique key of a `uniqueKeyPolicy`. Raises 400."""
    match policy:
        case None:
            return []
        case {"uniqueKeys": [*keys]} if all(isinstance(key, dict) and _is_paths(key.get("paths")) for key in keys):
            return [key["paths"] for key in keys]
    raise bad_request(f"uniqueKeyPolicy is {policy!r}; expected uniqueKeys, each with paths.")


def _is_paths(paths: Any) -> bool:
    return isinstance(paths, list) and all(isinstance(path, str) for path in paths)


def check_ttl(name: str, ttl: Any) -> None:
    """Raises 400 unless `ttl` is -1 or a number of seconds."""
    if type(ttl) is not int or not (ttl == -1 or 1 <= ttl <= _LONGEST_TTL):
        raise bad_request(f"{name} is {ttl!r}; expected -1, or seconds from 1 to {_LONGEST_TTL}.")
