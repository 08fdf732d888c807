"""TOP and OFFSET LIMIT: which of the rows are wanted.

https://learn.microsoft.com/azure/cosmos-db/nosql/query/offset-limit
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lark import Tree

from local.cosmos.query.errors import QueryError
from local.cosmos.query.names import Frame


@dataclass(frozen=True)
class Page:
    """How many rows are left out and how many are taken: literals or parameters, None where not given."""

    offset: Tree[Any] | None
    limit: Tree[Any] | None

    def of[T](self, rows: Iterator[T], frame: Frame) -> Iterator[T]:
        """The rows wanted, with the parameters in `frame`."""
        start = _count(self.offset, frame) if self.offset else 0
        return islice(rows, start, start + _count(self.limit, frame) if self.limit else None)


def compile_page(top: Tree[Any] | None, offset_limit: Tree[Any] | None) -> Page:
    """The page that the clauses ask for, QueryError where both are given."""
    if top and offset_limit:
        raise QueryError("TOP cannot be used together with OFFSET LIMIT.")
    offset, limit = offset_limit.children if offset_limit else (None, top.children[0] if top else None)
    return Page(offset, limit)


def _count(tree: Tree[Any], frame: Frame) -> int:
    (value,) = tree.children
    if tree.data == "parameter":
        value = frame[0][value]
    if type(value) is not int or value < 0:
        raise QueryError(f"TOP, OFFSET and LIMIT take a whole number, zero or more, not {value!r}.")
    return value
