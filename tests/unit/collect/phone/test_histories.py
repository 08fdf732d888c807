"""Whatever happens to rows of phone calls and to calls, they come to tell of each other what a clean import says."""

import pytest

from callrecords.collect.phone import joining
from tests.unit.collect.phone.histories import SOURCES, History, clean, state_of
from tests.unit.collect.phone.world import DAY

NUMBERS = [("+15550199", "+15550198"), ("+15550199", "+15550***", "15550199")]


@pytest.mark.parametrize("numbers", NUMBERS, ids=["plain", "masked"])
@pytest.mark.parametrize("rows_at_once", [200, 3])
@pytest.mark.parametrize("seed", range(8))
async def test_every_history_comes_to_what_a_clean_import_says(
    seed: int, rows_at_once: int, numbers: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "MOST_ROWS", rows_at_once)
    history = History(seed, numbers)
    for _ in range(3):
        await history.day()
    assert history.told["pstn"]
    for _ in range(33):
        for source in SOURCES:
            await history.imported(source)
        history.world.clock.forward(DAY)
    rows, legs = state_of(history.world)
    assert (rows, legs) == state_of(await clean(history))
    told = {(where.call_id, row_id) for where, its in history.world.joins.legs.items() for row_id in its}
    assert told == {
        (call["callId"], row_id) for (_, row_id), (_, join) in rows.items() if join for call in join.get("calls", ())
    }
