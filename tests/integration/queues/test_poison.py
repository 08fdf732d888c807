import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from azure.storage.queue.aio import QueueClient

from callrecords.errors import CallRecordsError, Forbidden, NotFound, Refused, Unavailable
from callrecords.queues.messages import CallMessage, SubscriptionMessage
from tests.integration.azure_queues import AzureQueues
from tests.invented import CALL, NOW, OTHER_CALL, TENANT, call_id, call_message

BY_THE_HOST = "the host gave it up after maxDequeueCount failures"
LIFECYCLE = SubscriptionMessage(
    tenant_id=TENANT, notified_at=NOW, event="reauthorizationRequired", subscription_id="s-1"
)


async def give_up(queues: AzureQueues, message: CallMessage | SubscriptionMessage, error: CallRecordsError) -> None:
    async def work(_: object) -> None:
        raise error

    await queues.work.handle(type(message), str(message), 1, work)


async def test_a_queue_without_poison_has_none(queues: AzureQueues) -> None:
    poison = queues.poison_queue
    assert (await poison.count(), await poison.reasons()) == (0, {})
    assert await poison.replay(None) == {"replayed": 0, "unreadable": 0}
    assert await poison.discard(None) == {"discarded": 0}


async def test_messages_are_counted_by_reason_whatever_call_they_name(queues: AzureQueues) -> None:
    for call in (CALL, OTHER_CALL):
        await give_up(queues, call_message(call), Refused(f"Call record {call}: Graph answered 400."))
    await give_up(queues, call_message(), Refused("another reason"))
    await queues.work.handle(CallMessage, "no message of ours", 1, lambda _: pytest.fail("no work"))
    assert await queues.poison_queue.count() == 4
    assert await queues.poison_queue.reasons() == {
        "Call record <id>: Graph answered 400.": 2,
        "another reason": 1,
        "The message is not JSON.": 1,
    }


@pytest.mark.parametrize("text", [str(call_message()), "no message of ours", "[]", "5", '{"reason": "?"}'])
async def test_what_the_host_has_moved_is_counted_as_such(queues: AzureQueues, text: str) -> None:
    await queues.poison.send_message(text)
    assert await queues.poison_queue.reasons() == {BY_THE_HOST: 1}


async def test_to_look_at_poison_changes_nothing(queues: AzureQueues) -> None:
    await give_up(queues, call_message(), Refused("no"))
    for _ in range(2):
        assert await queues.poison_queue.reasons() == {"no": 1}
    assert await queues.waiting() == []


async def test_a_message_is_put_back_as_one_that_was_never_tried(queues: AzureQueues) -> None:
    failed = replace(call_message(attempt=7), failure="NotFound", failing_since=NOW)
    await give_up(queues, failed.failed("NotFound", NOW), NotFound("no"))
    assert await queues.poison_queue.replay(None) == {"replayed": 1, "unreadable": 0}
    (text,) = await queues.waiting()
    assert CallMessage.parse(text) == replace(call_message(), reason="replay")
    assert await queues.poison_queue.count() == 0


async def test_a_message_that_the_host_has_moved_is_put_back(queues: AzureQueues) -> None:
    await queues.poison.send_message(str(call_message(attempt=3)))
    await queues.poison_queue.replay(BY_THE_HOST)
    (text,) = await queues.waiting()
    assert CallMessage.parse(text) == replace(call_message(), reason="replay")


async def test_a_message_about_no_call_is_put_back_without_a_reason(queues: AzureQueues) -> None:
    await give_up(queues, LIFECYCLE, Refused("no"))
    await queues.poison_queue.replay(None)
    (text,) = await queues.waiting()
    assert SubscriptionMessage.parse(text) == LIFECYCLE
    assert "reason" not in orjson.loads(text)


async def test_a_message_that_is_put_back_is_kept_for_ever(queues: AzureQueues) -> None:
    await give_up(queues, call_message(), Refused("no"))
    await queues.poison_queue.replay(None)
    (message,) = await queues.main.peek_messages()
    assert message.expires_on is not None
    assert message.expires_on.year == 9999


async def test_messages_of_one_reason_are_put_back_and_others_stay(queues: AzureQueues) -> None:
    await give_up(queues, call_message(CALL), Refused(f"Call record {CALL}: no"))
    await give_up(queues, call_message(OTHER_CALL), Forbidden("grant missing"))
    await give_up(queues, call_message(OTHER_CALL), Refused("another"))
    assert await queues.poison_queue.replay("Call record <id>: no") == {"replayed": 1, "unreadable": 0}
    (text,) = await queues.waiting()
    assert CallMessage.parse(text).call_id == CALL
    assert await queues.poison_queue.count() == 1


async def test_messages_of_other_reasons_can_be_seen_at_once(queues: AzureQueues) -> None:
    await give_up(queues, call_message(), Refused("another"))
    await queues.poison_queue.replay("no")
    assert await queues.poison_queue.reasons() == {"another": 1}


async def test_what_is_given_up_again_meanwhile_waits_for_the_next_replay(
    queues: AzureQueues, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is where a message fails at once; queues have times in whole seconds."""
    await give_up(queues, call_message(), Refused("no"))
    put_back = QueueClient.send_message
    began = datetime.now(UTC)

    async def failing_at_once(queue: QueueClient, *arguments: Any, **options: Any) -> Any:
        sent = await put_back(queue, *arguments, **options)
        if queue.queue_name == queues.main.queue_name and datetime.now(UTC) - began < timedelta(seconds=10):
            while datetime.now(UTC) - began < timedelta(seconds=1.1):
                await asyncio.sleep(0.05)
            await give_up(queues, call_message(), Refused("no"))
        return sent

    monkeypatch.setattr(QueueClient, "send_message", failing_at_once)
    assert (await queues.poison_queue.replay(None))["replayed"] == 1
    assert await queues.poison_queue.reasons() == {"no": 1}


async def test_messages_of_many_pages_are_put_back(queues: AzureQueues) -> None:
    for number in range(40):
        await give_up(queues, call_message(call_id(number)), Refused("no"))
    assert await queues.poison_queue.replay(None) == {"replayed": 40, "unreadable": 0}
    assert (await queues.main.get_queue_properties()).approximate_message_count == 40
    assert await queues.poison_queue.count() == 0


@pytest.mark.parametrize("text", ["no message of ours", "[]", "5", "null", '"text"', '{"cut short": '])
async def test_what_is_no_message_cannot_be_put_back_but_thrown_away(queues: AzureQueues, text: str) -> None:
    await queues.poison.send_message(text)
    assert await queues.poison_queue.replay(None) == {"replayed": 0, "unreadable": 1}
    assert await queues.waiting() == []
    assert await queues.poison_queue.reasons() == {BY_THE_HOST: 1}
    assert await queues.poison_queue.discard(None) == {"discarded": 1}
    assert await queues.poison_queue.count() == 0


@pytest.mark.parametrize(("reason", "left"), [(None, 0), ("no", 1), ("other reasons", 3)])
async def test_messages_are_thrown_away_by_reason_or_all(queues: AzureQueues, reason: str | None, left: int) -> None:
    for number, error in enumerate((Refused("no"), Refused("no"), Refused("another"))):
        await give_up(queues, call_message(call_id(number)), error)
    assert await queues.poison_queue.discard(reason) == {"discarded": 3 - left}
    assert await queues.poison_queue.count() == left
    assert await queues.waiting() == []


async def test_a_message_that_cannot_be_put_back_stays(queues: AzureQueues) -> None:
    await give_up(queues, call_message(), Refused("no"))
    await queues.main.delete_queue()
    with pytest.raises(Unavailable, match=r"^The poison queue could not be reached \(ResourceNotFoundError\)\.$"):
        await queues.poison_queue.replay(None)
    assert await queues.poison_queue.count() == 1


async def test_a_poison_queue_that_cannot_be_reached_is_unavailable(queues: AzureQueues) -> None:
    await queues.poison.delete_queue()
    poison = queues.poison_queue
    for asked in (poison.count(), poison.reasons(), poison.replay(None), poison.discard(None)):
        with pytest.raises(Unavailable):
            await asked


async def test_a_message_that_is_not_base64_is_counted_and_can_be_thrown_away(queues: AzureQueues) -> None:
    await queues.raw_poison.send_message("not base64!")
    await give_up(queues, call_message(), Refused("no"))
    assert await queues.poison_queue.reasons() == {"no": 1, BY_THE_HOST: 1}
    assert await queues.poison_queue.discard(None) == {"discarded": 2}
