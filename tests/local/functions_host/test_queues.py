import asyncio
import contextlib
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient

from local.functions_host import host_json, queues
from local.functions_host.protos import InvocationResponse, RpcException, StatusResult
from local.functions_host.storage_queues import StorageQueues
from local.functions_host.worker import Function, Worker
from local.processes import free_port
from tests.local.functions_host.hosting import (
    SAMPLE_APP,
    Host,
    encoded,
    open_queue,
    running_azurite,
    running_host,
    wait_until,
)


def poisoned(connection: str) -> list[str]:
    """What is on the poison queue."""
    with QueueClient.from_connection_string(connection, "errands-poison", retry_total=0) as client:
        try:
            return [message.content for message in client.peek_messages(32)]
        except ResourceNotFoundError:
            return []


def test_a_message_is_processed_once_and_gone(host: Host, errands: QueueClient) -> None:
    sent = errands.send_message(encoded("fetch the post"))
    (note,) = wait_until(lambda: host.seen_of("fetch the post"))
    assert note["dequeue_count"] == 1
    assert sent.inserted_on
    assert note["inserted_at"] == sent.inserted_on.isoformat()
    wait_until(lambda: errands.get_queue_properties().approximate_message_count == 0)


def test_a_message_that_keeps_failing_and_one_that_cannot_be_decoded_end_on_the_poison_queue(
    host: Host, connection: str, errands: QueueClient
) -> None:
    errands.send_message(encoded("fail"))
    errands.send_message("not base64!")
    wait_until(lambda: sorted(poisoned(connection)) == [encoded("fail"), "not base64!"])
    assert [note["dequeue_count"] for note in host.seen_of("fail")] == [1, 2]
    wait_until(lambda: errands.get_queue_properties().approximate_message_count == 0)


def test_the_host_outlives_its_queue_service_and_says_once_when_it_goes_and_comes(tmp_path: Path) -> None:
    port = free_port()
    with contextlib.ExitStack() as first_service:
        connection = first_service.enter_context(running_azurite(port))
        with running_host(connection, "errands", tmp_path) as host:
            first_service.close()
            wait_until(lambda: "does not answer" in host.log.read_text())
            with running_azurite(port), open_queue(connection, "errands") as queue:
                queue.send_message(encoded("fetch the post"))
                wait_until(lambda: host.seen_of("fetch the post"))
            said = [line for line in host.log.read_text().splitlines() if f":{port}/" in line]
    assert ["does not answer" in line for line in said[:2]] == [True, False]
    assert "answers again" in said[1]


class StubWorker(Worker):
    """Takes `seconds` for each invocation, then stops its listener."""

    def __init__(self, status: int, seconds: float = 0) -> None:
        super().__init__()
        self.invocations = 0
        self.stopping = asyncio.Event()
        self._status = status
        self._seconds = seconds

    async def invoke(self, *_args: object, **_options: object) -> InvocationResponse:
        self.invocations += 1
        await asyncio.sleep(self._seconds)
        self.stopping.set()
        exception = None if self._status == StatusResult.Success else RpcException("RuntimeError", "")
        return InvocationResponse("", StatusResult(self._status, exception))


async def listen(
    connection: str,
    queue: str,
    worker: StubWorker,
    visibility_timeout: timedelta,
    lease: timedelta = timedelta(seconds=20),
) -> None:
    """Runs a listener until the worker stops it."""
    function = Function("stub", "", {"name": "msg"}, (), has_retry_policy=False)
    options = replace(host_json.read(SAMPLE_APP).queues, visibility_timeout=visibility_timeout)
    account = StorageQueues(connection)
    await queues.QueueListener(function, queue, account, options, lease, worker).run(worker.stopping)
    await account.close()


async def test_the_lease_on_a_message_is_renewed_while_its_function_runs(connection: str) -> None:
    worker = StubWorker(StatusResult.Success, seconds=1.6)
    with open_queue(connection, "leases") as queue:
        queue.send_message(encoded("a text"))
        await listen(connection, "leases", worker, timedelta(), lease=timedelta(seconds=1))
        assert worker.invocations == 1
        assert queue.get_queue_properties().approximate_message_count == 0


@pytest.mark.parametrize(("visibility_timeout", "visible"), [(timedelta(seconds=1), 1), (timedelta(hours=1), 0)])
async def test_a_message_that_failed_is_seen_again_after_the_visibility_timeout(
    connection: str, visibility_timeout: timedelta, visible: int
) -> None:
    name = f"failures-{visible}"
    with open_queue(connection, name) as queue:
        queue.send_message(encoded("a text"))
        await listen(connection, name, StubWorker(StatusResult.Failure), visibility_timeout)
        assert queue.get_queue_properties().approximate_message_count == 1
        # Azurite tells time in whole seconds.
        deadline = time.monotonic() + 5
        while len(queue.peek_messages(32)) != visible and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        assert len(queue.peek_messages(32)) == visible
