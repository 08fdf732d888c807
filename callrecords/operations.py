"""What operators ask over HTTP: is all well, what was given up, put it back."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

from callrecords.errors import CallRecordsError
from callrecords.jsontypes import JsonObject
from callrecords.workqueue import CALL_RECORDS

if TYPE_CHECKING:
    from callrecords.app import App
    from callrecords.poison import PoisonQueue

type Answer = tuple[HTTPStatus, JsonObject]


async def health(app: "App | None", problems: list[str]) -> Answer:
    """200 when every link of the chain holds, else 503; the body names the first that does not."""
    if app is None:
        broken = {"link": "settings", "why": " ".join(problems)}
        return HTTPStatus.SERVICE_UNAVAILABLE, {"healthy": False, "broken": broken, "links": {}}
    report = await app.health()
    return HTTPStatus.OK if report.healthy else HTTPStatus.SERVICE_UNAVAILABLE, report.as_json()


async def poison(queues: "Mapping[str, PoisonQueue]") -> Answer:
    """The number of messages that were given up and why, by queue."""
    try:
        answer = {
            name: {"count": await queue.count(), "reasons": await queue.reasons()} for name, queue in queues.items()
        }
    except CallRecordsError as error:
        return HTTPStatus.SERVICE_UNAVAILABLE, {"error": str(error)}
    return HTTPStatus.OK, answer


async def treat_poison(
    queues: "Mapping[str, PoisonQueue]", action: str | None, parameters: Mapping[str, str]
) -> Answer:
    """Replays or discards the messages of `queue` (call-records, if not given) with `reason` (all, if not given)."""
    name, reason = parameters.get("queue", CALL_RECORDS), parameters.get("reason")
    if name not in queues:
        return HTTPStatus.BAD_REQUEST, {"error": f"queue is {name!r}: expected one of {', '.join(queues)}."}
    if action not in ("replay", "discard"):
        return HTTPStatus.NOT_FOUND, {"error": f"action is {action!r}: expected replay or discard."}
    queue = queues[name]
    try:
        return HTTPStatus.OK, await (queue.replay(reason) if action == "replay" else queue.discard(reason))
    except CallRecordsError as error:
        return HTTPStatus.SERVICE_UNAVAILABLE, {"error": str(error)}
