"""Runs the scripts of infra/scripts with commands in place of those that would reach Azure."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.infra.predicted import INFRA

SCRIPTS = INFRA / "scripts"


@dataclass(frozen=True)
class Commands:
    """A folder of commands that note how they are called, and answer as told."""

    folder: Path

    @property
    def path(self) -> str:
        """PATH, with these commands before all others."""
        return f"{self.folder}{os.pathsep}{os.environ['PATH']}"

    def answer(self, name: str, cases: dict[str, str]) -> None:
        """Makes the command `name`: for arguments that match a shell pattern it runs that line, for others nothing."""
        branches = "\n".join(f"    {pattern}) {line} ;;" for pattern, line in cases.items())
        script = f'#!/bin/sh\nprintf \'%s\\n\' "$*" >>"$0.calls"\ncase "$*" in\n{branches}\nesac\n'
        (self.folder / name).write_text(script)
        (self.folder / name).chmod(0o755)

    def calls(self, name: str) -> list[str]:
        """The arguments of each call of the command, the latest last."""
        noted = self.folder / f"{name}.calls"
        return noted.read_text().splitlines() if noted.exists() else []

    def run(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs infra/scripts/<script>.sh with nothing but `environment`."""
        command = [str(SCRIPTS / f"{script}.sh")]
        return subprocess.run(
            command, env={"PATH": self.path, **environment}, capture_output=True, text=True, check=False, timeout=60
        )
