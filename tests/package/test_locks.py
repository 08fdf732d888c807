"""pyproject.toml and the files that scripts/lock compiles from it are in step, and name no package index."""

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
DIRECT = {
    "(pyproject.toml)": set(PROJECT["project"]["dependencies"]),
    "(pyproject.toml:dev)": set(PROJECT["dependency-groups"]["dev"]),
}

# A package of a lock: its pin, for which machines, the hashes of its files, and who asks for it.
PACKAGE = re.compile(
    r"(?P<pin>[a-z0-9-]+==[\w.]+)(?: ; (?P<marker>[^\\\n]+))?"
    r"(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n"
    r"(?P<why>(?:    # [^\n]+\n)+)"
)


@dataclass(frozen=True)
class Lock:
    header: str
    packages: list[re.Match[str]]
    rest: str

    @classmethod
    def read(cls, name: str) -> "Lock":
        """The file in parts; `rest` is what is neither header nor a package."""
        text = (ROOT / name).read_text()
        header = "".join(re.findall(r"\A(?:#[^\n]*\n)+", text))
        body = text.removeprefix(header)
        return cls(header, list(PACKAGE.finditer(body)), PACKAGE.sub("", body))

    def pins(self) -> set[tuple[str, str | None]]:
        return {(package["pin"], package["marker"]) for package in self.packages}

    def asked_for_by(self, project: str) -> set[str]:
        return {package["pin"] for package in self.packages if f"call-records {project}\n" in package["why"]}


def test_what_the_project_asks_for_is_pinned() -> None:
    for pins in DIRECT.values():
        assert pins
        assert all(re.fullmatch(r"[a-z0-9-]+==[\w.]+", pin) for pin in pins)


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_has_its_hashes_and_nothing_else_is_in_it(name: str) -> None:
    lock = Lock.read(name)
    assert lock.packages
    assert lock.rest == ""


@pytest.mark.parametrize(
    ("name", "project"),
    [
        ("requirements.txt", "(pyproject.toml)"),
        ("requirements-dev.txt", "(pyproject.toml)"),
        ("requirements-dev.txt", "(pyproject.toml:dev)"),
    ],
)
def test_a_lock_has_what_the_project_asks_for(name: str, project: str) -> None:
    assert Lock.read(name).asked_for_by(project) == DIRECT[project]


def test_what_is_deployed_is_what_is_developed_with() -> None:
    assert Lock.read("requirements.txt").pins() <= Lock.read("requirements-dev.txt").pins()


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_says_which_script_makes_it(name: str) -> None:
    assert Lock.read(name).header.splitlines()[-1].split() == ["#", "scripts/lock"]
    assert (ROOT / "scripts/lock").is_file()


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_package_index(name: str) -> None:
    assert "://" not in (ROOT / name).read_text()


def test_the_lock_of_node_packages_names_no_registry_and_has_a_hash_of_each() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    installed = [package for path, package in packages.items() if path]
    assert installed
    assert all("resolved" not in package and package["integrity"].startswith("sha512-") for package in installed)
