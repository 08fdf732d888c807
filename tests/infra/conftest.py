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
from tests.sharing import made_once
from tests.triggers import triggers as triggers_with

type Bicep = Callable[..., subprocess.CompletedProcess[str]]

# Bicep is a .NET program, and ends before the code pays that .NET would make of what it measures.
QUICK = {"DOTNET_TieredPGO": "0"}


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
        given = {**QUICK, **(environment or {})}
        return subprocess.run(command, cwd=INFRA, env=given, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="session")
def build(bicep: Bicep, tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """What `bicep build` says to infra/main.bicep, which is compiled once for all workers."""

    def said() -> str:
        done = bicep("build", "main.bicep", "--stdout")
        return json.dumps([done.args, done.returncode, done.stdout, done.stderr])

    return subprocess.CompletedProcess(*json.loads(made_once(tmp_path_factory, "bicep-build.json", said)))


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
