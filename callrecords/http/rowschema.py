"""JSON Schemas of rows, made from their types, as the components of an OpenAPI document."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import NoneType, UnionType
from typing import Any, Literal, TypeAliasType, Union, get_args, get_origin, get_type_hints, is_typeddict

from callrecords.graphtypes import JsonObject

_PRIMITIVES: Mapping[object, str] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    NoneType: "null",
}


class RowSchemas:
    """The schemas of TypedDicts by name, each with those that it refers to."""

    def __init__(self) -> None:
        self.components: dict[str, JsonObject] = {}

    def reference(self, kind: type) -> JsonObject:
        """A reference to the schema of the TypedDict."""
        return self.variant(kind.__name__, kind)

    def variant(
        self,
        name: str,
        kind: type,
        *,
        required: Iterable[str] | None = None,
        without: Collection[str] = (),
        **others: JsonObject,
    ) -> JsonObject:
        """A reference to a schema like that of the TypedDict under another `name`: `without` some of its properties,
        with `others` in the place of some, and with other `required` ones where they are given."""
        if name not in self.components:
            self.components[name] = {}  # it may refer to itself
            hints = {each: hint for each, hint in get_type_hints(kind).items() if each not in without}
            needed = {*(kind.__required_keys__ if required is None else required)}  # type: ignore[attr-defined]
            self.components[name] |= {
                "description": " ".join((kind.__doc__ or "").split()),
                "type": "object",
                "properties": {each: others.get(each) or self._schema(hint) for each, hint in hints.items()},
                "required": [each for each in hints if each in needed],
            }
        return {"$ref": f"#/components/schemas/{name}"}

    def _schema(self, hint: Any) -> JsonObject:
        if isinstance(hint, TypeAliasType):
            return self._schema(hint.__value__)
        if is_typeddict(hint):
            return self.reference(hint)
        if hint is Any:
            return {}
        if hint in _PRIMITIVES:
            return {"type": _PRIMITIVES[hint]}
        return self._generic(get_origin(hint), get_args(hint))

    def _generic(self, origin: Any, of: tuple[Any, ...]) -> JsonObject:
        if origin is Literal:
            return {"type": "string", "enum": [*of]}
        if origin in (list, Sequence):
            return {"type": "array", "items": self._schema(of[0])}
        if origin in (dict, Mapping):
            return self._mapping(*of)
        if origin in (Union, UnionType):
            return {"anyOf": [self._schema(each) for each in of]}
        raise TypeError(f"A row has {origin} of {of}, of which no schema is known.")

    def _mapping(self, key: Any, value: Any) -> JsonObject:
        """An object of any names, or of those alone that a Literal has."""
        names = get_args(key.__value__ if isinstance(key, TypeAliasType) else key)
        if names:
            return {"type": "object", "properties": {name: self._schema(value) for name in names}}
        return {"type": "object", "additionalProperties": self._schema(value)}
