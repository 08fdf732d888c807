import asyncio
from datetime import timedelta
from typing import Any

import pytest

from callrecords import __version__
from callrecords.errors import Unavailable
from callrecords.http import operations
from callrecords.http.operations import commanded, health, only_by_command, poison
from callrecords.operate.report import HealthReport, Link
from tests.asking import told
from tests.invented import NOW, call_id
from tests.unit.operate.operations_world import World, command


class KnownHealth:
    """Stands for a Health whose report is known."""

    def __init__(self, *links: Link) -> None:
        self.known = HealthReport({f"link {number}": link for number, link in enumerate(links)}, NOW)

    async def report(self) -> HealthReport:
        return self.known


async def test_an_app_without_settings_is_not_healthy_and_says_why() -> None:
    status, body = told(await health(None, ["A is missing.", "B is malformed."]))
    assert status == 503
    assert body["broken"] == {"link": "settings", "why": "A is missing. B is malformed."}
    assert body["healthy"] is False


@pytest.mark.parametrize(
    ("links", "status", "broken"),
    [
        ([Link(), Link()], 200, None),
        ([Link(), Link("broken")], 503, {"link": "link 1", "why": "broken"}),
        ([Link("first"), Link("second")], 503, {"link": "link 0", "why": "first"}),
    ],
)
async def test_health_is_a_status_and_the_first_link_that_is_broken(
    links: list[Link], status: int, broken: object
) -> None:
    known: Any = KnownHealth(*links)
    answered, body = told(await health(known, []))
    assert answered == status
    assert (body["healthy"], body["broken"]) == (status == 200, broken)
    assert [link["ok"] for link in body["links"].values()] == [link.why is None for link in links]


@pytest.mark.parametrize("known", [None, KnownHealth(Link()), KnownHealth(Link("broken"))])
async def test_health_tells_the_version_of_the_app(known: Any) -> None:
    _, body = told(await health(known, []))
    assert body["version"] == __version__


@pytest.mark.parametrize("action", ["replay", "discard", "audit", "derive"])
def test_what_is_for_operators_is_refused_and_the_command_named(action: str) -> None:
    status, answer = told(only_by_command(action))
    assert status == 403
    assert f"Run scripts/operate {action} " in answer["error"]
    assert "may write to the queue operations" in answer["error"]


@pytest.mark.parametrize("action", ["delete", "", None])
def test_what_is_no_command_is_not_found(action: str | None) -> None:
    assert told(only_by_command(action)) == (404, {"error": f"There is no command {action or ''!r}."})


async def test_what_came_of_commands_is_told_the_newest_first() -> None:
    world = World()
    await world.take(command("discard", number=1))
    world.clock.forward(timedelta(minutes=1))
    await world.take(command("discard", number=2))
    status, answer = told(await commanded(world.operations))
    assert status == 200
    assert [each["commandId"] for each in answer["commands"]] == [call_id(2), call_id(1)]
    assert "ttl" not in answer["commands"][0]


async def test_commands_that_cannot_be_looked_up_are_told() -> None:
    world = World()
    world.state.failing = {"": Unavailable("Cosmos could not be reached.")}
    assert told(await commanded(world.operations)) == (503, {"error": "Cosmos could not be reached."})


class Frozen:
    """Stands for a poison queue, or for what remembers commands, of a service that does not answer."""

    async def count(self) -> int:
        await asyncio.sleep(60)
        return 0

    async def latest(self) -> list[object]:
        await asyncio.sleep(60)
        return []


async def test_who_asks_what_does_not_answer_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "_PATIENCE_SECONDS", 0.01)
    frozen: Any = Frozen()
    assert told(await poison({"audit": frozen})) == (503, {"error": "The poison queues did not answer within 0.01 s."})
    assert told(await commanded(frozen)) == (503, {"error": "Cosmos DB did not answer within 0.01 s."})
