import pytest

from tests.unit.graph.fake_graph import FakeGraph


@pytest.fixture
def graph(monkeypatch: pytest.MonkeyPatch) -> FakeGraph:
    return FakeGraph(monkeypatch)
