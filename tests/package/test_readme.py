"""The README's tables say what the code does."""

import re
from pathlib import Path

from callrecords.settings.connections import CONNECTIONS
from callrecords.settings.read import SETTINGS

README = (Path(__file__).parents[2] / "README.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under `heading`, without its own head."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_settings_table_is_that_of_the_code() -> None:
    settings = [[each.name, each.meaning, each.default or ("required" if each.required else "")] for each in SETTINGS]
    connections = [[each.name, each.meaning, "required"] for each in CONNECTIONS]
    assert rows("Settings") == settings + connections


def test_every_script_that_the_readme_names_is_there() -> None:
    named = set(re.findall(r"scripts/\w+", README))
    assert named
    assert all((Path(__file__).parents[2] / name).is_file() for name in named)
