"""Where the project is, and what its child processes may know of the environment."""

import os
from pathlib import Path

ROOT = Path(__file__).parent.parent


def inherited() -> dict[str, str]:
    """What a program needs to run here, and nothing else: no credential or setting of the user's reaches the app."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
