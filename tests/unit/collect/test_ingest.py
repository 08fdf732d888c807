from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from callrecords.callrecord import Caveat
from callrecords.collect.arrivals import LAST_ARRIVAL
from callrecords.errors import CallRecordsError, Forbidden, NotFound, Refused, Throttled, Unavailable
from callrecords.facts.row import fact_row
from callrecords.ports.records import Saved, Stored
from callrecords.queues.messages import CallMessage, FetchReason
from tests.invented import CALL, DAY, NOW, TENANT, call_message, call_record
from tests.unit.collect.ingest_world import NOTHING, OTHER_DAY, World, stored


@pytest.fixture
def world() -> World:
    return World()


async def test_a_call_that_is_new_is_fetched_stored_and_derived(world: World) -> None:
    await world.ingest(str(call_message()), 1)
    assert world.steps.done == ["look", "start", "derive 2", "save 2"]
    assert world.rows.rows == {DAY: fact_row(world.graph.record, TENANT)}
    assert world.queues.main.sent == world.queues.poison.sent == []
    assert world.state.items[LAST_ARRIVAL.id]["at"] == NOW.isoformat()


async def test_a_newer_version_replaces_an_older_one(world: World) -> None:
    world.store.found = stored(1)
    world.rows.rows[DAY] = {"version": 1}
    await world.ingest(str(call_message()), 1)
    assert world.steps.done == ["look", f"row {DAY}", "start", "derive 2", "save 2"]


@pytest.mark.parametrize(("listed", "is_done"), [(None, True), (1, True), (2, True), (3, False)])
async def test_a_version_older_than_the_listed_one_is_stored_and_the_listed_one_asked_for_again(
    world: World, listed: int | None, is_done: bool
) -> None:
    await world.ingest(str(replace(call_message(), reason="reconcile", version=listed)), 1)
    assert world.rows.rows[DAY]["version"] == 2
    put_back = [CallMessage.parse(sent.text) for sent in world.queues.main.sent]
    assert [message.failure for message in put_back] == ([] if is_done else ["NotFound"])
    assert (LAST_ARRIVAL.id in world.state.items) is is_done


async def test_what_a_newer_version_left_under_other_days_is_deleted(world: World) -> None:
    world.store.found = stored(1, OTHER_DAY)
    world.rows.rows[OTHER_DAY] = {"version": 1}
    await world.ingest(str(call_message()), 1)
    assert world.steps.done[-3:] == [f"delete {OTHER_DAY} 2", "derive 2", "former_days"]
    assert world.rows.rows == {DAY: fact_row(world.graph.record, TENANT, [OTHER_DAY])}


async def test_a_repeat_finds_nothing_to_do_where_the_facts_are_of_the_stored_version(world: World) -> None:
    world.store.found = stored(2)
    world.rows.rows[DAY] = {"version": 2}
    await world.ingest(str(call_message()), 1)
    assert world.steps.done == ["look", f"row {DAY}", "start", "tidy 2"]
    assert LAST_ARRIVAL.id in world.state.items


@pytest.mark.parametrize("rows", [{}, {DAY: {"version": 1}}], ids=["missing", "older"])
async def test_a_repeat_finishes_what_an_earlier_try_left(world: World, rows: dict[str, Mapping[str, Any]]) -> None:
    world.store.found, world.rows.rows, world.store.loaded = stored(2), rows, call_record(2)
    await world.ingest(str(call_message()), 1)
    assert world.steps.done[1:] == [f"row {DAY}", "load", "derive 2", "former_days", "start", "tidy 2"]
    assert world.rows.rows == {DAY: fact_row(call_record(2), TENANT)}


async def test_a_repeat_writes_the_row_of_a_call_that_moved_again_after_what_it_deletes(world: World) -> None:
    world.store.found, world.store.loaded = stored(2, OTHER_DAY), call_record(2)
    world.rows.rows = {OTHER_DAY: {"version": 1}, DAY: {"version": 2}}
    await world.ingest(str(call_message()), 1)
    assert world.steps.done[1:-2] == [f"delete {OTHER_DAY} 2", f"row {DAY}", "load", "derive 2", "former_days"]
    assert world.rows.rows == {DAY: fact_row(call_record(2), TENANT, [OTHER_DAY])}


async def test_a_version_that_took_the_place_of_the_repeated_one_is_left_to_who_stored_it(world: World) -> None:
    world.store.found, world.store.loaded = stored(2), call_record(3)
    await world.ingest(str(call_message()), 1)
    assert world.steps.done[1:] == [f"row {DAY}", "load", "start", "tidy 2"]
    assert world.rows.rows == {}


async def test_a_record_that_another_worker_stored_meanwhile_has_its_row(world: World) -> None:
    world.store.outcome = Saved.REPEATED
    await world.ingest(str(call_message()), 1)
    assert world.steps.done[2:] == ["derive 2", "save 2", f"row {DAY}"]


async def test_a_record_that_is_older_than_the_stored_one_is_left_to_who_stored_that(world: World) -> None:
    world.store.outcome = Saved.OUTDATED
    await world.ingest(str(call_message()), 1)
    assert world.steps.done == ["look", "start", "derive 2", "save 2"]
    assert LAST_ARRIVAL.id in world.state.items


async def test_a_row_is_taken_back_where_a_newer_version_of_another_day_was_faster(world: World) -> None:
    newer = call_record(3, start=f"{OTHER_DAY}T10:00:00Z")
    world.store.outcome, world.store.stored = Saved.OUTDATED, stored(3, day=OTHER_DAY)
    world.store.latest, world.store.loaded = stored(3, day=OTHER_DAY), newer
    await world.ingest(str(call_message()), 1)
    assert world.steps.done[2:] == [
        "derive 2",
        "save 2",
        f"add_former_day {DAY}",
        "look",
        f"delete {DAY} 3",
        f"row {OTHER_DAY}",
        "load",
        "derive 3",
        "former_days",
    ]
    assert world.rows.rows == {OTHER_DAY: fact_row(newer, TENANT, [DAY])}


async def test_a_row_of_a_day_that_a_newer_version_has_left_meanwhile_gives_way_to_that_of_the_newer_one(
    world: World,
) -> None:
    newer = call_record(3, start=f"{OTHER_DAY}T10:00:00Z")
    world.store.found = stored(1, OTHER_DAY)
    world.store.latest, world.store.loaded = stored(3, DAY, day=OTHER_DAY), newer
    await world.ingest(str(call_message()), 1)
    at = world.steps.done.index("save 2")
    assert world.steps.done[at + 1 :] == [
        f"delete {OTHER_DAY} 2",
        "derive 2",
        "former_days",
        "look",
        f"delete {DAY} 3",
        f"row {OTHER_DAY}",
        "load",
        "derive 3",
        "former_days",
    ]
    assert world.rows.rows == {OTHER_DAY: fact_row(newer, TENANT, [DAY])}


@pytest.mark.parametrize("is_killed", [False, True])
async def test_a_row_that_a_try_left_which_ended_before_its_record_is_deleted(world: World, is_killed: bool) -> None:
    newer = call_record(3, start=f"{OTHER_DAY}T10:00:00Z")
    world.graph.record, world.store.loaded = newer, newer
    world.store.found = world.store.latest = stored(3, day=OTHER_DAY)
    world.rows.rows = {DAY: {"version": 2}, OTHER_DAY: fact_row(newer, TENANT)}
    message = call_message() if is_killed else replace(call_message(), may_have_left_row=True)
    await world.ingest(str(message), 2 if is_killed else 1)
    assert world.rows.rows == {OTHER_DAY: fact_row(newer, TENANT, [DAY])}


async def test_a_try_that_ends_before_its_record_tells_so(world: World) -> None:
    world.steps.failing = {"save": Throttled("slow", None)}
    await world.ingest(str(call_message()), 1)
    (sent,) = world.queues.main.sent
    assert CallMessage.parse(sent.text) == replace(call_message(), may_have_left_row=True, asked_at=NOW)


async def test_a_record_that_is_erased_meanwhile_has_no_facts(world: World) -> None:
    world.store.found = stored(2)
    await world.ingest(str(call_message()), 1)
    assert world.steps.done == ["look", f"row {DAY}", "load", "start", "tidy 2"]
    assert world.rows.rows == {}


@pytest.mark.parametrize(("found", "outcome"), [(NOTHING, Saved.STORED), (NOTHING, Saved.OUTDATED), (stored(2), None)])
async def test_the_log_tells_the_outcome_and_nothing_of_the_record(
    world: World, found: Stored, outcome: Saved | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    world.store.found, world.store.outcome = found, outcome or Saved.STORED
    world.graph.record.properties["joinWebUrl"] = "private"
    world.graph.record = replace(world.graph.record, sessions=[{"caller": "private"}])
    await world.ingest(str(call_message()), 1)
    assert caplog.messages == [f"Call record {CALL} version 2: {(outcome or Saved.REPEATED).value}."]
    assert "private" not in caplog.text


@pytest.mark.parametrize(
    ("failure", "seconds"),
    [(NotFound("not there"), 60), (Throttled("slow", None), 30), (Unavailable("away"), 10), (Forbidden("no"), 900)],
)
@pytest.mark.parametrize("step", ["look", "start", "save", "delete", "derive", "former_days"])
async def test_a_failure_of_any_step_brings_the_message_back_later(
    world: World, step: str, failure: CallRecordsError, seconds: int
) -> None:
    world.store.found = stored(1, OTHER_DAY)
    world.steps.failing = {step: failure}
    await world.ingest(str(call_message()), 1)
    (sent,) = world.queues.main.sent
    counted = call_message().failed(type(failure).__name__, NOW)
    put_back = call_message() if isinstance(failure, Throttled) else counted
    put_back = replace(put_back, may_have_left_row=step == "save", asked_at=None if step == "look" else NOW)
    assert CallMessage.parse(sent.text) == put_back
    assert seconds <= (sent.delay or 0) <= seconds * 1.25
    assert world.queues.poison.sent == []
    assert world.state.items == {}


async def test_what_can_never_succeed_is_poison_with_the_reason(world: World) -> None:
    world.steps.failing = {"save": Refused("Cosmos answered 413.")}
    await world.ingest(str(call_message()), 1)
    assert world.queues.poison_reasons == ["Cosmos answered 413."]


async def test_the_record_is_home_even_where_its_arrival_cannot_be_noted(world: World) -> None:
    world.state.failing = {LAST_ARRIVAL.id: Unavailable("away")}
    await world.ingest(str(call_message()), 1)
    assert world.rows.rows
    assert world.queues.main.sent == []


async def test_a_record_that_is_stored_without_sessions_is_fetched_again_in_its_version(world: World) -> None:
    world.store.found = replace(stored(2), caveats=frozenset({"noSessions"}))
    world.rows.rows[DAY] = {"version": 2, "caveats": ["noSessions"]}
    await world.ingest(str(call_message()), 1)
    assert world.steps.done == ["look", f"row {DAY}", "start", "derive 2", "save 2"]


@pytest.mark.parametrize("version", [2, 3])
async def test_a_record_with_sessions_is_not_given_away_for_one_without(world: World, version: int) -> None:
    world.store.found = replace(stored(2), named_parts=frozenset({"a"}) if version == 2 else frozenset())
    world.graph.record = replace(call_record(version, sessions=[]), caveats=("noSessions",))
    await world.ingest(str(call_message()), 1)
    before = [] if version == 2 else [f"row {DAY}", "load"]  # what is damaged has no row derived
    assert world.steps.done == ["look", *before, "start"]
    assert [CallMessage.parse(sent.text).failure for sent in world.queues.main.sent] == ["Garbled"]


async def test_a_newer_record_without_sessions_takes_the_place_of_one_without(world: World) -> None:
    world.store.found = replace(stored(1), caveats=frozenset({"noSessions"}))
    world.graph.record = replace(call_record(version=2, sessions=[]), caveats=("noSessions",))
    await world.ingest(str(call_message()), 1)
    assert "save 2" in world.steps.done


async def test_a_row_that_tells_of_no_sessions_is_derived_again_where_the_record_has_got_some(world: World) -> None:
    world.store.found, world.store.loaded = stored(2), call_record(2)
    world.rows.rows[DAY] = {"version": 2, "caveats": ["noSessions"]}
    await world.ingest(str(call_message()), 1)
    assert world.rows.rows == {DAY: fact_row(call_record(2), TENANT)}


async def test_a_record_whose_parts_are_gone_is_waited_for_where_graph_has_only_an_older_one(world: World) -> None:
    world.store.found = replace(stored(3), named_parts=frozenset({"a"}))
    await world.ingest(str(call_message()), 1)
    assert world.steps.done == ["look", "start"]
    assert [CallMessage.parse(sent.text).failure for sent in world.queues.main.sent] == ["NotFound"]


async def test_a_record_without_sessions_does_not_win_a_race_against_one_with_some(world: World) -> None:
    world.graph.record = replace(call_record(version=3, sessions=[]), caveats=("noSessions",))
    world.store.outcome, world.store.stored = Saved.OUTDATED, stored(2)
    await world.ingest(str(call_message()), 1)
    assert [CallMessage.parse(sent.text).failure for sent in world.queues.main.sent] == ["Garbled"]


async def test_a_row_that_tells_of_sessions_which_the_record_lacks_is_derived_again(world: World) -> None:
    empty = replace(call_record(2, sessions=[]), caveats=("noSessions",))
    world.store.found = replace(stored(2), caveats=frozenset({"noSessions"}))
    world.store.loaded, world.graph.record = empty, empty
    world.rows.rows[DAY] = fact_row(call_record(2), TENANT)
    await world.ingest(str(call_message()), 1)
    assert f"delete {DAY} 3" in world.steps.done
    assert world.rows.rows == {DAY: fact_row(empty, TENANT)}


@pytest.mark.parametrize("failure", [NotFound("Graph answered 404."), Throttled("slow", 30)])
async def test_a_record_that_an_audit_finds_without_its_row_needs_no_graph_now(
    world: World, failure: CallRecordsError
) -> None:
    world.store.found, world.store.loaded = stored(2), call_record(2)
    world.steps.failing = {"start": failure}
    await world.ingest(str(replace(call_message(), reason="audit", version=2)), 1)
    assert (world.queues.main.sent, list(world.rows.rows)) == ([], [DAY])


@pytest.mark.parametrize("reason", ["lookup", "audit", "replay", "reconcile"])
async def test_a_record_that_cannot_be_read_is_fetched_again_where_somebody_asks_for_it(
    world: World, reason: FetchReason
) -> None:
    world.store.found = stored(2)
    await world.ingest(str(replace(call_message(), reason=reason)), 1)
    assert world.steps.done == ["look", "load", "start", "derive 2", "save 2"]


@pytest.mark.parametrize("caveat", ["participantsRefused", "repaired"])
async def test_another_caveat_is_no_reason_to_fetch_a_version_again(world: World, caveat: Caveat) -> None:
    world.store.found = replace(stored(2), caveats=frozenset({caveat}))
    world.rows.rows[DAY] = {"version": 2, "caveats": [caveat]}
    await world.ingest(str(call_message()), 1)
    assert world.steps.done == ["look", f"row {DAY}", "start", "tidy 2"]


async def test_a_row_names_the_caveats_of_its_record(world: World) -> None:
    world.graph.record = replace(call_record(version=2, sessions=[]), caveats=("noSessions", "repaired"))
    await world.ingest(str(call_message()), 1)
    assert world.rows.rows[DAY]["caveats"] == ["noSessions", "repaired"]


async def test_a_record_whose_parts_are_gone_is_fetched_again_in_its_version(world: World) -> None:
    world.store.found = replace(stored(2), named_parts=frozenset({"a"}))
    await world.ingest(str(call_message()), 1)
    assert world.steps.done == ["look", "start", "derive 2", "save 2"]


async def test_a_record_that_graph_no_longer_has_gets_the_row_that_is_missing(world: World) -> None:
    world.store.found, world.store.loaded = stored(2), call_record(2)
    world.steps.failing = {"start": NotFound("Graph answered 404.")}
    await world.ingest(str(call_message()), 1)
    assert world.rows.rows == {DAY: fact_row(call_record(2), TENANT)}
    assert [CallMessage.parse(sent.text).failure for sent in world.queues.main.sent] == ["NotFound"]


@pytest.mark.parametrize(("version", "is_done"), [(None, True), (2, True), (3, False)])
async def test_a_record_that_an_audit_finds_without_its_row_needs_no_graph(
    world: World, version: int | None, is_done: bool
) -> None:
    world.store.found, world.store.loaded = stored(2), call_record(2)
    world.steps.failing = {"start": NotFound("Graph answered 404.")}
    await world.ingest(str(replace(call_message(), reason="audit", version=version)), 1)
    assert world.rows.rows == {DAY: fact_row(call_record(2), TENANT)}
    assert len(world.queues.main.sent) == (0 if is_done else 1)


async def test_a_record_that_graph_no_longer_has_and_whose_parts_are_gone_is_not_derived(world: World) -> None:
    world.store.found = replace(stored(2), named_parts=frozenset({"a"}))
    world.steps.failing = {"start": NotFound("Graph answered 404.")}
    await world.ingest(str(call_message()), 1)
    assert world.steps.done == ["look", "start"]
