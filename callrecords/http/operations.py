"""What operators ask over HTTP: is all well, what was given up, put it back."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

from callrecords import __version__
from callrecords.errors import CallRecordsError
from callrecords.graphtypes import JsonObject
from callrecords.http.answers import Answer, json_answer, problem, refusal
from callrecords.queues.workqueue import CALL_RECORDS

if TYPE_CHECKING:
    from callrecords.operate.health import Health
    from callrecords.queues.poison import PoisonQueue


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
        found = {
            name: {"count": await queue.count(), "reasons": await queue.reasons()} for name, queue in queues.items()
        }
    except CallRecordsError as error:
        return refusal(error)
    return json_answer(found)


async def treat_poison(
    queues: "Mapping[str, PoisonQueue]", action: str | None, parameters: Mapping[str, str]
) -> Answer:
    """Replays or discards the messages of `queue` (call-records, if not given) with `reason` (all, if not given)."""
    name, reason = parameters.get("queue", CALL_RECORDS), parameters.get("reason")
    if name not in queues:
        return problem(HTTPStatus.BAD_REQUEST, f"queue is {name[:60]!r}: expected one of {', '.join(queues)}.")
    if action not in ("replay", "discard"):
        return problem(HTTPStatus.NOT_FOUND, f"action is {action!r}: expected replay or discard.")
    queue = queues[name]
    try:
        return json_answer(await (queue.replay(reason) if action == "replay" else queue.discard(reason)))
    except CallRecordsError as error:
        return refusal(error)
