"""Partial document update.

https://learn.microsoft.com/azure/cosmos-db/partial-document-update
"""

from dataclasses import dataclass
from typing import Any, Self

from callrecords.graphtypes import JsonObject
from local.cosmos.errors import CosmosError, bad_request, precondition_failed
from local.cosmos.query import compile_condition

_MOST_OPERATIONS = 10
_OPERATIONS = ("add", "set", "replace", "remove", "incr", "move")


@dataclass(frozen=True)
class Patch:
    """Operations, and the condition that an item has to fulfil for them; an empty one is always fulfilled."""

    operations: list[JsonObject]
    condition: str

    @classmethod
    def parse(cls, body: Any) -> Self:
        """Reads a request's body: an object with the operations, or only their list. Raises 400."""
        if isinstance(body, list):
            body = {"operations": body}
        match body:
            case {"operations": [*operations]} if 1 <= len(operations) <= _MOST_OPERATIONS:
                return cls([_checked(operation) for operation in operations], body.get("condition") or "")
        raise bad_request(f"The patch is not a list of 1 to {_MOST_OPERATIONS} operations.")

    def apply(self, item: JsonObject) -> JsonObject:
        """Changes `item` and returns it. Raises 412 where the condition is not met, and 400."""
        if self.condition and not compile_condition(self.condition)(item):
            raise precondition_failed()
        for operation in self.operations:
            _apply(item, operation)
        return item


def _checked(operation: Any) -> JsonObject:
    match operation:
        case {"op": "remove", "path": str(path)} | {"op": "move", "from": str(), "path": str(path)}:
            pass
        case {"op": "add" | "set" | "replace" | "incr", "path": str(path), "value": _}:
            pass
        case _:
            raise bad_request(f"A patch operation is {operation!r}; expected one of {', '.join(_OPERATIONS)}.")
    if not path.startswith("/") or path.startswith("/_"):
        raise bad_request(f"The path of a patch operation is {path!r}; expected /name, and no system property.")
    return dict(operation)


def _apply(item: JsonObject, operation: JsonObject) -> None:
    kind, path = operation["op"], operation["path"]
    value = _remove(item, operation["from"]) if kind == "move" else operation.get("value")
    if kind == "remove":
        _remove(item, path)
        return
    parent, key, exists = _locate(item, path)
    if kind == "replace" and not exists:
        raise _absent(path)
    if kind == "incr":
        value = _sum(path, parent[key] if exists else 0, value)
    if isinstance(parent, list) and (kind in ("add", "move") or not exists):
        parent.insert(key, value)
    else:
        parent[key] = value


def _remove(item: JsonObject, path: str) -> Any:
    parent, key, exists = _locate(item, path)
    if not exists:
        raise _absent(path)
    return parent.pop(key)


def _locate(item: Any, path: str) -> tuple[Any, Any, bool]:
    """The object or array that the last name of `path` is in, its key or index there, and whether it exists."""
    *ahead, last = [name.replace("~1", "/").replace("~0", "~") for name in path.split("/")[1:]]
    parent = item
    for name in ahead:
        key = _key(parent, name, path)
        if not _has(parent, key):
            raise _absent(path)
        parent = parent[key]
    key = _key(parent, last, path)
    return parent, key, _has(parent, key)


def _key(parent: Any, name: str, path: str) -> Any:
    """What `name` is in `parent`; the index after the last one stands for the end of an array."""
    if isinstance(parent, dict):
        return name
    if isinstance(parent, list):
        index = len(parent) if name == "-" else int(name) if name.isdecimal() else -1
        if 0 <= index <= len(parent):
            return index
    raise _absent(path)


def _has(parent: Any, key: Any) -> bool:
    return key in parent if isinstance(parent, dict) else key < len(parent)


def _sum(path: str, value: Any, increment: Any) -> int | float:
    if type(value) in (int, float) and type(increment) in (int, float):
        total: int | float = value + increment
        return total
    raise bad_request(f"At {path} is {value!r}, and the increment is {increment!r}; expected two numbers.")


def _absent(path: str) -> CosmosError:
    return bad_request(f"The item has nothing at {path}.")
