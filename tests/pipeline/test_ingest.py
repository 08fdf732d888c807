"""From Graph's notification to the record in Cosmos, through the real worker."""

import base64
from collections.abc import Iterator

from azure.storage.queue.aio import QueueClient

from callrecords.queues.workqueue import CALL_RECORDS
from local.graph import Fault, Status
from local.stack import Stack
from local.traffic import Call
from tests.pipeline.reading import clear_messages, is_idle, is_whole, poison_entries, waiting_messages
from tests.pipeline.waiting import until


async def test_an_announced_call_arrives_whole(stack: Stack, calls: Iterator[Call]) -> None:
    call = next(calls)
    stack.graph.publish(call.versions[0].record)
    stack.graph.notify(call.call_id)
    await until(lambda: is_whole(stack, call.call_id))


async def test_a_newer_version_replaces_the_older_one_whole(stack: Stack, calls: Iterator[Call]) -> None:
    call = next(call for call in calls if len(call.versions) > 1)
    for version in call.versions:
        stack.graph.publish(version.record)
        stack.graph.notify(call.call_id)
        await until(lambda: is_whole(stack, call.call_id))


async def test_a_meeting_far_over_the_item_limit_arrives_whole(stack: Stack, calls: Iterator[Call]) -> None:
    call = next(call for call in calls if len(call.versions[0].record["sessions"]) == 300)
    stack.graph.publish(call.versions[-1].record)
    stack.graph.notify(call.call_id)
    await until(lambda: is_whole(stack, call.call_id))


async def test_garbage_on_the_queue_is_poison_with_a_reason_and_disturbs_nothing(
    stack: Stack, calls: Iterator[Call]
) -> None:
    call = next(calls)
    garbage = base64.b64encode(b"no message of ours").decode()
    async with QueueClient.from_connection_string(stack.queue_connection, CALL_RECORDS) as queue:
        await queue.send_message(garbage)
    stack.graph.publish(call.versions[-1].record)
    stack.graph.notify(call.call_id)
    await until(lambda: is_whole(stack, call.call_id))

    async def is_poison() -> bool:
        return {"reason": "The message is not JSON.", "message": "no message of ours"} in [
            {"reason": entry["reason"], "message": entry["message"]} for entry in await poison_entries(stack)
        ]

    await until(is_poison)


async def test_a_call_that_graph_throttles_arrives_after_the_time_it_asked_for(
    stack: Stack, calls: Iterator[Call]
) -> None:
    call = next(calls)
    stack.graph.publish(call.versions[-1].record)
    stack.graph.faults += [Fault(Status(429, retry_after=1.5), call_id=call.call_id)]
    stack.graph.notify(call.call_id)
    await until(lambda: is_whole(stack, call.call_id))
    assert stack.graph.faults[0].seen > 1


async def test_a_call_comes_back_later_after_an_error_of_the_server(stack: Stack, calls: Iterator[Call]) -> None:
    call = next(calls)
    stack.graph.publish(call.versions[-1].record)
    stack.graph.faults += [Fault(Status(500), call_id=call.call_id)]
    stack.graph.notify(call.call_id)
    await until(lambda: is_whole(stack, call.call_id))
    assert stack.graph.faults[0].seen > 1


async def test_a_call_that_graph_does_not_have_yet_waits_on_the_queue(stack: Stack) -> None:
    call_id = "00000000-0000-4000-8000-00000000aaaa"
    await until(lambda: is_idle(stack))
    poison = len(await poison_entries(stack))
    stack.graph.notify(call_id)
    await until(lambda: f"{call_id}: Graph answered 404" in stack.app.log_file.read_text())

    async def has_only_the_later_message() -> bool:
        return await waiting_messages(stack) == 1

    await until(has_only_the_later_message)
    assert len(await poison_entries(stack)) == poison
    await clear_messages(stack)
