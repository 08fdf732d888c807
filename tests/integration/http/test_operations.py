from collections.abc import Mapping

import pytest
from azure.storage.queue.aio import QueueServiceClient

from callrecords.errors import Refused
from callrecords.http.operations import poison, treat_poison
from callrecords.queues.messages import CallMessage
from callrecords.queues.poison import PoisonQueue
from tests.asking import told
from tests.integration.azure_queues import AzureQueues
from tests.invented import call_message


async def given_up(queues: AzureQueues) -> None:
    async def work(_: CallMessage) -> None:
        raise Refused("no")

    await queues.work.handle(CallMessage, str(call_message()), 1, work)


@pytest.fixture
async def poison_queues(queues: AzureQueues, queue_service: QueueServiceClient) -> Mapping[str, PoisonQueue]:
    """Two queues; on the poison queue of the first is one message."""
    await given_up(queues)
    other = await AzureQueues.create(queue_service)
    return {"call-records": queues.poison_queue, "subscriptions": other.poison_queue}


async def test_poison_is_told_by_queue(poison_queues: Mapping[str, PoisonQueue]) -> None:
    assert told(await poison(poison_queues)) == (
        200,
        {"call-records": {"count": 1, "reasons": {"no": 1}}, "subscriptions": {"count": 0, "reasons": {}}},
    )


@pytest.mark.parametrize(
    ("action", "parameters", "answer", "left"),
    [
        ("replay", {}, {"replayed": 1, "unreadable": 0}, 0),
        ("replay", {"queue": "call-records", "reason": "no"}, {"replayed": 1, "unreadable": 0}, 0),
        ("replay", {"reason": "another"}, {"replayed": 0, "unreadable": 0}, 1),
        ("replay", {"queue": "subscriptions"}, {"replayed": 0, "unreadable": 0}, 1),
        ("discard", {}, {"discarded": 1}, 0),
        ("discard", {"reason": "another"}, {"discarded": 0}, 1),
    ],
)
async def test_poison_is_treated_by_queue_and_reason(
    poison_queues: Mapping[str, PoisonQueue], action: str, parameters: dict[str, str], answer: object, left: int
) -> None:
    assert told(await treat_poison(poison_queues, action, parameters)) == (200, answer)
    assert await poison_queues["call-records"].count() == left


async def test_what_is_discarded_does_not_come_back(
    poison_queues: Mapping[str, PoisonQueue], queues: AzureQueues
) -> None:
    await treat_poison(poison_queues, "discard", {})
    assert await queues.waiting() == []


@pytest.mark.parametrize(
    ("action", "parameters", "status", "error"),
    [
        ("replay", {"queue": "alerts"}, 400, "queue is 'alerts': expected one of call-records, subscriptions."),
        ("delete", {}, 404, "action is 'delete': expected replay or discard."),
        (None, {}, 404, "action is None: expected replay or discard."),
    ],
)
async def test_what_cannot_be_done_is_told_with_what_was_expected(
    poison_queues: Mapping[str, PoisonQueue], action: str | None, parameters: dict[str, str], status: int, error: str
) -> None:
    assert told(await treat_poison(poison_queues, action, parameters)) == (status, {"error": error})
    assert await poison_queues["call-records"].count() == 1


async def test_queues_that_cannot_be_reached_are_told(
    poison_queues: Mapping[str, PoisonQueue], queues: AzureQueues
) -> None:
    await queues.poison.delete_queue()
    unavailable = 503, {"error": "The poison queue could not be reached (ResourceNotFoundError)."}
    assert told(await poison(poison_queues)) == unavailable
    assert told(await treat_poison(poison_queues, "replay", {})) == unavailable
    assert told(await treat_poison(poison_queues, "discard", {})) == unavailable
