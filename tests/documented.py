"""What docs/ promises to those who read the containers: the schemas of items, and the worked queries of data.md."""

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path

from jsonschema import Draft202012Validator

from callrecords.graphtypes import JsonObject

ROOT = Path(__file__).parents[1]

_QUERY = re.compile(
    r"^### (?P<title>.+)\n\n`(?P<container>\w+)`, partition: (?P<scope>[a-z +]+)\.[^#`]*\n```sql\n(?P<text>[^`]+)```",
    re.M,
)


@dataclass(frozen=True)
class DocumentedQuery:
    """A worked query; `scope` has what its partition key is made of, such as tenant and day."""

    title: str
    container: str
    scope: tuple[str, ...]
    text: str


@functools.cache
def documented_queries() -> dict[str, DocumentedQuery]:
    """The worked queries by title, in their order."""
    section = (ROOT / "docs/data.md").read_text().split("\n## Worked queries\n")[1].split("\n## ")[0]
    found = [
        DocumentedQuery(each["title"], each["container"], tuple(each["scope"].split(" + ")), each["text"])
        for each in _QUERY.finditer(section)
    ]
    assert len(found) == section.count("```sql")
    return {each.title: each for each in found}


@functools.cache
def schema(container: str) -> JsonObject:
    """The schema of the container's items."""
    document: JsonObject = json.loads((ROOT / "docs" / "schemas" / f"{container}.schema.json").read_text())
    return document


def complaints(container: str, item: JsonObject) -> list[str]:
    """How the item breaks the schema of its container."""
    validator = Draft202012Validator(schema(container), format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(item)]
