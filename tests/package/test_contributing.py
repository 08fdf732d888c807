"""What CONTRIBUTING.md and docs/how-it-works.md tell of the repository is so."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
HOW_IT_WORKS = (ROOT / "docs/how-it-works.md").read_text()
FOLDERS = ("callrecords", "tests", "local", "infra", "docs", "scripts", "bench")


def first_cells(text: str, head: str) -> list[str]:
    """The first cells of the rows of the table whose head starts so, without backticks."""
    table = text.split(f"| {head} |")[1].split("\n\n")[0]
    return [row.split("|")[1].strip().strip("`") for row in table.splitlines()[2:]]


@pytest.mark.parametrize("text", [CONTRIBUTING, HOW_IT_WORKS], ids=["CONTRIBUTING.md", "docs/how-it-works.md"])
def test_every_file_that_is_named_is_there(text: str) -> None:
    named = set(re.findall(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]*)`", text))
    assert len(named) > 5
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_script_is_told_of_but_the_one_that_the_others_run() -> None:
    scripts = {f"scripts/{file.name}" for file in (ROOT / "scripts").iterdir()} - {"scripts/setup"}
    assert set(first_cells(CONTRIBUTING, "script | does")) == scripts | {".ci/run"}


@pytest.mark.parametrize("name", ["bench", "check", "lock", "picture", "setup", "snapshot"])
def test_a_script_that_is_asked_for_help_says_what_it_does_and_does_nothing(name: str) -> None:
    first = (ROOT / "scripts" / name).read_text().splitlines()[1].removeprefix("# ")
    done = subprocess.run([ROOT / "scripts" / name, "--help"], capture_output=True, text=True, check=True, cwd="/")
    assert done.stdout.splitlines()[0] == first
    assert "#" not in done.stdout


def test_every_tier_of_tests_is_told_of() -> None:
    tiers = {f"tests/{each.name}" for each in (ROOT / "tests").iterdir() if any(each.rglob("*.py"))}
    assert set(first_cells(CONTRIBUTING, "tier | tests")) == tiers


def test_every_package_and_module_of_the_product_is_told_of() -> None:
    packages = {each.parent for each in (ROOT / "callrecords").rglob("*/__init__.py")}
    rows = HOW_IT_WORKS.split("| package | what it does | modules |")[1].split("\n\n")[0].splitlines()[2:]
    told = {cells[1].strip(" `"): set(re.findall(r"`(\w+)`", cells[3])) for row in rows if (cells := row.split("|"))}
    ports = {file.stem for file in (ROOT / "callrecords/ports").glob("[a-z]*.py")}
    assert told | {"ports": ports} == {
        ".".join(package.relative_to(ROOT / "callrecords").parts): {file.stem for file in package.glob("[a-z]*.py")}
        for package in packages
    }
    assert all(f"`{name}`" in HOW_IT_WORKS for name in ports)
    top_level = {file.name for file in (ROOT / "callrecords").glob("[a-z]*.py")}
    assert all(f"`{name}`" in HOW_IT_WORKS for name in top_level)


def test_the_picture_is_drawn_from_its_text() -> None:
    script = (ROOT / "scripts/picture").read_text().split("<<'END'\n")[1].removesuffix("END\n")
    drawn = subprocess.check_output(["node", "--input-type=module"], input=script, cwd=ROOT, text=True)
    assert drawn == (ROOT / "docs/architecture.svg").read_text()
