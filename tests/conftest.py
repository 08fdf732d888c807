"""What holds for all tests."""

from pathlib import Path

import hypothesis
import pytest

# How long an example takes says more about the load of the machine than about the code.
hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")


# The files that take longest, a worker each.
_LONGEST = ("test_fault_run.py", "test_scenarios.py", "test_interleavings.py", "test_served.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the slow tests first: they mostly wait, and no worker is left alone with them when all others are done."""
    items.sort(key=lambda item: _rank(item.path))


def _rank(file: Path) -> int:
    if file.name in _LONGEST:
        return _LONGEST.index(file.name)
    return len(_LONGEST) + (file.parent.name not in ("faultrun", "pipeline"))
