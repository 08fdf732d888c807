import asyncio
import logging
import uuid
from dataclasses import replace
from http import HTTPStatus

import orjson
import pytest
from azure.core.exceptions import ServiceRequestError

from callrecords.http.answers import Answer
from callrecords.http.webhook import answer
from callrecords.queues.messages import CallMessage, CallsMessage, SubscriptionMessage
from callrecords.queues.workqueue import WorkQueue
from callrecords.webhook import receive
from callrecords.webhook.notifications import MAX_BODY_BYTES
from callrecords.webhook.receive import Webhook
from tests.doubles import Clock, RecordingQueue
from tests.invented import CALL, CLIENT_STATE, NOW, OTHER_CALL, TENANT, call_message

SUBSCRIPTION_ID = "e2a1c0d4-5b6f-4f7a-8c9d-0a1b2c3d4e5f"


def notification(call_id: str) -> dict[str, str]:
    return {"clientState": CLIENT_STATE, "tenantId": TENANT, "resource": f"communications/callRecords/{call_id}"}


CALL_NOTIFICATIONS = [notification(CALL), notification(OTHER_CALL)]
ACCEPTED = Answer(HTTPStatus.ACCEPTED, b"", media_type="text/plain")
LIFECYCLE = {
    "clientState": CLIENT_STATE,
    "tenantId": TENANT,
    "lifecycleEvent": "reauthorizationRequired",
    "subscriptionId": SUBSCRIPTION_ID,
}


class World:
    """A webhook with its two queues."""

    def __init__(self, calls: RecordingQueue | None = None) -> None:
        self.calls, self.subscriptions = calls or RecordingQueue(), RecordingQueue()
        self.dropped: list[tuple[dict[str, int], set[str]]] = []
        clock = Clock()
        calls_queue, subscriptions_queue = (
            WorkQueue(queue=queue, poison_queue=RecordingQueue(), tenant_id=TENANT, clock=clock)
            for queue in (self.calls, self.subscriptions)
        )
        self.webhook = Webhook(
            tenant_id=TENANT,
            client_states=(CLIENT_STATE,),
            calls=calls_queue,
            subscriptions=subscriptions_queue,
            clock=clock,
            count_dropped=lambda reasons, subscription_ids: self.dropped.append((dict(reasons), set(subscription_ids))),
        )

    @property
    def events(self) -> list[tuple[str, str | None]]:
        """Those for which there is a message, with the subscription that it names."""
        messages = [SubscriptionMessage.parse(sent.text) for sent in self.subscriptions.sent]
        return [(each.event, each.subscription_id) for each in messages]

    async def post(self, *notifications: object) -> Answer:
        return await answer(self.webhook, None, orjson.dumps({"value": notifications}))


class SlowQueue(RecordingQueue):
    """Takes messages when `open` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.open = asyncio.Event(), asyncio.Event()

    async def send_message(
        self, content: object, *, visibility_timeout: int | None = None, time_to_live: int | None = None
    ) -> None:
        self.asked.set()
        await self.open.wait()
        await super().send_message(content, visibility_timeout=visibility_timeout, time_to_live=time_to_live)


class QueueThatFillsUp(RecordingQueue):
    """Takes one message."""

    async def send_message(
        self, content: object, *, visibility_timeout: int | None = None, time_to_live: int | None = None
    ) -> None:
        self.failure = ServiceRequestError("full") if self.sent else None
        await super().send_message(content, visibility_timeout=visibility_timeout, time_to_live=time_to_live)


async def test_every_call_of_a_post_is_on_the_queue_when_graph_is_told_so() -> None:
    world = World()
    assert await world.post(*CALL_NOTIFICATIONS) == ACCEPTED
    messages = [CallMessage.parse(sent.text) for sent in world.calls.sent]
    assert messages == [call_message(CALL), call_message(OTHER_CALL)]
    assert world.subscriptions.sent == []


async def test_a_lifecycle_event_is_put_on_the_queue_of_the_subscriptions() -> None:
    world = World()
    assert await world.post(LIFECYCLE) == ACCEPTED
    assert world.events == [("reauthorizationRequired", SUBSCRIPTION_ID)]
    assert world.calls.sent == []


async def test_a_thousand_lifecycle_events_in_a_post_are_a_message_for_each_kind() -> None:
    world = World()
    kinds = ["reauthorizationRequired", "missed", "subscriptionRemoved", "forged", "forged too"]
    events = [{**LIFECYCLE, "lifecycleEvent": kinds[n % 5]} for n in range(1_000)]
    assert await world.post(*events) == ACCEPTED
    known = ["reauthorizationRequired", "missed", "subscriptionRemoved", "unknown"]
    assert world.events == [(event, SUBSCRIPTION_ID) for event in known]


async def test_events_of_several_subscriptions_name_none() -> None:
    world = World()
    await world.post(LIFECYCLE, {**LIFECYCLE, "subscriptionId": CALL})
    assert world.events == [("reauthorizationRequired", None)]


@pytest.mark.parametrize(("calls", "messages"), [(5, 1), (500, 1), (501, 2), (1_000, 2)])
async def test_many_calls_of_a_post_are_few_messages_with_the_time_of_the_post(calls: int, messages: int) -> None:
    world = World()
    call_ids = [str(uuid.UUID(int=n)) for n in range(calls)]
    assert await world.post(*map(notification, call_ids)) == ACCEPTED
    sent = [CallsMessage.parse(each.text) for each in world.calls.sent]
    assert len(sent) == messages
    assert [call_id for each in sent for call_id in each.call_ids] == call_ids
    assert {each.notified_at for each in sent} == {NOW}
    assert all(len(each.text) < 48_000 for each in world.calls.sent)


async def test_up_to_four_calls_of_a_post_are_a_message_each() -> None:
    world = World()
    await world.post(*(notification(str(uuid.UUID(int=n))) for n in range(4)))
    assert [CallMessage.parse(sent.text).call_id for sent in world.calls.sent] == [
        str(uuid.UUID(int=n)) for n in range(4)
    ]


async def test_one_call_a_thousand_times_in_a_post_is_one_message() -> None:
    world = World()
    await world.post(*[notification(CALL)] * 1_000)
    assert [CallMessage.parse(sent.text).call_id for sent in world.calls.sent] == [CALL]


async def test_graph_is_not_told_before_the_queue_has_taken_all() -> None:
    queue = SlowQueue()
    world = World(queue)
    post = asyncio.create_task(world.post(*CALL_NOTIFICATIONS))
    await queue.asked.wait()
    assert not post.done()
    queue.open.set()
    assert await post == ACCEPTED
    assert len(queue.sent) == 2


@pytest.mark.parametrize("broken", ["calls", "subscriptions"])
async def test_graph_is_asked_to_send_again_what_a_queue_refuses(broken: str) -> None:
    world = World()
    getattr(world, broken).failure = ServiceRequestError("no route")
    assert (await world.post(*CALL_NOTIFICATIONS, LIFECYCLE)).status == 503


async def test_graph_is_asked_to_send_again_what_a_queue_took_in_part() -> None:
    world = World(QueueThatFillsUp())
    assert (await world.post(*CALL_NOTIFICATIONS)).status == 503
    assert len(world.calls.sent) == 1


async def test_graph_is_asked_to_send_again_what_a_queue_takes_too_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "_ENQUEUE_SECONDS", 0)
    assert (await World(SlowQueue()).post(*CALL_NOTIFICATIONS)).status == 503


async def test_what_is_dropped_is_acknowledged_and_counted_and_nothing_of_it_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    assert await world.post({**CALL_NOTIFICATIONS[0], "clientState": "guess"}, "private", LIFECYCLE) == ACCEPTED
    assert world.calls.sent == []
    assert len(world.subscriptions.sent) == 1
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == [
        "Notifications dropped: {'wrong clientState': 1, 'malformed': 1}."
    ]


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 400), (b"private", 400), (b"[]", 400), (b" " * (MAX_BODY_BYTES + 1), 413)]
)
async def test_what_graph_would_never_send_is_refused(body: bytes, status: int) -> None:
    world = World()
    refusal = await answer(world.webhook, None, body)
    assert refusal.status == status
    assert b"private" not in refusal.body
    assert world.calls.sent == []


async def test_an_empty_collection_is_acknowledged() -> None:
    assert await World().post() == ACCEPTED


@pytest.mark.parametrize("token", ["Validation: Testing <client> reachability & more", ""])
@pytest.mark.parametrize("webhook", [World().webhook, None], ids=["configured", "not configured"])
async def test_a_handshake_gets_its_token_back(token: str, webhook: Webhook | None) -> None:
    assert await answer(webhook, token, b"private") == replace(ACCEPTED, status=HTTPStatus.OK, body=token.encode())


async def test_a_delivery_goes_to_the_webhook() -> None:
    assert (await answer(World().webhook, None, b"")).status == 400


async def test_an_app_without_settings_asks_graph_to_send_again() -> None:
    assert (await answer(None, None, b'{"value": []}')).status == 503


async def test_a_queue_that_refuses_is_logged_as_an_error(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    world.calls.failure = ServiceRequestError("no route")
    await world.post(CALL_NOTIFICATIONS[0])
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


async def test_what_is_dropped_is_counted_with_the_subscriptions_that_it_names() -> None:
    world = World()
    subscription_id = "E2A1C0D4-5b6f-4f7a-8c9d-0a1b2c3d4e5f"
    forged = {**CALL_NOTIFICATIONS[0], "clientState": "guessed"}
    await world.post(
        {**forged, "subscriptionId": subscription_id}, {**forged, "subscriptionId": "x\nforged"}, forged, 5
    )
    assert world.dropped == [({"wrong clientState": 3, "malformed": 1}, {subscription_id.lower()})]
    await world.post(*CALL_NOTIFICATIONS)
    assert len(world.dropped) == 1
