"""The version stands in `callrecords.__version__`; what repeats it agrees."""

import re
import tomllib
from pathlib import Path

from callrecords import __version__

ROOT = Path(__file__).parents[2]


def test_the_newest_version_in_the_changelog_is_that_of_the_app() -> None:
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    versions = [re.fullmatch(r"(\d+\.\d+\.\d+) - (?:\d{4}-\d\d-\d\d|unreleased)", heading) for heading in headings]
    assert all(versions), headings
    assert versions[0]
    assert versions[0][1] == __version__


def test_the_project_has_no_version_of_its_own() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "version" not in project
    assert project["dynamic"] == ["version"]
