"""Figures of rounds, and files of them."""

from pathlib import Path

import pytest

from bench.ingest import figures
from bench.ingest.figures import Quartiles, Scenario


def test_a_figure_is_spread_over_the_rounds() -> None:
    scenario = Scenario("some", [{"CPU": value} for value in (1, 2, 3, 4, 5)])
    assert scenario.of("CPU") == Quartiles(2, 3, 4)
    assert scenario.of("RU") == Quartiles(0, 0, 0)
    assert Scenario("one", [{"CPU": 7}]).of("CPU") == Quartiles(7, 7, 7)


def test_files_are_put_together(tmp_path: Path) -> None:
    files = [tmp_path / "1.json", tmp_path / "2.json"]
    for number, file in enumerate(files):
        figures.write(file, [Scenario("some", [{"CPU": number}])])
    assert figures.read(files) == [Scenario("some", [{"CPU": 0}, {"CPU": 1}])]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"scenarios": {"some": 1}}'])
def test_another_file_is_refused_by_name(tmp_path: Path, content: str) -> None:
    file = tmp_path / "other.json"
    file.write_text(content)
    with pytest.raises(ValueError, match=r"other\.json has no figures"):
        figures.read([file])
