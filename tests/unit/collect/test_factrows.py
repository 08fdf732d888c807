"""The row of a call is derived again."""

from dataclasses import replace

import pytest

from callrecords.collect.factrows import Derived, FactRows
from callrecords.facts.row import Rules, fact_row
from callrecords.facts.streamquality import Profile
from callrecords.ports.callrow import CallRow
from callrecords.ports.records import Absent, Stored
from tests.invented import CALL, DAY, TENANT, call_record
from tests.unit.collect.ingest_world import NOTHING, OTHER_DAY, Rows, Steps, Store, stored

RULES = Rules(Profile.BEFORE_2022)


class World:
    """The rows of one call, whose record is `record`, and what derives them."""

    def __init__(self) -> None:
        self.steps, self.record = Steps(), call_record(2)
        self.store, self.rows = Store(self.steps, loaded=self.record), Rows(self.steps)
        self.fact_rows = FactRows(tenant_id=TENANT, store=self.store, rows=self.rows, rules=RULES)

    def find(self, found: Absent | Stored) -> None:
        """Lets this be what there is of the call."""
        self.store.found = found
        if isinstance(found, Stored):
            self.store.latest = found

    def row(self, *former_days: str) -> CallRow:
        """The row of the record by the rules."""
        return fact_row(self.record, TENANT, former_days, RULES)


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("former_days", [(), (OTHER_DAY,)])
async def test_a_row_of_the_same_version_is_replaced_and_goes_on_telling_of_former_days(
    world: World, former_days: tuple[str, ...]
) -> None:
    world.find(stored(2, *former_days))
    world.rows.rows[DAY] = fact_row(world.record, TENANT, former_days)
    assert await world.fact_rows.derive_again(CALL, DAY) is Derived.WRITTEN
    assert world.rows.rows == {DAY: world.row(*former_days)}


async def test_a_row_that_stays_was_not_written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stays(*_: CallRow, **__: bool) -> bool:
        return False

    world.find(stored(2))
    monkeypatch.setattr(world.rows, "save", stays)
    assert await world.fact_rows.derive_again(CALL, DAY) is Derived.KEPT


@pytest.mark.parametrize(
    "found", [NOTHING, stored(2), replace(stored(0, day=""), is_unreadable=True)], ids=["none", "damaged", "no header"]
)
async def test_a_row_stays_whose_record_cannot_be_read(world: World, found: Absent | Stored) -> None:
    world.find(found)
    world.store.loaded = None
    world.rows.rows[DAY] = old = {"version": 2}
    assert await world.fact_rows.derive_again(CALL, DAY) is Derived.WITHOUT_RECORD
    assert world.rows.rows == {DAY: old}


async def test_the_row_of_a_version_that_was_replaced_meanwhile_is_left_to_whoever_did_so(world: World) -> None:
    world.find(stored(1))
    assert await world.fact_rows.derive_again(CALL, DAY) is Derived.KEPT
    assert world.rows.rows == {}


async def test_a_day_that_the_header_was_told_meanwhile_is_told_by_the_row_in_the_end(world: World) -> None:
    world.store.found, world.store.latest = stored(2), stored(2, OTHER_DAY)
    assert await world.fact_rows.derive_again(CALL, DAY) is Derived.WRITTEN
    assert world.rows.rows == {DAY: world.row(OTHER_DAY)}


async def test_a_row_that_is_left_on_a_day_which_the_call_has_left_goes(world: World) -> None:
    world.find(stored(2))
    world.rows.rows = {OTHER_DAY: {"version": 1}, DAY: world.row()}
    assert await world.fact_rows.derive_again(CALL, OTHER_DAY) is Derived.KEPT
    assert world.rows.rows == {DAY: world.row(OTHER_DAY)}


@pytest.mark.parametrize("version", [2, 3])
async def test_a_row_on_another_day_that_is_not_older_than_the_record_is_left_to_the_audit(
    world: World, version: int
) -> None:
    world.find(stored(2))
    world.rows.rows = {OTHER_DAY: {"version": version}}
    assert await world.fact_rows.derive_again(CALL, OTHER_DAY) is Derived.KEPT
    assert world.rows.rows == {OTHER_DAY: {"version": version}}
    assert world.steps.done == ["look", f"row {OTHER_DAY}"]
