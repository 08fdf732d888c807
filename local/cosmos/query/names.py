"""The names in a query: what they stand for at run time, and in the item."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lark import Tree

from local.cosmos.query.errors import QueryError

type Frame = tuple[Any, ...]
"""What one row is computed from: the parameters of the query, then a value for each alias."""

type Expression = Callable[[Frame], Any]
"""A compiled expression: its value, perhaps UNDEFINED, for a row."""


@dataclass(frozen=True)
class Alias:
    """A name of FROM or JOIN: its place in the frame, and the index path of its value in the item, "" for
    the item itself, None where the value is computed."""

    place: int
    path: str | None


@dataclass(frozen=True)
class Names:
    """The aliases that an expression can use, and how many values its frames have."""

    width: int
    aliases: Mapping[str, Alias] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Alias:
        if name not in self.aliases:
            raise QueryError(f"Identifier '{name}' could not be resolved.")
        return self.aliases[name]


def index_path(tree: Tree[Any], names: Names) -> str | None:
    """The path of a property as indexing policies write it ("/list/[]/id"), None for other expressions."""
    match tree:
        case Tree("name", [str(name)]):
            return names[name].path
        case Tree("member", [Tree() as target, name]):
            return _below(index_path(target, names), str(name))
        case Tree("element", [Tree() as target, Tree("literal", [(str() | int()) as key])]):
            return _below(index_path(target, names), key if isinstance(key, str) else "[]")
    return None


def _below(path: str | None, name: str) -> str | None:
    return None if path is None else f"{path}/{name}"


def own_name(tree: Tree[Any]) -> str | None:
    """What a property is called where no alias is given, None for other expressions."""
    match tree:
        case (
            Tree("name", [str(name)])
            | Tree("member", [_, str(name)])
            | Tree("element", [_, Tree("literal", [str(name)])])
        ):
            return name
    return None
