"""What Cosmos DB charges for the requests of an ingest, in request units, by the rules of docs/deployment.md. Pure.

Sizes are in bytes of the item as JSON in UTF-8, without the properties that Cosmos DB adds. Only the charge of a point
read is not on that page: Microsoft says 1 RU for 1 kB and 10 RU for 100 kB
(https://learn.microsoft.com/azure/cosmos-db/request-units).
"""

from collections.abc import Iterator, Sequence
from typing import Any

_KB = 1_000
_WRITE, _WRITE_KB = 5.0, 0.45
# The page counts 23 RU for the mean fact row, 16 of them for its index: over the 3,000 calls that the page names, a row
# has 25 indexed values.
_INDEXED_VALUE = 16 / 25
_QUERY, _QUERY_KB = 3.0, 7 / 44  # 10 RU where 44 kB lie in the partition
_READ, _READ_KB = 1.0, 0.09

FAILED = 1.0
"""Of a request that finds nothing, or whose condition does not hold."""


def write(size: int, indexed: int = 0) -> float:
    """Of creating, replacing or deleting an item with so many indexed values."""
    return _WRITE + _WRITE_KB * size / _KB + _INDEXED_VALUE * indexed


def read(size: int) -> float:
    """Of reading an item by its id."""
    return _READ + _READ_KB * max(size / _KB - 1, 0)


def query(size: int) -> float:
    """Of a query over a partition in which items of so many bytes lie, all together."""
    return _QUERY + _QUERY_KB * size / _KB


def indexed_values(item: object, paths: Sequence[str]) -> int:
    """How many values of the item the index holds that has these included paths, such as `/userIds/[]/?`."""
    return sum(len(set(_values(item, path.removesuffix("/?").split("/")[1:]))) for path in paths)


def _values(value: Any, segments: Sequence[str]) -> Iterator[str]:
    if not segments:
        if not isinstance(value, dict | list):
            yield repr(value)
        return
    name, *rest = segments
    if name == "[]" and isinstance(value, list):
        for each in value:
            yield from _values(each, rest)
    elif isinstance(value, dict) and name in value:
        yield from _values(value[name], rest)
