"""CI and the dev container, which only GitHub and Docker can run, are well formed and have what the scripts need."""

import configparser
import json
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
PYTHON = (ROOT / ".python-version").read_text().strip()
SETUP = (ROOT / "scripts/setup").read_text()


def parsed(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text())


def node() -> str:
    """The oldest version of Node that scripts/setup accepts."""
    (version,) = re.findall(r'split\("\."\)\[0\] < (\d+)', SETUP)
    found: str = version
    return found


def steps() -> list[dict[str, Any]]:
    (job,) = parsed(".github/workflows/ci.yml")["jobs"].values()
    found: list[dict[str, Any]] = job["steps"]
    return found


def inputs(action: str) -> dict[str, Any]:
    """What the workflow gives to an action."""
    (found,) = [step["with"] for step in steps() if step.get("uses", "").startswith(f"actions/{action}@")]
    given: dict[str, Any] = found
    return given


def test_the_scripts_need_one_version_of_python_and_of_node() -> None:
    assert f"python{PYTHON} -m venv" in SETUP
    assert f">={PYTHON}" == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert json.loads((ROOT / "package.json").read_text())["engines"]["node"] == f">={node()}"


def test_the_workflow_runs_what_has_to_be_green_with_the_versions_of_the_scripts() -> None:
    assert steps()[-1] == {"run": ".ci/run"}
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert inputs("setup-python") == {"python-version-file": ".python-version"}
    assert inputs("setup-node") == {"node-version": node()}


def test_the_workflow_pins_its_actions_and_the_bicep_cli_and_may_only_read() -> None:
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@(v\d+|[0-9a-f]{40})", step["uses"]) for step in steps() if "uses" in step)
    assert any(re.search(r"bicep install --version v\d+\.\d+\.\d+$", step.get("run", ""), re.M) for step in steps())
    assert parsed(".github/workflows/ci.yml")["permissions"] == {"contents": "read"}


def test_updates_are_looked_for_wherever_a_version_is_pinned() -> None:
    updates = parsed(".github/dependabot.yml")["updates"]
    assert {each["package-ecosystem"] for each in updates} == {"pip", "npm", "github-actions"}
    assert all(each["directory"] == "/" for each in updates)


def test_the_dev_container_has_the_versions_of_the_scripts() -> None:
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())
    assert container["image"].endswith(f"/python:{PYTHON}")
    assert container["features"] == {"ghcr.io/devcontainers/features/node:1": {"version": node()}}
    assert os.access(ROOT / container["postCreateCommand"], os.X_OK)


def test_editors_and_ruff_have_lines_of_one_length() -> None:
    editors = configparser.ConfigParser()
    editors.read_string("[top]\n" + (ROOT / ".editorconfig").read_text())
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]
    assert editors["*.py"].getint("max_line_length") == ruff["line-length"]
