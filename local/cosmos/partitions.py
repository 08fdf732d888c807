"""Partition keys: what they are in an item and on the wire, and where they lie among all of them.

An effective partition key is the hash that orders the logical partitions of a container, as upper-case
hexadecimal digits. Under a hierarchical key it is the hashes of the levels one after the other, so all that a
prefix of the levels covers lies together.
https://learn.microsoft.com/azure/cosmos-db/hierarchical-partition-keys
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple, Self

import orjson
from azure.cosmos import PartitionKey

from callrecords.graphtypes import JsonObject
from local.cosmos.errors import bad_request, partition_range_gone, wrong_partition_key

UNDEFINED: JsonObject = {}  # how the wire writes that an item has no value at the partition key's path
_MAX_LEVELS = 3


class Scope(NamedTuple):
    """The effective partition keys from `low` up to, but without, `high`."""

    low: str
    high: str


_FIRST, _END = "", "FF"


def physical_partitions(split_at: Sequence[str]) -> dict[str, Scope]:
    """What lies on each physical partition, by its id: one more than there are keys at which they part."""
    return {str(number): Scope(*each) for number, each in enumerate(pairwise([_FIRST, *sorted(split_at), _END]))}


def value_at(item: Any, path: str) -> Any:
    """The value at `path`, such as `/address/city`, or `UNDEFINED`."""
    for name in path.replace('"', "").strip("/").split("/"):
        if not isinstance(item, dict) or name not in item:
            return UNDEFINED
        item = item[name]
    return item


@dataclass(frozen=True)
class PartitionKeyDefinition:
    """The partition key of a container: one path, or up to three of a hierarchical one."""

    paths: tuple[str, ...]
    kind: str
    version: int

    @classmethod
    def parse(cls, definition: Any) -> Self:
        """Reads the `partitionKey` of a container. Raises 400."""
        match definition:
            case {"kind": "Hash", "paths": [str(path)]} if definition.get("version", 1) in (1, 2):
                return cls((path,), "Hash", definition.get("version", 1))
            case {"kind": "MultiHash", "paths": [*paths], "version": 2} if 1 <= len(paths) <= _MAX_LEVELS and all(
                isinstance(path, str) for path in paths
            ):
                return cls(tuple(paths), "MultiHash", 2)
        raise bad_request(
            f"partitionKey is {definition!r}; expected kind Hash with one path, or MultiHash, version 2, with up to 3."
        )

    def of_item(self, item: JsonObject) -> str:
        """The effective partition key that the item's own values give."""
        return self._effective([value_at(item, path) for path in self.paths])

    def point(self, header: str) -> str:
        """The effective partition key of a whole key on the wire, such as `["a","b"]`. Raises 400."""
        values = self._values(header)
        if len(values) != len(self.paths):
            raise wrong_partition_key(f"Partition key {header} has {len(values)} of {len(self.paths)} levels.")
        return self._effective(values)

    def scope(self, header: str) -> tuple[Scope, bool]:
        """What a key on the wire, or a prefix of one, covers; and whether that is one logical partition.

        Raises 400.
        """
        values = self._values(header)
        low = self._effective(values)
        return Scope(low, low + "FF"), len(values) == len(self.paths)

    def _values(self, header: str) -> list[Any]:
        try:
            values = orjson.loads(header)
        except orjson.JSONDecodeError:
            values = None
        scalars = (str, int, float, type(None))
        if (
            isinstance(values, list)
            and 1 <= len(values) <= len(self.paths)
            and all(isinstance(value, scalars) or value == UNDEFINED for value in values)
        ):
            return values
        raise bad_request(f"Partition key is {header}; expected an array of 1 to {len(self.paths)} scalars.")

    def _effective(self, values: list[Any]) -> str:
        return _effective_partition_key(self, orjson.dumps(values))


def requested_scope(
    headers: Mapping[str, str], definition: PartitionKeyDefinition, partitions: Mapping[str, Scope]
) -> tuple[Scope, bool]:
    """What a query or a feed is to cover; and whether that is one logical partition. Raises 400 and 410."""
    range_id = headers.get("x-ms-documentdb-partitionkeyrangeid")
    if range_id is not None and range_id not in partitions:
        raise partition_range_gone(range_id)
    key = headers.get("x-ms-documentdb-partitionkey")
    if key is not None:
        return definition.scope(key)
    partition = partitions[range_id] if range_id else Scope(_FIRST, _END)
    low, high = headers.get("x-ms-start-epk", _FIRST), headers.get("x-ms-end-epk", _END)
    return Scope(max(low, partition.low), min(high, partition.high)), False


@lru_cache(maxsize=100_000)
def _effective_partition_key(definition: PartitionKeyDefinition, values: bytes) -> str:
    # The client library has the service's hash: a second one here could only be wrong.
    hashed = PartitionKey._get_hashed_partition_key_string(orjson.loads(values), definition.kind, definition.version)
    return str(hashed).upper()
