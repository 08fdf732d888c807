"""FROM and JOIN: the frames of the rows, and the names for what is in them.

https://learn.microsoft.com/azure/cosmos-db/nosql/query/from
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from lark import Tree

from local.cosmos.query.errors import QueryError
from local.cosmos.query.expressions import Expressions, SubqueryCompiler
from local.cosmos.query.names import Alias, Expression, Frame, Names, index_path, own_name
from local.cosmos.query.values import UNDEFINED

type _Values = Callable[[Frame], Iterable[Any]]


class Sources:
    """The sources of one SELECT.

    `names` has all aliases, `places` tells for each source where in the frame its value is, and `joined`
    whether one item can give several rows.
    """

    def __init__(self, outer: Names, paths: set[str], subqueries: SubqueryCompiler) -> None:
        self.names = outer
        self.places: list[int] = []
        self.joined = False
        self._aliases: set[str] = set()
        self._values: list[_Values] = []
        self._paths = paths
        self._subqueries = subqueries

    def add(self, source: Tree[Any], within: Names) -> None:
        """Adds the next source, whose collection is one of those `within`."""
        match source.children:
            case [Tree("name", [str(name)]), (None | str()) as alias]:
                self._declare(alias or name, within[name])
            case [Tree("query") as query, (None | str()) as alias] | [str() as alias, Tree("query") as query]:
                subquery = self._subqueries(query, within, self._paths)
                self._append(alias, subquery.path, subquery.values)
                self.joined = True
            case [str(alias), Tree() as collection]:
                path = index_path(collection, within)
                if path is not None:
                    path += "/[]"
                    self._paths.add(path)
                self._append(alias, path, _elements(self._expression(collection, within)))
                self.joined = True
            case [Tree() as member, (None | str()) as alias]:
                value = _defined(self._expression(member, within))
                self._append(alias or own_name(member), index_path(member, within), value)

    def frames(self, frames: Iterable[Frame]) -> Iterable[Frame]:
        """The frames of all rows that come of `frames`."""
        for values in self._values:
            frames = _extended(frames, values)
        return frames

    def _expression(self, collection: Tree[Any], within: Names) -> Expression:
        return Expressions(within, self._paths, self._subqueries).visit(collection)

    def _append(self, name: str | None, path: str | None, values: _Values) -> None:
        alias = Alias(self.names.width, path)
        self._values.append(values)
        self.names = replace(self.names, width=self.names.width + 1)
        self._declare(name, alias)

    def _declare(self, name: str | None, alias: Alias) -> None:
        self.places.append(alias.place)
        if name is None:
            return
        if name in self._aliases:
            raise QueryError(f"The alias '{name}' is specified more than once in the FROM clause.")
        self._aliases.add(name)
        self.names = replace(self.names, aliases={**self.names.aliases, name: alias})


def compile_sources(
    from_: Tree[Any] | None, outer: Names | None, paths: set[str], subqueries: SubqueryCompiler
) -> Sources:
    """The sources of a FROM clause; `outer` are the names of the query around it, None for the outermost,
    where the first source is the container."""
    trees = from_.children if from_ else []
    within = outer or _container(trees)
    sources = Sources(outer or Names(within.width), paths, subqueries)
    for tree in trees:
        sources.add(tree, within)
        within = sources.names
    return sources


def _container(sources: list[Tree[Any]]) -> Names:
    """The name of the container, which may be any, for the item in frames of parameters and item."""
    if not sources:
        return Names(1)
    collection: Any = next(child for child in sources[0].children if isinstance(child, Tree))
    if collection.data == "query":
        raise QueryError("A subquery is not supported as the first source of the FROM clause.")
    while collection.data != "name":
        collection = collection.children[0]
    return Names(2, {collection.children[0]: Alias(1, "")})


def _extended(frames: Iterable[Frame], values_of: _Values) -> Iterator[Frame]:
    for frame in frames:
        for value in values_of(frame):
            yield (*frame, value)


def _elements(value_of: Expression) -> _Values:
    def elements(frame: Frame) -> Iterable[Any]:
        value = value_of(frame)
        return value if isinstance(value, list) else ()

    return elements


def _defined(value_of: Expression) -> _Values:
    def value(frame: Frame) -> Iterable[Any]:
        value = value_of(frame)
        return () if value is UNDEFINED else (value,)

    return value
