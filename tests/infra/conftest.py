import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from callrecords.graphtypes import JsonObject
from tests.infra.commands import Commands
from tests.infra.predicted import INFRA, ROOT, app_settings
from tests.triggers import triggers as triggers_with

type Bicep = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def bicep_cli() -> str:
    """The Bicep CLI: BICEP, or `bicep` on PATH, or the one beside the checkout."""
    beside = ROOT.parent / "shared/tools/bicep/bicep"
    found = os.environ.get("BICEP") or shutil.which("bicep") or (str(beside) if beside.is_file() else None)
    return found or pytest.skip("There is no Bicep CLI here: set BICEP to one, or put `bicep` on PATH.")


@pytest.fixture(scope="session")
def bicep(bicep_cli: str) -> Bicep:
    """Runs a command of the Bicep CLI in infra/, with nothing but `environment` to read parameters from."""

    def run(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        command = [bicep_cli, *arguments]
        return subprocess.run(command, cwd=INFRA, env=environment or {}, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="session")
def build(bicep: Bicep) -> subprocess.CompletedProcess[str]:
    """What `bicep build` says to infra/main.bicep."""
    return bicep("build", "main.bicep", "--stdout")


@pytest.fixture(scope="session")
def template(build: subprocess.CompletedProcess[str]) -> JsonObject:
    """The ARM template that infra/main.bicep compiles to."""
    document: JsonObject = json.loads(build.stdout)
    return document


@pytest.fixture(scope="session")
def triggers() -> dict[str, JsonObject]:
    """The trigger of each function that the app has with the settings of a deployment, by the function's name."""
    return triggers_with(app_settings("default"))


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """Commands in place of those that would reach Azure."""
    return Commands(tmp_path)
