"""What Cosmos DB charges: the sums of docs/deployment.md (what it costs) come out of the rules."""

import pytest

from bench.ingest import charges

ARCHIVE, ITEMS = 44_000, 3  # bytes and items of the mean record on that page
ROW, INDEXED = 4_400, 25  # bytes of its mean fact row, and values of it in the index


def test_a_record_takes_35_ru() -> None:
    assert ITEMS * charges.write(ARCHIVE // ITEMS) == pytest.approx(35, abs=0.5)


def test_a_row_with_its_index_takes_23_ru() -> None:
    assert charges.write(ROW, INDEXED) == pytest.approx(23, abs=0.5)


def test_a_look_up_takes_3_ru_where_nothing_is_and_10_where_a_record_is() -> None:
    assert charges.query(0) == 3
    assert charges.query(ARCHIVE) == pytest.approx(10)


def test_a_read_takes_1_ru_for_1_kb_and_10_for_100() -> None:
    assert charges.read(200) == charges.read(1_000) == charges.FAILED == 1
    assert charges.read(100_000) == pytest.approx(10, abs=0.1)


ITEM = {
    "type": "groupCall",
    "userIds": ["a", "b", "a"],
    "quality": {"audio": {"verdict": "good"}},
    "endpoints": [{"n": 1}],
}


@pytest.mark.parametrize(
    ("paths", "values"),
    [
        ([], 0),
        (["/type/?"], 1),
        (["/userIds/[]/?"], 2),
        (["/quality/audio/verdict/?", "/quality/video/verdict/?"], 1),
        (["/endpoints/[]/n/?"], 1),
        (["/quality/?", "/type/[]/?", "/missing/[]/?"], 0),
    ],
)
def test_a_value_is_indexed_once_where_a_path_leads_to_it(paths: list[str], values: int) -> None:
    assert charges.indexed_values(ITEM, paths) == values
