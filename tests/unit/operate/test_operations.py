"""What operators command is done once, and what came of it is told."""

from collections.abc import Mapping
from datetime import timedelta

import orjson
import pytest

from callrecords.errors import Unavailable
from callrecords.operate.commands import CommandMessage
from callrecords.queues.workqueue import LONGEST_REASON
from tests.invented import DAY, NOW, OTHER_TENANT
from tests.unit.operate.operations_world import World, command

DAYS = {"first_day": "2026-03-03", "last_day": DAY}
ONE_OF_THE_QUEUES = "expected one of call-records, subscriptions, reconcile, audit, derive, operations, phone-calls."
AWAY = Unavailable("Cosmos could not be reached.")


@pytest.fixture
def world() -> World:
    world = World()
    world.given_up["call-records"].reasons = ["no", "other", "no"]
    return world


@pytest.mark.parametrize(("reason", "replayed", "left"), [(None, 3, 0), ("no", 2, 1), ("never", 0, 3)])
async def test_what_was_given_up_is_replayed_by_queue_and_reason(
    world: World, reason: str | None, replayed: int, left: int
) -> None:
    world.given_up["audit"].reasons = ["no"]
    await world.take(command("replay", reason=reason))
    told = {name: world.outcome()[name] for name in ("action", "queue", "replayed", "discarded", "left", "commanded")}
    expected = {"action": "replay", "queue": "call-records", "replayed": replayed, "discarded": 0, "left": left}
    assert told == {**expected, "commanded": NOW.isoformat()}
    assert "error" not in world.outcome()
    assert world.given_up["audit"].reasons == ["no"]
    assert (world.queues.main.sent, world.queues.poison.sent) == ([], [])


async def test_what_was_given_up_is_discarded_and_nothing_is_put_back(world: World) -> None:
    await world.take(command("discard", reason="no"))
    assert (world.outcome()["discarded"], world.outcome()["left"]) == (2, 1)
    assert world.given_up["call-records"].replayed == []


async def test_a_command_that_comes_twice_is_done_once(world: World) -> None:
    await world.take(command("replay"))
    world.given_up["call-records"].reasons = ["again"]
    await world.take(command("replay"))
    assert world.given_up["call-records"].reasons == ["again"]
    assert world.outcome()["replayed"] == 3


async def test_a_command_that_fails_halfway_goes_on_and_tells_all_that_was_done(world: World) -> None:
    given_up = world.given_up["call-records"]
    given_up.failing, given_up.failure = [1, 1], Unavailable("The poison queue could not be reached.")
    await world.take(command("replay"))
    assert world.state.items == {}
    await world.take_again()
    await world.take_again()
    assert (world.outcome()["replayed"], world.outcome()["left"]) == (3, 0)


async def test_an_outcome_that_could_not_be_remembered_is_remembered_later(world: World) -> None:
    world.state.failing_writes = AWAY
    await world.take(command("replay"))
    world.state.failing_writes = None
    await world.take_again()
    assert world.outcome()["replayed"] == 3


async def test_a_state_that_cannot_be_read_lets_nothing_be_done(world: World) -> None:
    world.state.failing = {"": AWAY}
    await world.take(command("discard"))
    assert len(world.given_up["call-records"].reasons) == 3
    assert len(world.queues.main.sent) == 1


async def test_a_defect_is_told_without_its_words_and_given_up_in_the_end(world: World) -> None:
    given_up = world.given_up["call-records"]
    given_up.failing, given_up.failure = [0] * 5, ValueError("a secret")
    await world.take(command("replay"))
    for _ in range(4):
        await world.take_again()
    (reason,) = world.queues.poison_reasons
    assert reason.startswith("An unexpected ValueError")
    assert "a secret" not in reason


async def test_an_audit_is_started_and_the_next_one_refused_until_it_has_ended(world: World) -> None:
    await world.take(command("audit", number=1, **DAYS))
    started = world.audits.waiting
    assert (started.audit, started.first_day, started.last_day) == ("command", "2026-03-03", DAY)
    assert (world.outcome(1)["started"], world.outcome(1)["firstDay"]) == (1, "2026-03-03")
    await world.take(command("audit", number=2, **DAYS))
    assert world.outcome(2)["error"] == "An audit on command is under way: start the next when it has ended."
    assert world.outcome(2)["started"] == 0
    await world.audits.run()
    await world.take(command("audit", number=3, **DAYS))
    assert "error" not in world.outcome(3)
    assert world.queues.poison.sent == []


@pytest.mark.parametrize("all_rows", [False, True])
async def test_deriving_again_is_started_and_the_next_one_refused_until_it_has_ended(
    world: World, all_rows: bool
) -> None:
    await world.take(command("derive", number=1, all_rows=all_rows, **DAYS))
    started = world.derivations.waiting
    assert (started.first_day, started.last_day, started.all_rows) == ("2026-03-03", DAY, all_rows)
    await world.take(command("derive", number=2, **DAYS))
    assert world.outcome(2)["error"] == "Facts are being derived again: start the next when that has ended."


async def test_a_run_whose_start_could_not_be_remembered_is_not_started_twice(world: World) -> None:
    world.state.failing_writes = AWAY
    await world.take(command("audit", 1, **DAYS))
    world.state.failing_writes = None
    await world.take_again()
    assert (world.outcome()["started"], "error" in world.outcome()) == (1, False)
    assert len(world.audits.queues.main.sent) == 1


async def test_a_comparison_of_days_is_started_and_days_that_graph_has_forgotten_are_refused(world: World) -> None:
    await world.take(command("reconcile", number=1, **DAYS))
    assert world.outcome(1)["started"] == 1
    await world.comparisons.run()
    assert world.comparisons.day(DAY).rung == "command"
    await world.take(command("reconcile", number=2, first_day="2026-01-01", last_day="2026-01-02"))
    assert world.outcome(2)["error"] == "to is 2026-01-02: expected a day of which Graph keeps calls, for 30 days."


@pytest.mark.parametrize("action", ["audit", "derive"])
@pytest.mark.parametrize(
    ("first", "last", "error"),
    [
        ("yesterday", DAY, "from is 'yesterday': expected a day from 2000 on such as 2026-03-04."),
        (DAY, "2026-03-05", "to is 2026-03-05: expected today, 2026-03-04 in UTC, or an earlier day."),
        ("2025-03-03", DAY, "from is 2025-03-03: expected at most 366 days from then to 2026-03-04."),
        (
            "2026-02-02",
            DAY,
            "from is 2026-02-02: expected a day from 2026-02-03 on, for items of older ones may expire.",
        ),
    ],
)
async def test_days_on_which_nothing_can_be_done_are_refused_in_words(
    world: World, action: str, first: str, last: str, error: str
) -> None:
    world.audits.cosmos.keeps = world.derivations.cosmos.keeps = timedelta(days=30)
    await world.take(command("audit" if action == "audit" else "derive", first_day=first, last_day=last))
    assert (world.outcome()["error"], world.outcome()["started"]) == (error, 0)
    assert world.audits.queues.main.sent == world.derivations.queues.main.sent == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"action": "format"}, "action is 'format': expected one of replay, discard, audit, derive, reconcile."),
        ({"commandId": "../x"}, "commandId is '../x': expected a GUID in lower case."),
        (
            {"queue": "alerts"},
            f"queue is 'alerts': {ONE_OF_THE_QUEUES}",
        ),
        (
            {"queue": None},
            f"queue is 'None': {ONE_OF_THE_QUEUES}",
        ),
        ({"reason": ""}, "reason is '': expected a string."),
        ({"reason": "x" * 501}, f"reason has 501 characters: expected at most {LONGEST_REASON}."),
        ({"action": "audit", "firstDay": DAY}, "firstDay or lastDay is missing: audit needs both."),
        ({"PopReceipt": "AgAAAAMAAAAA"}, "PopReceipt is no field of a command."),
        ({"replayed": -1}, "replayed is -1: expected a number from 0."),
    ],
)
async def test_what_is_no_command_is_given_up_with_the_reason_and_does_nothing(
    world: World, changed: Mapping[str, object], reason: str
) -> None:
    await world.take(orjson.dumps({**command("discard").as_json(), **changed}).decode())
    assert world.queues.poison_reasons == [reason]
    assert len(world.given_up["call-records"].reasons) == 3
    assert world.state.items == {}


async def test_a_command_that_did_not_come_over_the_queue_does_nothing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.operations.on_message(str(command("discard")), 1, came_over_queue=False)
    assert len(world.given_up["call-records"].reasons) == 3
    assert (world.state.items, world.queues.poison.sent) == ({}, [])
    assert caplog.messages == ["A command did not come over the queue: nothing is done. Use scripts/operate."]


async def test_a_command_for_another_tenant_is_given_up(world: World) -> None:
    await world.take(orjson.dumps({**command("discard").as_json(), "tenantId": OTHER_TENANT}).decode())
    assert len(world.queues.poison_reasons) == 1
    assert len(world.given_up["call-records"].reasons) == 3


def test_a_command_is_the_same_after_it_was_on_the_queue() -> None:
    whole = command("derive", 1, all_rows=True, **DAYS)
    assert CommandMessage.parse(str(whole)) == whole
