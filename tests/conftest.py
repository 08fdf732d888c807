"""What holds for all tests."""

import hypothesis
import pytest

# How long an example takes says more about the load of the machine than about the code.
hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the slow tests first: they mostly wait, and no worker is left alone with them when all others are done."""
    items.sort(key=lambda item: item.path.parent.name not in ("faultrun", "pipeline"))
