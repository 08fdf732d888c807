"""Deriving facts again on command."""

from datetime import timedelta

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
    return Derivations(world.rederivation, world.clock)


@pytest.mark.parametrize(("asked", "all_rows"), [({}, False), ({"all": "false"}, False), ({"all": "true"}, True)])
async def test_deriving_again_is_started_once(
    world: World, derivations: Derivations, asked: dict[str, str], all_rows: bool
) -> None:
    assert told(await derivations.start({**CHOSEN, **asked, "code": "key"})) == (202, {**CHOSEN, "all": all_rows})
    assert (world.waiting.first_day, world.waiting.last_day, world.waiting.all_rows) == ("2026-03-03", DAY, all_rows)
    under_way = "Facts are being derived again: start the next when that has ended."
    assert told(await derivations.start(CHOSEN)) == (409, {"error": under_way})
    await world.run_on()
    assert told(await derivations.start(CHOSEN))[0] == 202


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"to": DAY}, "from is '': expected a day from 2000 on such as 2026-03-04."),
        ({"from": DAY, "to": "2026-03-05"}, "to is 2026-03-05: expected a day until today, 2026-03-04."),
        ({"from": "2025-03-03", "to": DAY}, "from is 2025-03-03: expected at most 366 days until to, 2026-03-04."),
        ({**CHOSEN, "all": "yes"}, "all is 'yes': expected one of true, false."),
        ({**CHOSEN, "day": DAY}, "day is not a parameter: expected from, to, all."),
    ],
)
async def test_what_cannot_be_derived_again_is_refused_in_words(
    world: World, derivations: Derivations, parameters: dict[str, str], error: str
) -> None:
    assert told(await derivations.start(parameters)) == (400, {"error": error})
    assert world.queues.main.sent == []


async def test_days_whose_items_may_have_expired_are_refused(world: World, derivations: Derivations) -> None:
    world.cosmos.keeps = timedelta(days=30)
    assert told(await derivations.start({"from": "2026-02-02", "to": DAY})) == (
        400,
        {"error": "from is 2026-02-02: expected a day from 2026-02-03 on, for items of older ones may expire."},
    )


async def test_progress_is_told(world: World, derivations: Derivations) -> None:
    assert told(await derivations.progress()) == (404, {"error": "No facts were derived again yet."})
    world.cosmos.days[DAY] = {CALL: OLD, OTHER_CALL: RIGHT}
    world.rows.outcomes = {CALL: [Derived.WITHOUT_RECORD]}
    await derivations.start(CHOSEN)
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
    assert told(await derivations.start(CHOSEN)) == told(await derivations.progress()) == expected
