"""Rows of phone calls are imported, each once, whatever happens in between."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.collect.phone.run import days_to_import
from callrecords.errors import CallRecordsError, Forbidden, Refused, Throttled, Unavailable
from callrecords.phone.amounts import exact_sum
from callrecords.ports.phonerow import PhoneSource
from tests.invented import NOW, TENANT, call_id
from tests.unit.collect.phone.world import DAY, HOUR, World, pstn

MANY = [pstn(number, NOW - DAY + number * timedelta(minutes=1)) for number in range(100)]


async def test_the_first_import_goes_back_for_as_many_days_as_are_wanted() -> None:
    old, older = pstn(1, NOW - 30 * DAY), pstn(2, NOW - 31 * DAY)
    world = World(old, older, pstn(3))
    outcome = await world.run()
    assert world.ids == [f"pstn-{call_id(number)}" for number in (1, 3)]
    assert (outcome["firstDay"], outcome["lastDay"], outcome["importedFrom"]) == (
        "2026-02-02",
        "2026-03-04",
        "2026-02-02",
    )
    assert (outcome["told"], outcome["added"], outcome["changed"]) == (2, 2, 0)


async def test_later_imports_read_the_last_days_again_and_write_what_is_new() -> None:
    world = World(*MANY)
    await world.run()
    world.rows.writes.clear()
    world.clock.forward(DAY)
    world.pages.asked.clear()
    world.pages.rows.append(pstn(900, NOW - 2 * DAY))
    outcome = await world.run()
    assert (outcome["told"], outcome["added"], outcome["changed"]) == (101, 1, 0)
    assert world.rows.writes.total() == 1
    assert {start.date().isoformat() for _, start, _ in world.pages.asked} == {
        f"2026-0{day}" for day in ("2-28", "3-01", "3-02", "3-03", "3-04", "3-05")
    }


async def test_a_second_import_changes_nothing() -> None:
    world = World(*MANY)
    await world.run()
    before = dict(world.rows.held)
    world.rows.writes.clear()
    await world.run()
    assert world.rows.held == before
    assert world.rows.writes.total() == 0


async def test_a_row_that_comes_again_with_another_content_takes_the_place_of_the_first_and_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World(pstn(1))
    await world.run()
    world.pages.rows = [pstn(1, charge=Decimal("0.0175"))]
    outcome = await world.run()
    (row,) = world.rows.held.values()
    assert row.get("charge") == "0.0175"
    assert (outcome["added"], outcome["changed"]) == (0, 1)
    assert "1 pstn rows came again with another content: the later one counts." in caplog.messages


async def test_of_two_rows_of_one_id_on_a_page_the_later_one_counts_and_that_is_told() -> None:
    world = World(pstn(1), pstn(1, charge=Decimal("7.5")), pstn(2), pstn(2))
    outcome = await world.run()
    assert [row.get("charge") for row in world.rows.held.values()] == ["7.5", "0.0150"]
    assert (outcome["told"], outcome["added"], outcome["changed"]) == (4, 2, 1)


async def test_a_row_that_moves_to_another_day_is_there_once() -> None:
    world = World(pstn(1, NOW - HOUR))
    await world.run()
    world.pages.rows = [pstn(1, NOW - DAY)]
    outcome = await world.run()
    assert [day for day, _ in world.rows.held] == ["2026-03-03"]
    assert outcome["moved"] == 1


async def test_a_row_that_was_left_under_its_former_day_goes_with_the_next_import() -> None:
    world = World(pstn(1, NOW - HOUR))
    await world.run()
    world.pages.rows = [pstn(1, NOW - DAY)]
    world.rows.writes.clear()
    world.rows.failing = lambda number: Unavailable("away") if number == 2 else None
    await world.phone.on_schedule("pstn")
    await world.take()
    assert len(world.rows.held) == 2
    await world.go_on()
    assert [day for day, _ in world.rows.held] == ["2026-03-03"]


async def test_an_entry_without_an_id_is_counted_and_hides_no_other() -> None:
    world = World(pstn(1), pstn(2, id=None), pstn(3, callType="odd"))
    outcome = await world.run()
    assert (outcome["told"], outcome["unreadable"], outcome["added"]) == (3, 1, 2)
    assert outcome["flags"] == {"kindUnknown": 1}


@pytest.mark.parametrize("failure", [Throttled("slow", 20), Unavailable("503")])
@pytest.mark.parametrize("page", [1, 2, 7])
async def test_an_import_that_is_stopped_at_a_page_goes_on_at_that_page(page: int, failure: CallRecordsError) -> None:
    world = World(*MANY, backfill_days=1)
    world.pages.size = 10
    world.pages.failing = lambda number: failure if number == page else None
    outcome = await world.run()
    assert len(world.ids) == outcome["added"] == outcome["told"] == 100
    assert len(world.pages.asked) == len(set(world.pages.asked)) + 1


@given(st.lists(st.sampled_from(["page", "write", "kill"]), max_size=6), st.integers(1, 30), st.integers(1, 9))
async def test_no_row_is_lost_or_doubled_wherever_an_import_is_stopped(kinds: list[str], at: int, size: int) -> None:
    world = World(*MANY[:40], backfill_days=1)
    world.pages.size = size
    stops = dict(enumerate(kinds, start=at))
    world.pages.failing = lambda number: Unavailable("503") if stops.get(number) == "page" else None
    world.rows.failing = lambda number: Unavailable("503") if stops.get(number) == "write" else None
    await world.phone.on_schedule("pstn")
    for number in range(400):
        if not world.queues.main.sent:
            break
        sent = world.queues.main.sent[0]
        await world.take()
        if stops.get(number) == "kill":  # after it was put back, and before the host had done with the one before
            world.queues.main.sent.insert(0, sent)
    assert world.ids == sorted(f"pstn-{row['id']}" for row in MANY[:40])
    total = exact_sum(*(Decimal(row["charge"]) for row in world.rows.held.values()))
    assert total == 40 * Decimal("0.0150")


async def test_a_link_that_graph_no_longer_follows_begins_the_day_anew() -> None:
    world = World(*MANY, backfill_days=1)
    world.pages.size = 60
    refused: list[int] = []

    def once(number: int) -> CallRecordsError | None:
        if world.pages.asked[-1][2] and not refused:
            refused.append(number)
            return Refused("Graph answered 400.")
        return None

    world.pages.failing = once
    outcome = await world.run()
    assert len(world.ids) == outcome["added"] == 100


async def test_links_that_graph_never_follows_are_given_up_in_the_end() -> None:
    world = World(*MANY, backfill_days=1)
    world.pages.size, world.pages.links_last = 60, False
    await world.phone.on_schedule("pstn")
    for _ in range(20):
        if world.queues.main.sent:
            await world.take()
    assert world.queues.poison_reasons == ["Graph answered 400."]


async def test_without_the_permission_it_is_named_and_the_other_source_goes_on() -> None:
    world = World(*MANY)
    world.pages.failing = lambda _: (
        Forbidden("Graph answered 403.") if world.pages.asked[-1][0] == "directRouting" else None
    )
    await world.phone.on_schedule("directRouting")
    await world.take()  # joins what is there
    await world.take()
    (sent,) = world.queues.main.sent
    assert sent.delay == 900
    world.queues.main.sent.clear()
    outcome = await world.run("pstn")
    assert outcome["added"] == 100


async def test_while_an_import_goes_on_no_other_of_its_source_is_begun(caplog: pytest.LogCaptureFixture) -> None:
    world = World(*MANY)
    await world.phone.on_schedule("pstn")
    await world.phone.on_schedule("pstn")
    await world.phone.on_schedule("directRouting")
    assert len(world.queues.main.sent) == 2
    assert caplog.messages == ["The last import of pstn rows is still under way: no other is started."]


async def test_a_message_of_another_tenant_or_shape_is_poison() -> None:
    world = World()
    await world.phone.on_message("no message", 1)
    await world.phone.on_schedule("pstn")
    (sent,) = world.queues.main.sent
    await world.phone.on_message(sent.text.replace(TENANT, call_id(5)), 1)
    await world.phone.on_message(sent.text.replace('"source":"pstn"', '"source":"fax"'), 1)
    assert len(world.queues.poison.sent) == 3


@pytest.mark.parametrize(
    ("source", "backfill", "first"),
    [("pstn", 30, "2026-02-02"), ("pstn", 365, "2025-03-04"), ("directRouting", 365, "2025-10-05")],
)
def test_no_more_days_are_imported_than_there_are(source: PhoneSource, backfill: int, first: str) -> None:
    assert days_to_import(source, None, backfill, NOW.date()) == (first, "2026-03-04", first)


async def test_when_more_days_are_wanted_than_before_they_are_imported_too() -> None:
    world = World(pstn(1, NOW - 60 * DAY))
    await world.run()
    assert world.ids == []
    more = World(pstn(1, NOW - 60 * DAY), backfill_days=90)
    more.state.items = world.state.items
    outcome = await more.run()
    assert (outcome["importedFrom"], outcome["added"]) == ("2025-12-04", 1)
