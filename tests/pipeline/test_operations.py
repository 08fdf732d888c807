"""Operators command the app over its queue, and read what came of it."""

from collections.abc import Iterator

import aiohttp
import orjson
from azure.storage.queue import TextBase64DecodePolicy, TextBase64EncodePolicy
from azure.storage.queue.aio import QueueClient

from callrecords.queues.workqueue import OPERATIONS, POISON_SUFFIX
from local.graph import Fault, Status
from local.operate import command
from local.stack import TENANT_ID, Stack
from local.traffic import Call
from tests.pipeline.commanding import commanded, outcome, put
from tests.pipeline.reading import is_given_up, is_whole
from tests.pipeline.waiting import until

OTHER_TENANT = "99990000-aaaa-4bbb-8ccc-ddddeeeeffff"


async def test_what_was_given_up_is_put_back_once_on_command(
    stack: Stack, calls: Iterator[Call], http: aiohttp.ClientSession
) -> None:
    call = next(calls)
    stack.graph.publish(call.versions[-1].record)
    stack.graph.faults += [Fault(Status(400), call_id=call.call_id)]
    stack.graph.notify(call.call_id)
    await until(lambda: is_given_up(stack, call.call_id))
    replay = command(TENANT_ID, "replay", queue="call-records")
    await put(stack, replay)
    done = await outcome(stack, replay.command_id)
    assert done["replayed"] >= 1
    await until(lambda: is_whole(stack, call.call_id))
    await put(stack, replay)  # as a queue may deliver it again
    later = await commanded(stack, "discard", queue="reconcile", reason="never")
    async with http.get(f"{stack.app_url}/api/operations") as answer:
        told = {each["commandId"]: each for each in (await answer.json())["commands"]}
    assert told[replay.command_id]["at"] == done["at"]
    assert told[later["commandId"]]["discarded"] == 0


async def test_the_master_key_does_not_give_a_command_past_the_queue(stack: Stack, http: aiohttp.ClientSession) -> None:
    discard = command(TENANT_ID, "discard", queue="reconcile")
    async with http.post(f"{stack.app_url}/admin/functions/operate", json={"input": str(discard)}) as answer:
        assert answer.status == 202
    await until(lambda: "A command did not come over the queue" in stack.app.log_file.read_text())
    await commanded(stack, "discard", queue="reconcile")
    async with http.get(f"{stack.app_url}/api/operations") as answer:
        told = [each["commandId"] for each in (await answer.json())["commands"]]
    assert discard.command_id not in told


async def test_what_is_no_command_is_given_up_with_the_reason(stack: Stack) -> None:
    name = OPERATIONS + POISON_SUFFIX
    encoded = TextBase64EncodePolicy().encode
    foreign = command(OTHER_TENANT, "discard", queue="call-records")
    forged = {**command(TENANT_ID, "discard", queue="call-records").as_json(), "queue": "call-records-poison"}
    async with (
        QueueClient.from_connection_string(stack.queue_connection, OPERATIONS) as queue,
        QueueClient.from_connection_string(
            stack.queue_connection, name, message_decode_policy=TextBase64DecodePolicy()
        ) as poison,
    ):
        for text in ("discard everything", str(foreign), orjson.dumps(forged).decode()):
            await queue.send_message(encoded(text))

        async def reasons() -> list[str]:
            return sorted(orjson.loads(each.content)["reason"][:11] for each in await poison.peek_messages(32))

        async def are_given_up() -> bool:
            return len(await reasons()) == 3

        await until(are_given_up)
        assert await reasons() == ["The message", "queue is 'c", "tenantId is"]
    done = await commanded(stack, "discard", queue=OPERATIONS)
    assert (done["discarded"], done["left"]) == (3, 0)
