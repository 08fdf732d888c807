"""What the simulator posts to the endpoints of subscriptions."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web

from callrecords.graphtypes import JsonObject
from local.graph import NO_LIMITS, DeliveryRules, GraphSimulator

CALL_ID = "7b1d0c52-9f6e-4f0c-8d0e-000000000001"

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
type Listen = Callable[[Handler], Awaitable[str]]
type Serve = Callable[[GraphSimulator], Awaitable[ClientSession]]
type Inbox = list[tuple[str, list[JsonObject]]]


def inbox_at(inbox: Inbox) -> Handler:
    """Answers the handshake; puts path and notifications of the other POSTs into `inbox`."""

    async def receive(request: web.Request) -> web.Response:
        if "validationToken" in request.query:
            return web.Response(text=request.query["validationToken"])
        assert request.content_type == "application/json"
        inbox.append((request.path, (await request.json())["value"]))
        return web.Response(status=202)

    return receive


async def subscribe(client: ClientSession, now: datetime, url: str, **properties: Any) -> JsonObject:
    """The new subscription."""
    body = {
        "changeType": "updated",
        "resource": "/communications/callRecords",
        "notificationUrl": f"{url}/notifications",
        "lifecycleNotificationUrl": f"{url}/lifecycle",
        "expirationDateTime": (now + timedelta(hours=2)).isoformat(),
        "clientState": "a secret of fabrikam.example",
        **properties,
    }
    async with client.post("/v1.0/subscriptions", json=body) as response:
        assert response.status == 201
        created: JsonObject = await response.json()
        return created


async def test_a_notification_names_the_call_as_graph_does_and_no_version(
    graph: GraphSimulator, client: ClientSession, listen: Listen, now: list[datetime]
) -> None:
    inbox: Inbox = []
    subscription = await subscribe(client, now[0], await listen(inbox_at(inbox)))
    graph.notify(CALL_ID)
    await graph.deliveries.idle()
    notification = {
        "subscriptionId": subscription["id"],
        "clientState": "a secret of fabrikam.example",
        "changeType": "updated",
        "resource": f"communications/callRecords/{CALL_ID}",
        "subscriptionExpirationDateTime": "2026-03-04T14:00:00.000+00:00",
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.callrecord",
            "@odata.id": f"communications/callRecords/{CALL_ID}",
            "id": CALL_ID,
        },
        "tenantId": graph.tenant_id,
    }
    assert inbox == [("/notifications", [notification])]
    assert graph.deliveries.counters == {"delivered": 1}


async def test_a_lifecycle_event_goes_to_the_lifecycle_url_of_every_subscription(
    graph: GraphSimulator, client: ClientSession, listen: Listen, now: list[datetime]
) -> None:
    inbox: Inbox = []
    url = await listen(inbox_at(inbox))
    subscription = await subscribe(client, now[0], url)
    soon = (now[0] + timedelta(hours=1)).isoformat()
    await subscribe(client, now[0], url, lifecycleNotificationUrl=None, expirationDateTime=soon)
    graph.send_lifecycle("reauthorizationRequired")
    await graph.deliveries.idle()
    event = {
        "subscriptionId": subscription["id"],
        "subscriptionExpirationDateTime": "2026-03-04T14:00:00.0000000Z",
        "tenantId": graph.tenant_id,
        "clientState": "a secret of fabrikam.example",
        "lifecycleEvent": "reauthorizationRequired",
    }
    assert inbox == [("/lifecycle", [event])]


async def test_one_post_holds_the_notifications_of_all_subscriptions_to_a_url(
    graph: GraphSimulator, client: ClientSession, listen: Listen, now: list[datetime]
) -> None:
    inbox: Inbox = []
    url = await listen(inbox_at(inbox))
    subscriptions = {(await subscribe(client, now[0], url))["id"] for _ in range(2)}
    graph.notify("a", "b", "a")
    await graph.deliveries.idle()
    ((_, notifications),) = inbox
    assert [each["resourceData"]["id"] for each in notifications] == ["a", "a", "b", "b", "a", "a"]
    assert {each["subscriptionId"] for each in notifications} == subscriptions


async def test_a_post_holds_no_more_notifications_than_the_rules_allow(
    serve: Serve, listen: Listen, now: list[datetime]
) -> None:
    inbox: Inbox = []
    graph = GraphSimulator("a-tenant", limits=NO_LIMITS, delivery=DeliveryRules(max_batch=2), clock=lambda: now[0])
    await subscribe(await serve(graph), now[0], await listen(inbox_at(inbox)))
    graph.notify("a", "b", "c")
    await graph.deliveries.idle()
    assert sorted(len(notifications) for _, notifications in inbox) == [1, 2]


@pytest.mark.parametrize(
    ("change_type", "first", "second"),
    [
        ("created", ["created"], []),
        ("updated", ["updated"], ["updated"]),
        ("created,updated", ["created", "updated"], ["updated"]),
    ],
)
async def test_a_call_is_created_once_and_updated_from_the_first_time(
    graph: GraphSimulator,
    client: ClientSession,
    listen: Listen,
    now: list[datetime],
    change_type: str,
    first: list[str],
    second: list[str],
) -> None:
    inbox: Inbox = []
    await subscribe(client, now[0], await listen(inbox_at(inbox)), changeType=change_type)
    for expected in (first, second):
        inbox.clear()
        graph.notify(CALL_ID)
        await graph.deliveries.idle()
        assert [each["changeType"] for _, notifications in inbox for each in notifications] == expected


async def test_the_query_of_a_notification_url_is_kept(
    graph: GraphSimulator, client: ClientSession, listen: Listen, now: list[datetime]
) -> None:
    codes: list[str] = []

    async def receive(request: web.Request) -> web.Response:
        codes.append(request.query["code"])
        return web.Response(text=request.query.get("validationToken", ""))

    url = await listen(receive)
    await subscribe(
        client,
        now[0],
        url,
        notificationUrl=f"{url}/notifications?code=a%2Fb",
        lifecycleNotificationUrl=f"{url}/lifecycle?code=c",
    )
    graph.notify(CALL_ID)
    await graph.deliveries.idle()
    assert codes == ["a/b", "c", "a/b"]


async def test_an_expired_subscription_is_not_notified(
    graph: GraphSimulator, client: ClientSession, listen: Listen, now: list[datetime]
) -> None:
    inbox: Inbox = []
    await subscribe(client, now[0], await listen(inbox_at(inbox)))
    now[0] += timedelta(hours=2)
    graph.notify(CALL_ID)
    graph.send_lifecycle("reauthorizationRequired")
    await graph.deliveries.idle()
    assert inbox == []


async def test_nothing_is_announced_in_a_silent_gap(
    graph: GraphSimulator, client: ClientSession, listen: Listen, now: list[datetime]
) -> None:
    inbox: Inbox = []
    await subscribe(client, now[0], await listen(inbox_at(inbox)))
    graph.silent = True
    graph.notify("lost")
    graph.silent = False
    graph.notify("announced")
    await graph.deliveries.idle()
    assert [each["resourceData"]["id"] for _, notifications in inbox for each in notifications] == ["announced"]
