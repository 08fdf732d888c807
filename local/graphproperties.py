"""Compares a metadata document of Microsoft Graph with the names that docs/graph-properties.md knows.

Properties are looked for in the types of microsoft.graph.callRecords that a call record is made of, those that derive
from them, and the types of microsoft.graph that the page names. Ends with 1 if anything is new or gone.
"""

import argparse
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from local.environment import ROOT

PAGE = ROOT / "docs" / "graph-properties.md"

type Names = dict[str, set[str]]
"""By type the names of its properties, or of its members."""

_EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
_NAMESPACES = {"microsoft.graph.callRecords": "", "microsoft.graph": "graph."}
_ROOT = "callRecord"


class Line(NamedTuple):
    """A line of the page: `place` is a path in the row, `condition` when it is there, `reason` why it is nowhere."""

    resource: str
    name: str
    place: str
    condition: str
    reason: str


class _Type(NamedTuple):
    """The name of the type that it derives from, and by their names the types of its own properties."""

    base: str
    properties: Mapping[str, str]


class Metadata(NamedTuple):
    """A metadata document: by their names all types, and the members of all enumerations."""

    types: Mapping[str, _Type]
    enumerations: Names

    def properties(self, named: set[str]) -> Names:
        """The properties of the types that a call record is made of, and of those in microsoft.graph that are named.

        What a type inherits is its base's, unless that is of microsoft.graph and not named.
        """
        found: Names = {}
        waiting = [_ROOT, *(name for name in named if name.startswith("graph.") and name in self.types)]
        while waiting:
            name = waiting.pop()
            if name in found or (name.startswith("graph.") and name not in named):
                continue
            own = {**self.types[name].properties, **self._inherited(name, named)}
            found[name] = {*own}
            related = [each for each, type_ in self.types.items() if type_.base == name]
            waiting += [each for each in (*own.values(), self.types[name].base, *related) if each in self.types]
        return {name: names for name, names in found.items() if names}

    def _inherited(self, name: str, named: set[str]) -> dict[str, str]:
        base = self.types[name].base
        if base not in self.types or base in named or not base.startswith("graph."):
            return {}
        return {**self.types[base].properties, **self._inherited(base, named)}


def read(path: Path) -> Metadata:
    """The metadata document in a file. Raises OSError and ValueError where there is none.

    xml.etree does not defend itself against documents that are made to exhaust memory: this is for Microsoft's own.
    """
    try:
        schemas = [*ET.parse(path).iter(f"{_EDM}Schema")]  # noqa: S314
    except ET.ParseError as error:
        raise ValueError(f"{path} is no XML: {error}.") from None
    namespaces = {alias: each.get("Namespace", "") for each in schemas if (alias := each.get("Alias"))}
    types: dict[str, _Type] = {}
    enumerations: Names = {}
    for schema in schemas:
        for each in schema:
            name = _short(f"{schema.get('Namespace')}.{each.get('Name')}", namespaces)
            if each.tag == f"{_EDM}EnumType":
                enumerations[name] = {member.get("Name", "") for member in each.iter(f"{_EDM}Member")}
            elif each.tag in (f"{_EDM}EntityType", f"{_EDM}ComplexType"):
                parts = [part for part in each if part.tag in (f"{_EDM}Property", f"{_EDM}NavigationProperty")]
                own = {part.get("Name", ""): _short(part.get("Type", ""), namespaces) for part in parts}
                types[name] = _Type(_short(each.get("BaseType", ""), namespaces), own)
    if _ROOT not in types:
        raise ValueError(f"{path} has no type {_ROOT}: expected a metadata document of Graph.")
    return Metadata(types, enumerations)


def _short(name: str, namespaces: Mapping[str, str]) -> str:
    """The name of a type, or of what is in a collection, as the page has it: without the namespace of call records,
    with `graph.` for the one above."""
    namespace, _, own = name.removeprefix("Collection(").removesuffix(")").rpartition(".")
    return _NAMESPACES.get(namespaces.get(namespace, namespace), f"{namespace}.") + own


def known_lines(page: str) -> list[Line]:
    """The lines of the table of properties."""
    lines = []
    for resource, name, where, reason in _rows(page, "Properties"):
        place, _, condition = where.partition(", ")
        lines.append(Line(resource, name, place.strip("`"), condition, reason))
    return lines


def known_enumerations(page: str) -> Names:
    """The members of the enumerations that the page names."""
    return {name: {*members.split(", ")} for name, members in _rows(page, "Enumerations")}


def _rows(page: str, heading: str) -> Iterator[list[str]]:
    section = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    for line in [each for each in section.splitlines() if each.startswith("|")][2:]:
        yield [cell.strip() for cell in line.strip().strip("|").split("|")]


def differences(metadata: Metadata, page: str) -> Iterator[str]:
    """What one of both has and the other has not, a line each."""
    known: Names = {}
    for line in known_lines(page):
        known.setdefault(line.resource, set()).add(line.name)
    enumerations = known_enumerations(page)
    of_graph = {name: members for name, members in metadata.enumerations.items() if name in enumerations}
    yield from _compared(metadata.properties({*known}), known)
    yield from _compared(of_graph, enumerations)


def _compared(told: Names, known: Names) -> Iterator[str]:
    for name in sorted(told.keys() | known.keys()):
        yield from (f"new: {name}.{each}" for each in sorted(told.get(name, set()) - known.get(name, set())))
        yield from (f"gone: {name}.{each}" for each in sorted(known.get(name, set()) - told.get(name, set())))


def main(arguments: list[str]) -> int:
    """Prints the differences; 1 where there are any, else 0."""
    parser = argparse.ArgumentParser(prog="scripts/graph-properties", description=__doc__)
    parser.add_argument("metadata", type=Path, metavar="METADATA", help="a metadata document (CSDL, as XML)")
    try:
        found = [*differences(read(parser.parse_args(arguments).metadata), PAGE.read_text())]
    except (OSError, ValueError) as error:
        parser.error(str(error))
    print("\n".join(found) or "Nothing is new, nothing is gone.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
