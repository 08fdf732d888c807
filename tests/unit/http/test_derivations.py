"""How far deriving facts again is."""

import pytest

from callrecords.collect.factrows import Derived
from callrecords.errors import Unavailable
from callrecords.facts.row import FACTS_VERSION
from callrecords.http.derivations import Derivations
from tests.asking import told
from tests.invented import CALL, DAY, NOW, OTHER_CALL
from tests.unit.collect.rederive_world import OLD, RIGHT, World

CHOSEN = {"from": "2026-03-03", "to": DAY}


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def derivations(world: World) -> Derivations:
    return Derivations(world.rederivation)


async def test_progress_is_told(world: World, derivations: Derivations) -> None:
    assert told(await derivations.progress()) == (404, {"error": "No facts were derived again yet."})
    world.cosmos.days[DAY] = {CALL: OLD, OTHER_CALL: RIGHT}
    world.rows.outcomes = {CALL: [Derived.WITHOUT_RECORD]}
    assert await world.rederivation.start("2026-03-03", DAY, all_rows=False)
    going_on = {
        **CHOSEN,
        "all": False,
        "factsVersion": FACTS_VERSION,
        "qualityProfile": "current",
        "day": "2026-03-03",
        "calls": 0,
        "rewritten": 0,
        "kept": 0,
        "errors": 0,
        "started": NOW.isoformat(),
        "at": NOW.isoformat(),
    }
    assert told(await derivations.progress()) == (200, going_on)
    await world.run_on()
    status, ended = told(await derivations.progress())
    assert (status, ended["calls"], ended["kept"], ended["errors"]) == (200, 2, 1, 1)
    assert ended["lastError"] == f"Call record {CALL}: it is damaged or missing, no row can be derived from it."
    assert ended["finished"] == ended["at"]
    assert "day" not in ended


async def test_a_cosmos_that_is_away_is_told(world: World, derivations: Derivations) -> None:
    world.state.failing = {"": Unavailable("Cosmos could not be reached.")}
    expected = 503, {"error": "Cosmos could not be reached."}
    assert told(await derivations.progress()) == expected
