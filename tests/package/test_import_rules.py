"""Who may import whom in callrecords/. An import in a function or under TYPE_CHECKING counts like any other."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# A name stands for the module or package and for all that is in it.
ADAPTERS = ("callrecords.graph", "callrecords.cosmos", "callrecords.queues")
USE_CASES = ("callrecords.collect", "callrecords.usage", "callrecords.operate", "callrecords.webhook")

# Who imports none of what.
NEVER = [
    ("callrecords", ("local", "tests", "bench")),
    *((adapter, ("callrecords.facts", "callrecords.http", *USE_CASES)) for adapter in ADAPTERS),
    ("callrecords.settings", ADAPTERS),
]
# Who imports nothing of the project but what.
NOTHING_BUT = [
    (
        "callrecords.facts",
        (
            "callrecords.facts",
            "callrecords.callrecord",
            "callrecords.errors",
            "callrecords.graphtypes",
            "callrecords.ports.callrow",
        ),
    ),
    (
        "callrecords.phone",
        (
            "callrecords.phone",
            "callrecords.errors",
            "callrecords.graphtypes",
            "callrecords.ports.callrow",
            "callrecords.ports.phonerow",
        ),
    ),
]
# What is imported by nobody but whom. Adapters read the statuses of the answers that they get.
BY_NOBODY_BUT = [
    ("callrecords.app", ("function_app",)),
    ("callrecords.http", ("callrecords.http", "callrecords.app", "function_app")),
    ("http", ("callrecords.http", "callrecords.graph", "callrecords.cosmos")),
]
# Who knows what a status is: http/ gives them, and adapters get them.
KNOW_STATUSES = ("callrecords.http", "callrecords.graph", "callrecords.cosmos", "function_app")

# Graph waits 3 seconds for an answer, and a worker may have to start first.
WEBHOOK = ("function_app", "callrecords.app", "callrecords.webhook", "callrecords.queues")
TOO_SLOW_FOR_THE_WEBHOOK = ("msgraph", "azure.cosmos")
MOST_PARTS = 18


@cache
def modules() -> Mapping[str, ast.Module]:
    """The modules of the product and of the local stack by name, parsed."""
    files = [ROOT / "function_app.py", *(ROOT / "callrecords").rglob("*.py"), *(ROOT / "local").rglob("*.py")]
    named = {".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file for file in files}
    return {name: ast.parse(file.read_text()) for name, file in sorted(named.items())}


@cache
def imports(module: str, only_at_import: bool = False) -> frozenset[str]:
    """What the module imports: modules, or names in those that are not the project's own."""
    statements = _statements(modules()[module], only_at_import)
    return frozenset(name for statement in statements for name in _imported(statement))


def _statements(node: ast.AST, only_at_import: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif not (only_at_import and _is_left_for_later(child)):
            yield from _statements(child, only_at_import)


def _is_left_for_later(node: ast.AST) -> bool:
    is_for_type_checkers = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
    return is_for_type_checkers or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _imported(statement: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(statement, ast.Import):
        yield from (alias.name for alias in statement.names)
        return
    assert statement.module, "Relative imports are not followed here."
    for alias in statement.names:
        full = f"{statement.module}.{alias.name}"
        yield full if full in modules() or statement.module not in modules() else statement.module


def is_in(name: str, packages: Iterable[str]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def product() -> list[str]:
    return [name for name in modules() if is_in(name, ("callrecords", "function_app"))]


@pytest.mark.parametrize(("importer", "never"), NEVER)
def test_a_package_imports_nothing_that_it_must_not_know(importer: str, never: tuple[str, ...]) -> None:
    importers = [name for name in modules() if is_in(name, [importer])]
    assert importers
    assert [(name, each) for name in importers for each in sorted(imports(name)) if is_in(each, never)] == []


@pytest.mark.parametrize(("importer", "allowed"), NOTHING_BUT)
def test_a_package_imports_no_more_of_the_project_than_it_may(importer: str, allowed: tuple[str, ...]) -> None:
    importers = [name for name in modules() if is_in(name, [importer])]
    own = [
        (name, each) for name in importers for each in sorted(imports(name)) if is_in(each, ["callrecords", "local"])
    ]
    assert own
    assert [(name, each) for name, each in own if not is_in(each, allowed)] == []


@pytest.mark.parametrize(("imported", "allowed"), BY_NOBODY_BUT)
def test_a_package_is_imported_only_by_those_who_may(imported: str, allowed: tuple[str, ...]) -> None:
    found = [(name, each) for name in product() for each in sorted(imports(name)) if is_in(each, [imported])]
    assert found
    assert [(name, each) for name, each in found if not is_in(name, allowed)] == []


def test_only_http_and_the_adapters_speak_of_statuses() -> None:
    others = [name for name in product() if not is_in(name, KNOW_STATUSES)]
    words = [(name, word) for name in others for word in _identifiers(modules()[name]) if "status" in word.lower()]
    assert words == []


def _identifiers(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        yield from (
            value for name in ("id", "arg", "attr", "name") if isinstance(value := getattr(node, name, None), str)
        )


@pytest.mark.parametrize("package", ["callrecords", "local"])
@pytest.mark.parametrize("depth", [2, None], ids=["packages", "modules"])
def test_there_is_no_circle_of_imports(package: str, depth: int | None) -> None:
    edges: dict[str, set[str]] = {}
    for name in (name for name in modules() if is_in(name, [package])):
        part = _part(name, depth)
        edges.setdefault(part, set()).update(_part(each, depth) for each in imports(name) if is_in(each, [package]))
        edges[part].discard(part)
    assert len(edges) > 10
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def _part(module: str, depth: int | None) -> str:
    return ".".join(module.split(".")[:depth])


def test_the_way_of_a_notification_imports_no_large_sdk() -> None:
    reached: dict[str, str] = {name: name for name in modules() if is_in(name, WEBHOOK)}
    waiting = list(reached)
    while waiting:
        importer = waiting.pop()
        for each in imports(importer, only_at_import=True) - reached.keys():
            reached[each] = f"{reached[importer]} imports {each}"
            waiting += [each] if each in modules() else []
    assert "azure.storage.queue.aio.QueueServiceClient" in reached
    assert [way for each, way in reached.items() if is_in(each, TOO_SLOW_FOR_THE_WEBHOOK)] == []


def test_the_top_level_can_be_taken_in_at_a_glance() -> None:
    parts = {_part(name, 2) for name in modules() if name.startswith("callrecords.")}
    assert len(parts) <= MOST_PARTS
