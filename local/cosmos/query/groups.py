"""GROUP BY and aggregates: rows gathered into one row a group.

https://learn.microsoft.com/azure/cosmos-db/nosql/query/group-by
"""

from collections.abc import Iterable, Iterator
from typing import Any

from lark import Tree

from local.cosmos.query.aggregates import AGGREGATES
from local.cosmos.query.errors import QueryError
from local.cosmos.query.expressions import Expressions
from local.cosmos.query.names import Expression, Frame
from local.cosmos.query.values import UNDEFINED, SortKey, ascending


def uses_aggregates(tree: Tree[Any]) -> bool:
    """Whether an aggregate is called, other than in a subquery."""
    match tree:
        case Tree("query"):
            return False
        case Tree("call", [str(name), *_]) if name.upper() in AGGREGATES:
            return True
    return any(uses_aggregates(child) for child in tree.children if isinstance(child, Tree))


def grouped(frames: Iterable[Frame], keys: list[Expression]) -> Iterator[Frame]:
    """A frame for each group: that of its first row, and the frames of all of its rows as one more value."""
    groups: dict[tuple[SortKey, ...], list[Frame]] = {}
    for frame in frames:
        groups.setdefault(tuple(ascending(key(frame)) for key in keys), []).append(frame)
    for rows in groups.values():
        yield (*rows[0], rows)


def whole(frames: Iterable[Frame], outer: Frame, width: int) -> Iterator[Frame]:
    """The frame of the one group of all rows, also where there are none: `outer` filled up to `width`, and the
    frames of the rows as one more value."""
    yield (*outer, *(UNDEFINED,) * (width - len(outer)), list(frames))


class GroupExpressions(Expressions):
    """Compiles what SELECT makes of a group: of its `keys`, and of aggregates over its `rows`.

    Aliases from the place `own` on are those of the rows, which differ within a group.
    """

    def __init__(self, rows: Expressions, keys: list[Tree[Any]], own: int) -> None:
        super().__init__(rows.names, rows.paths, rows.subqueries)
        self._rows = rows
        self._keys = keys
        self._own = own

    def visit(self, tree: Tree[Any]) -> Expression:
        return self._rows.visit(tree) if tree in self._keys else super().visit(tree)

    def name(self, name: str) -> Expression:
        if self.names[name].place >= self._own:
            raise QueryError(
                f"A property of '{name}' is invalid in the select list because it is not contained in either "
                "an aggregate function or the GROUP BY clause."
            )
        return super().name(name)

    def call(self, name: str, *arguments: Tree[Any]) -> Expression:
        aggregate = AGGREGATES.get(name.upper())
        if aggregate is None:
            return super().call(name, *arguments)
        if len(arguments) != 1:
            raise QueryError(f"The {name} function takes 1 argument(s), not {len(arguments)}.")
        value_of = self._rows.compile(arguments[0])
        return lambda group: aggregate([value for frame in group[-1] if (value := value_of(frame)) is not UNDEFINED])

    def subquery(self, query: Tree[Any]) -> Expression:
        raise QueryError("A subquery next to GROUP BY or an aggregate is not supported.")

    exists = array_of = subquery
