"""What becomes of a queue message: its work is done, it comes back later, or it is given up."""

import asyncio
import logging
import traceback
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError, ServiceRequestError

from callrecords.errors import Forbidden, NotFound, Refused, Throttled, Unavailable
from callrecords.queues import workqueue
from callrecords.queues.messages import CallMessage, CallsMessage
from callrecords.queues.workqueue import LAST_TRY
from tests.doubles import Queues, Sent
from tests.invented import NOW, OTHER_TENANT, call_message

FOR_EVER = -1
FAILURES = [ServiceRequestError("no route"), HttpResponseError("busy"), ClientAuthenticationError("who?")]
raised_by_storage = pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)


class Work:
    """Does nothing with messages, or fails."""

    def __init__(self, failure: BaseException | None = None) -> None:
        self.failure = failure
        self.done: list[CallMessage] = []

    async def __call__(self, message: CallMessage) -> None:
        self.done.append(message)
        if self.failure:
            raise self.failure


async def handled(work: Work, text: str | None = None, tries: int = 1) -> Queues:
    queues = Queues()
    await queues.work.handle(CallMessage, str(call_message()) if text is None else text, tries, work)
    return queues


async def test_a_message_whose_work_is_done_is_done_with() -> None:
    work = Work()
    queues = await handled(work)
    assert work.done == [call_message()]
    assert queues.main.sent == queues.poison.sent == []


async def test_a_failed_message_comes_back_after_the_delay_of_the_failure_table() -> None:
    failed = replace(call_message(attempt=2), failure="NotFound", failing_since=NOW - timedelta(minutes=3))
    queues = await handled(Work(NotFound("not there")), str(failed))
    assert queues.main.sent == [Sent(str(replace(failed, attempt=3)), 5 * 60, FOR_EVER)]
    assert queues.poison.sent == []


async def test_a_message_that_ends_its_worker_each_time_is_put_back_before_the_host_gives_it_up() -> None:
    work = Work()
    assert (await handled(work, tries=LAST_TRY - 1)).main.sent == []
    assert work.done == [call_message()]
    queues = await handled(work, tries=LAST_TRY)
    assert work.done == [call_message()]
    (sent,) = queues.main.sent
    assert (sent.document["failure"], sent.document["attempt"], sent.delay) == ("Unexpected", 1, 10)
    worn_out = replace(call_message(), failure="Unexpected", attempt=4, failing_since=NOW)
    queues = await handled(work, str(worn_out), LAST_TRY)
    assert queues.poison_reasons == ["It was started 3 times and never finished: the worker may have ended."]


def test_the_host_takes_a_message_once_more_than_its_last_try() -> None:
    host = orjson.loads((Path(__file__).parents[3] / "host.json").read_bytes())
    assert host["extensions"]["queues"]["maxDequeueCount"] == LAST_TRY + 1


async def test_being_throttled_is_not_counted_and_waits_as_long_as_was_asked_plus_jitter() -> None:
    waits = []
    for _ in range(50):
        (sent,) = (await handled(Work(Throttled("slow", 100)))).main.sent
        assert sent.text == str(call_message())
        waits.append(sent.delay or 0)
    assert 100 <= min(waits) < max(waits) <= 125


async def test_a_message_that_is_given_up_is_kept_whole_with_the_reason() -> None:
    queues = await handled(Work(Refused("Graph answered 400.")))
    (entry,) = queues.poison.sent
    assert entry.document == {
        "reason": "Graph answered 400.",
        "poisonedAt": "2026-03-04T10:30:00+00:00",
        "message": str(call_message()),
    }
    assert (entry.delay, entry.time_to_live) == (0, FOR_EVER)
    assert queues.main.sent == []


async def test_a_defect_brings_the_message_back_and_none_of_its_words_is_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    queues = await handled(Work(KeyError("private")))
    (sent,) = queues.main.sent
    assert CallMessage.parse(sent.text) == call_message().failed("Unexpected", NOW)
    assert sent.delay == 10
    assert "private" not in sent.text + caplog.text
    assert caplog.messages[0].startswith("An unexpected KeyError in ")


async def test_a_defect_that_lasts_gives_the_message_up_without_its_words() -> None:
    failed = replace(call_message(attempt=4), failure="Unexpected", failing_since=NOW)
    queues = await handled(Work(KeyError("private")), str(failed))
    (reason,) = queues.poison_reasons
    assert reason.startswith("An unexpected KeyError in ")
    assert "private" not in reason


async def test_work_that_is_cancelled_leaves_the_message_to_the_host() -> None:
    work = Work(asyncio.CancelledError())
    queues = Queues()
    with pytest.raises(asyncio.CancelledError):
        await queues.work.handle(CallMessage, str(call_message()), 1, work)
    assert queues.main.sent == queues.poison.sent == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no message of ours", "The message is not JSON."),
        ("", "The message is not JSON."),
        ("{}", "tenantId is None: expected a string."),
        ('"\\u0000\u2713"', "The message is a JSON str: expected an object."),
    ],
)
async def test_garbage_is_poison_as_it_was_and_no_work(text: str, reason: str) -> None:
    work = Work()
    queues = await handled(work, text)
    assert queues.poison_reasons == [reason]
    assert queues.poison.sent[0].document["message"] == text
    assert queues.main.sent == []
    assert work.done == []


async def test_a_message_of_another_tenant_is_poison_and_no_work() -> None:
    work = Work()
    queues = await handled(work, str(replace(call_message(), tenant_id=OTHER_TENANT)))
    assert queues.poison_reasons == [f"tenantId is {OTHER_TENANT!r}: this app collects for another tenant."]
    assert work.done == []


@pytest.mark.parametrize("character", ["x", "\x00", "\u2713", "\U0001f4de"])
async def test_of_long_garbage_a_beginning_is_kept_that_a_queue_message_holds(character: str) -> None:
    queues = await handled(Work(), character * 100_000)
    (entry,) = queues.poison.sent
    assert entry.document["message"] == character * 7_000
    assert len(entry.text.encode()) * 4 / 3 < 64 * 1024


async def test_a_message_about_the_most_calls_is_kept_whole() -> None:
    call_ids = tuple(str(uuid.UUID(int=n)) for n in range(500))
    message = CallsMessage(tenant_id=OTHER_TENANT, notified_at=NOW, call_ids=call_ids)
    queues = await handled(Work(), str(message))
    (entry,) = queues.poison.sent
    assert entry.document["message"] == str(message)
    assert len(entry.text.encode()) * 4 / 3 < 64 * 1024


async def test_of_a_long_reason_a_beginning_is_kept_that_a_queue_message_holds() -> None:
    queues = await handled(Work(Refused("Graph answered 400: " + "x" * 100_000)))
    (entry,) = queues.poison.sent
    assert entry.document["reason"].startswith("Graph answered 400: xxx")
    assert len(entry.text.encode()) * 4 / 3 < 64 * 1024


async def test_the_log_tells_what_comes_back_and_what_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    await handled(Work(NotFound("Call A: not there.")))
    await handled(Work(Refused("Call B: refused.")))
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.WARNING, "Call A: not there. Tried again in 60 s."),
        (logging.ERROR, "A message was moved to the poison queue: Call B: refused."),
    ]


@raised_by_storage
@pytest.mark.parametrize("error", [Forbidden("comes back"), Refused("is given up"), KeyError("defect")])
async def test_a_message_that_cannot_be_put_back_is_left_to_the_host(failure: AzureError, error: Exception) -> None:
    queues = Queues()
    queues.main.failure = queues.poison.failure = failure
    with pytest.raises(Unavailable):
        await queues.work.handle(CallMessage, str(call_message()), 1, Work(error))
    with pytest.raises(Unavailable):
        await queues.work.handle(CallMessage, "garbage", 1, Work())


async def test_what_the_host_logs_of_a_defect_that_cannot_be_put_back_has_none_of_its_words() -> None:
    queues = Queues()
    queues.main.failure = ServiceRequestError("no route")
    with pytest.raises(Unavailable) as raised:
        await queues.work.handle(CallMessage, str(call_message()), 1, Work(KeyError("private")))
    assert "KeyError: 'private'" not in "".join(traceback.format_exception(raised.value))


async def test_another_time_limit_than_that_of_the_work_is_no_answer_of_a_service() -> None:
    queues = Queues()

    async def work(_: CallMessage) -> None:
        raise TimeoutError

    await queues.work.handle(CallMessage, str(call_message()), 1, work)
    assert queues.main.sent[0].document["failure"] == "Unexpected"


async def test_work_that_takes_too_long_is_ended_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workqueue, "_MOST_SECONDS", 0.01)
    queues = Queues()

    async def work(_: CallMessage) -> None:
        await asyncio.sleep(60)

    await queues.work.handle(CallMessage, str(call_message()), 1, work)
    (sent,) = queues.main.sent
    assert (sent.document["failure"], sent.delay) == ("Unavailable", 10)
