from datetime import timedelta
from typing import Any

import pytest
from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError, ServiceRequestError

from callrecords.errors import Unavailable
from callrecords.queues.workqueue import LenientDecodePolicy
from tests.doubles import Queues, Sent
from tests.invented import CALL, OTHER_CALL, call_id, call_message

FOR_EVER = -1
FAILURES = [ServiceRequestError("no route"), HttpResponseError("busy"), ClientAuthenticationError("who?")]
raised_by_storage = pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)


async def test_a_message_is_put_to_be_seen_at_once_and_kept_for_ever() -> None:
    queues = Queues()
    await queues.work.put(call_message())
    assert queues.main.sent == [Sent(str(call_message()), 0, FOR_EVER)]
    assert queues.poison.sent == []


async def test_a_message_may_be_put_to_be_seen_later() -> None:
    queues = Queues()
    await queues.work.put(call_message(), timedelta(minutes=2))
    assert queues.main.sent == [Sent(str(call_message()), 120, FOR_EVER)]


async def test_messages_are_put_to_be_seen_at_once_and_kept_for_ever() -> None:
    queues = Queues()
    messages = [call_message(CALL), call_message(OTHER_CALL)]
    await queues.work.put_all(messages)
    assert queues.main.sent == [Sent(str(message), 0, FOR_EVER) for message in messages]


async def test_a_thousand_messages_are_all_put() -> None:
    queues = Queues()
    await queues.work.put_all(call_message(call_id(number)) for number in range(1_000))
    assert len({sent.document["callId"] for sent in queues.main.sent}) == 1_000


@raised_by_storage
async def test_a_queue_that_fails_is_unavailable(failure: AzureError) -> None:
    queues = Queues()
    queues.main.failure = failure
    for put in (queues.work.put(call_message()), queues.work.put_all([call_message()])):
        with pytest.raises(Unavailable, match=rf"^The queue could not be reached \({type(failure).__name__}\)\.$"):
            await put


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("eyJhIjoxfQ==", '{"a":1}'),
        ("4pyT", "\u2713"),
        ('{"a":1}', '{"a":1}'),
        ("not base64!", "not base64!"),
        ("eyJh IjoxfQ==", "eyJh IjoxfQ=="),
        ("/////w==", "/////w=="),
        ("", ""),
    ],
)
def test_what_is_not_base64_of_text_is_read_as_it_is(content: str, text: str) -> None:
    no_response: Any = None
    assert LenientDecodePolicy().decode(content, no_response) == text
