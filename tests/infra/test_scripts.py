"""What holds for all scripts of infra/scripts, and the one that makes the secret."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.infra.commands import SCRIPTS, Commands
from tests.infra.predicted import ROOT


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.sh")), ids=lambda each: each.name)
def test_a_shell_script_can_be_parsed(script: Path) -> None:
    assert subprocess.run(["sh", "-n", str(script)], capture_output=True, check=False).stderr == b""


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.ps1")), ids=lambda each: each.name)
def test_a_powershell_script_can_be_parsed(script: Path) -> None:
    if not shutil.which("pwsh"):
        pytest.skip("There is no PowerShell here: put `pwsh` on PATH.")
    parse = f"$null = [Management.Automation.Language.Parser]::ParseFile('{script}', [ref]$null, [ref]$errors); $errors"
    command = ["pwsh", "-NoProfile", "-Command", f"$errors = $null; {parse}"]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b""


def test_every_hook_is_there_for_both_kinds_of_shell() -> None:
    named = re.findall(r"run: \./(infra/scripts/([\w-]+)\.(sh|ps1))$", (ROOT / "azure.yaml").read_text(), re.MULTILINE)
    assert all((ROOT / path).is_file() for path, _, _ in named)
    posix, windows = ([name for _, name, each in named if each == kind] for kind in ("sh", "ps1"))
    assert posix == windows
    assert set(posix) == {"client-state", "grant-graph-roles", "start-collecting"}


@pytest.mark.parametrize("script", ["grant-graph-roles", "start-collecting", "delete-subscription"])
def test_a_script_that_is_run_too_early_says_so(commands: Commands, script: str) -> None:
    done = commands.run(script)
    assert done.returncode != 0
    assert "azd env get-values" in done.stderr


def test_the_client_state_is_made_when_there_is_none(commands: Commands) -> None:
    commands.answer("azd", {"'env get-values'": "echo 'AZURE_ENV_NAME=\"test\"'; echo 'GRAPH_CLIENT_STATE=\"\"'"})
    assert commands.run("client-state").returncode == 0
    asked, kept = commands.calls("azd")
    assert asked == "env get-values"
    assert re.fullmatch(r"env set GRAPH_CLIENT_STATE [0-9a-f]{64}", kept)


def test_the_client_state_that_there_is_stays(commands: Commands) -> None:
    commands.answer("azd", {"'env get-values'": "echo 'GRAPH_CLIENT_STATE=\"that-there-is\"'"})
    assert commands.run("client-state").returncode == 0
    assert commands.calls("azd") == ["env get-values"]
