"""SELECT: the clauses of a query or subquery put together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lark import Tree

from local.cosmos.query.errors import QueryError
from local.cosmos.query.expressions import Expressions, Subquery
from local.cosmos.query.groups import GroupExpressions, grouped, uses_aggregates, whole
from local.cosmos.query.names import Expression, Frame, Names, index_path
from local.cosmos.query.page import Page, compile_page
from local.cosmos.query.projection import compile_projection
from local.cosmos.query.sources import Sources, compile_sources
from local.cosmos.query.values import UNDEFINED, SortKey, ascending, descending

type Result = tuple[Any, Frame]
"""A selected value, and the frame that it was computed from."""


@dataclass(frozen=True)
class Order:
    """One expression of ORDER BY; `path` is None where it is not a plain property of the item."""

    value: Expression
    path: str | None
    descends: bool

    def key(self, frame: Frame) -> SortKey:
        """Where a row sorts by this expression."""
        return descending(self.value(frame)) if self.descends else ascending(self.value(frame))

    def sort(self, frames: list[Frame]) -> None:
        """Sorts by `key`, equal ones left as they are; much faster than with the keys of descending strings."""
        frames.sort(key=lambda frame: ascending(self.value(frame)), reverse=self.descends)


@dataclass(frozen=True)
class Select:
    """One compiled SELECT.

    `keys` are the expressions of GROUP BY, None without one; `path` is the index path of what SELECT VALUE
    selects, None where that is computed.
    """

    sources: Sources
    where: Expression | None
    keys: list[Expression] | None
    aggregates: bool
    order: tuple[Order, ...]
    project: Expression
    distinct: bool
    page: Page
    path: str | None

    def results(self, outer: Frame, frames: Iterable[Frame]) -> Iterator[Result]:
        """What is selected from the rows that come of `frames`, which begin with `outer`."""
        frames = self.sources.frames(frames)
        if where := self.where:
            frames = (frame for frame in frames if where(frame) is True)
        if self.keys is not None:
            frames = grouped(frames, self.keys)
        elif self.aggregates:
            frames = whole(frames, outer, self.sources.names.width)
        results = self._projected(frames)
        return self.page.of(_distinct(results) if self.distinct else results, outer)

    def _projected(self, frames: Iterable[Frame]) -> Iterator[Result]:
        if self.order:
            frames = list(frames)
            for order in reversed(self.order):
                order.sort(frames)
        for frame in frames:
            if (value := self.project(frame)) is not UNDEFINED:
                yield value, frame

    def sort_key(self, frame: Frame) -> SortKey:
        """Where the result of a frame sorts, () without ORDER BY."""
        return tuple(order.key(frame) for order in self.order)


def compile_select(tree: Tree[Any], outer: Names | None, paths: set[str]) -> Select:
    """The SELECT of a tree, QueryError where it makes no sense.

    `outer` are the names of the query around it; None for the outermost, whose frames begin with the
    parameters and the item. Index paths of what filters, orders and joins are added to `paths`; what a
    subquery selects counts as well.
    """
    distinct, top, selection, from_, where, group_by, order_by, offset_limit = tree.children
    aggregates = uses_aggregates(selection)
    sources = compile_sources(from_, outer, paths, compile_subquery)
    used = Expressions(sources.names, paths, compile_subquery)
    selected = used if outer else Expressions(sources.names, set(), compile_subquery)
    keys = [selected.compile(key) for key in group_by.children] if group_by else None
    if keys is not None or aggregates:
        _check_grouped(selection, order_by)
        own = outer.width if outer else 1
        selected = GroupExpressions(selected, group_by.children if group_by else [], own)
    return Select(
        sources=sources,
        where=used.compile(where.children[0]) if where else None,
        keys=keys,
        aggregates=aggregates,
        order=tuple(_order(order, used) for order in order_by.children) if order_by else (),
        project=compile_projection(selection, selected, sources.places),
        distinct=distinct is not None,
        page=compile_page(top, offset_limit),
        path=index_path(selection.children[0], sources.names) if selection.data == "value" else None,
    )


def compile_subquery(tree: Tree[Any], outer: Names, paths: set[str]) -> Subquery:
    """The subquery of a tree, as expressions and sources use it."""
    select = compile_select(tree, outer, paths)

    def values(frame: Frame) -> Iterator[Any]:
        return (value for value, _ in select.results(frame, (frame,)))

    return Subquery(values, select.path)


def _order(tree: Tree[Any], expressions: Expressions) -> Order:
    expression, descends = tree.children
    path = index_path(expression, expressions.names)
    plain = path if path and "/[]" not in path else None
    return Order(expressions.compile(expression), plain, bool(descends))


def _check_grouped(selection: Tree[Any], order_by: Tree[Any] | None) -> None:
    if selection.data == "star":
        raise QueryError("'SELECT *' cannot be used together with GROUP BY.")
    if order_by:
        raise QueryError("ORDER BY cannot be used together with GROUP BY or aggregates.")


def _distinct(results: Iterable[Result]) -> Iterator[Result]:
    seen = set()
    for result in results:
        key = ascending(result[0])
        if key not in seen:
            seen.add(key)
            yield result
