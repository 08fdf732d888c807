"""What operators ask over HTTP: is all well, what was given up, what came of their commands."""

from http import HTTPStatus
from typing import TYPE_CHECKING, get_args

from callrecords import __version__
from callrecords.errors import CallRecordsError, time_limit
from callrecords.graphtypes import JsonObject
from callrecords.http.answers import Answer, json_answer, problem, refusal
from callrecords.operate.commands import Action
from callrecords.queues.workqueue import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callrecords.operate.health import Health
    from callrecords.operate.operations import Operations
    from callrecords.queues.poison import PoisonQueue

# An operator who asks while something is frozen is told so. The clients of Azure would try for minutes.
_PATIENCE_SECONDS = 20


async def health(health: "Health | None", problems: list[str]) -> Answer:
    """200 when every link of the chain holds, else 503; the body names the first that does not.

    `health` is None where the settings have `problems`.
    """
    if health is None:
        broken = {"link": "settings", "why": " ".join(problems)}
        return _health({"healthy": False, "broken": broken, "links": {}})
    return _health((await health.report()).as_json())


def _health(document: JsonObject) -> Answer:
    status = HTTPStatus.OK if document["healthy"] else HTTPStatus.SERVICE_UNAVAILABLE
    return json_answer({"version": __version__, **document}, status)


async def poison(queues: "Mapping[str, PoisonQueue]") -> Answer:
    """The number of messages that were given up and why, by queue."""
    try:
        async with time_limit(_PATIENCE_SECONDS, "The poison queues did not answer"):
            found = {
                name: {"count": await queue.count(), "reasons": await queue.reasons()} for name, queue in queues.items()
            }
    except CallRecordsError as error:
        return refusal(error)
    return json_answer(found)


async def commanded(operations: "Operations") -> Answer:
    """What came of the commands of operators, the newest first."""
    try:
        async with time_limit(_PATIENCE_SECONDS, "Cosmos DB did not answer"):
            latest = await operations.latest()
    except CallRecordsError as error:
        return refusal(error)
    return json_answer({"commands": [_without_ttl(outcome.as_json()) for outcome in latest]})


def _without_ttl(document: JsonObject) -> JsonObject:
    return {name: value for name, value in document.items() if name != "ttl"}


def only_by_command(action: str | None) -> Answer:
    """403 with the command that does it: what changes, deletes or costs something is for operators, and a function key
    tells nobody who has it from an operator. 404 for what is no command."""
    if action not in get_args(Action):
        return problem(HTTPStatus.NOT_FOUND, f"There is no command {(action or '')[:60]!r}.")
    return problem(
        HTTPStatus.FORBIDDEN,
        f"No function key opens this. Run scripts/operate {action} in a clone of the app's repository, as somebody"
        f" who may write to the queue {OPERATIONS}: docs/operations.md says how.",
    )
