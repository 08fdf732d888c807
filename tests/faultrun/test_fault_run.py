"""The fault run in its short form: everything fails that can, and nothing is lost."""

import json
import subprocess
import sys
from pathlib import Path

FIGURES = ("missing", "stale", "mixed", "broken", "orphans", "facts", "poison", "found", "completeness", "phone")


def test_nothing_is_lost_whatever_fails(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "local.faultrun", "--calls", "60", "--seed", "2", "--json", str(figures)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    outcome = json.loads(figures.read_text())
    assert outcome["held"] == 60
    assert {name: outcome[name] for name in FIGURES} == dict.fromkeys(FIGURES, 0)
    assert outcome["lacking"] > 0  # so that the completeness of the day had something to name
    faults = outcome["faults"]
    assert len(faults) > 10
    assert all(faults[f"Cosmos: {damage}"] > 0 for damage in ("header deleted", "lists spoiled", "row deleted"))
    assert faults["Imports of rows of phone calls"] > 0
    assert faults["Functions host dropped for want of messages"] > 0
