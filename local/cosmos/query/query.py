"""Queries: text compiled once, run over the items of a container or partition."""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from lark import Tree

from callrecords.graphtypes import JsonObject
from local.cosmos.query.errors import QueryError
from local.cosmos.query.names import Frame
from local.cosmos.query.parse import parse
from local.cosmos.query.select import Select, compile_select
from local.cosmos.query.values import SortKey

_CACHED = 500


class Row(NamedTuple):
    """One row of a result.

    `source` is the item that the row was made from, None where it was made from several or none; `frame` is what
    its value was computed from.
    """

    value: Any
    source: JsonObject | None
    frame: Frame


@dataclass(frozen=True)
class Query:
    """A compiled query, and what a server must know about it to tell whether and how it may run.

    `order_by` has a pair for each expression of ORDER BY: the path of a plain property ("/cat"), None for
    any other expression, and whether it descends. `filter_paths` are the index paths ("/day",
    "/participants/[]/id") of the properties that WHERE, ORDER BY and JOIN use, subqueries in them included.
    """

    aggregates: bool
    grouped: bool
    value_only: bool
    distinct: bool
    limited: bool
    joined: bool
    order_by: tuple[tuple[str | None, bool], ...]
    filter_paths: frozenset[str]
    _parameters: frozenset[str]
    _select: Select

    def run(self, items: Iterable[JsonObject], parameters: Mapping[str, object]) -> Iterator[Row]:
        """The rows of the result, in order, each made when it is asked for; the names of the `parameters` begin with @.

        QueryError where a parameter is missing or has a value that cannot be used.
        """
        if missing := self._parameters - parameters.keys():
            raise QueryError(f"The query uses parameters that were not given: {', '.join(sorted(missing))}.")
        from_items = bool(self._select.sources.places)
        frames = ((parameters, item) for item in items) if from_items else ((parameters,),)
        has_source = from_items and not (self.grouped or self.aggregates)
        return (
            Row(value, frame[1] if has_source else None, frame)
            for value, frame in self._select.results((parameters,), frames)
        )

    def sort_key(self, row: Row) -> SortKey:
        """Where the row sorts: comparable with those of the other rows of the query, () without ORDER BY."""
        return self._select.sort_key(row.frame)


@functools.lru_cache(_CACHED)
def compile_query(text: str) -> Query:
    """The query that `text` says, QueryError where it is wrong or not supported."""
    return _compiled(parse(text, "query"))


@functools.lru_cache(_CACHED)
def compile_condition(text: str) -> Callable[[JsonObject], bool]:
    """The condition of a conditional patch, "from c where c.status = 'Open'": whether an item meets it."""
    from_, where = parse(text, "condition").children
    query = _compiled(Tree("query", [None, None, Tree("star", []), from_, where, None, None, None]))
    return lambda item: any(query.run([item], {}))


def _compiled(tree: Tree[Any]) -> Query:
    paths: set[str] = set()
    _, top, selection, *_, offset_limit = tree.children
    select = compile_select(tree, None, paths)
    return Query(
        aggregates=select.aggregates,
        grouped=select.keys is not None,
        value_only=selection.data == "value",
        distinct=select.distinct,
        limited=bool(top or offset_limit),
        joined=select.sources.joined,
        order_by=tuple((order.path, order.descends) for order in select.order),
        filter_paths=frozenset(paths),
        _parameters=frozenset(str(parameter.children[0]) for parameter in tree.find_data("parameter")),
        _select=select,
    )
