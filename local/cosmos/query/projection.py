"""The list of SELECT: what is made of a row.

https://learn.microsoft.com/azure/cosmos-db/nosql/query/select
"""

from operator import itemgetter
from typing import Any

from lark import Tree

from local.cosmos.query.errors import QueryError
from local.cosmos.query.expressions import Expressions
from local.cosmos.query.names import Expression, own_name


def compile_projection(selection: Tree[Any], expressions: Expressions, places: list[int]) -> Expression:
    """The closure of what follows SELECT; `places` are those of the sources in the frame."""
    if selection.data == "star":
        if len(places) != 1:
            raise QueryError("'SELECT *' is only valid with a single source in the FROM clause.")
        return itemgetter(places[0])
    if selection.data == "value":
        return expressions.compile(selection.children[0])
    return expressions.object_literal(*_named(selection.children))


def _named(items: list[Any]) -> list[Tree[Any]]:
    """As the pairs of an object literal; what has no name is called $1, $2 and so on."""
    pairs: dict[str, Tree[Any]] = {}
    unnamed = 0
    for expression, alias in (item.children for item in items):
        name = alias or own_name(expression)
        if name is None:
            unnamed += 1
            name = f"${unnamed}"
        if name in pairs:
            raise QueryError(f"The name '{name}' is specified more than once in the SELECT clause.")
        pairs[name] = Tree("pair", [name, expression])
    return list(pairs.values())
