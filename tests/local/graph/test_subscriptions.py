"""Subscriptions: how they are made, changed and ended."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web

from callrecords.graphtypes import JsonObject
from local.graph import GraphSimulator

SUBSCRIPTIONS = "/v1.0/subscriptions"

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
type Listen = Callable[[Handler], Awaitable[str]]


async def echo(request: web.Request) -> web.Response:
    return web.Response(text=request.query["validationToken"])


async def refuse(_: web.Request) -> web.Response:
    return web.Response(status=403)


def body(now: datetime, url: str, minutes: float = 4_000, **properties: Any) -> JsonObject:
    """What creates a subscription that lives for `minutes`."""
    return {
        "changeType": "updated",
        "resource": "/communications/callRecords",
        "notificationUrl": f"{url}/notifications",
        "lifecycleNotificationUrl": f"{url}/lifecycle",
        "expirationDateTime": (now + timedelta(minutes=minutes)).isoformat(),
        "clientState": "a secret of fabrikam.example",
        **properties,
    }


async def ask(client: ClientSession, method: str, path: str, json: object = None) -> tuple[int, JsonObject]:
    """Status and body of the answer."""
    async with client.request(method, path, json=json) as response:
        return response.status, await response.json() if response.status != 204 else {}


async def create(client: ClientSession, json: object) -> str:
    """The id of the new subscription."""
    status, created = await ask(client, "POST", SUBSCRIPTIONS, json)
    assert status == 201, created
    return str(created["id"])


async def test_both_endpoints_are_validated_before_the_subscription_exists(
    graph: GraphSimulator, client: ClientSession, listen: Listen, now: list[datetime]
) -> None:
    seen: list[str] = []

    async def look(request: web.Request) -> web.Response:
        assert not graph.subscriptions.live()
        seen.append(request.path)
        return await echo(request)

    await create(client, body(now[0], await listen(look)))
    assert seen == ["/notifications", "/lifecycle"]


async def test_a_subscription_shows_what_was_asked_for_and_who_asked(
    client: ClientSession, listen: Listen, now: list[datetime]
) -> None:
    wanted = body(now[0], await listen(echo))
    status, created = await ask(client, "POST", SUBSCRIPTIONS, wanted)
    assert status == 201
    given = {"expirationDateTime": "2026-03-07T06:40:00Z", "latestSupportedTlsVersion": "v1_2"}
    assert (wanted | given).items() <= created.items()
    assert created["applicationId"]
    assert created["creatorId"]
    assert await ask(client, "GET", f"{SUBSCRIPTIONS}/{created['id']}") == (200, created)


@pytest.mark.parametrize("name", ["notificationUrl", "lifecycleNotificationUrl"])
async def test_no_subscription_is_made_when_an_endpoint_does_not_validate_itself(
    graph: GraphSimulator, client: ClientSession, listen: Listen, now: list[datetime], name: str
) -> None:
    wanted = body(now[0], await listen(echo)) | {name: await listen(refuse)}
    status, answer = await ask(client, "POST", SUBSCRIPTIONS, wanted)
    assert (status, answer["error"]["code"]) == (400, "ValidationError")
    assert not graph.subscriptions.live()


async def test_endpoints_are_validated_before_a_caller_without_the_role_is_refused(
    graph: GraphSimulator, client: ClientSession, listen: Listen, now: list[datetime]
) -> None:
    validated: list[str] = []

    async def look(request: web.Request) -> web.Response:
        validated.append(request.path)
        return await echo(request)

    graph.granted.clear()
    status, answer = await ask(client, "POST", SUBSCRIPTIONS, body(now[0], await listen(look)))
    assert (status, answer["error"]["code"]) == (403, "ExtensionError")
    assert "The request is not authorized for this user or application." in answer["error"]["message"]
    assert validated == ["/notifications", "/lifecycle"]


@pytest.mark.parametrize("name", ["changeType", "notificationUrl", "resource", "expirationDateTime"])
async def test_a_required_property_is_missed_by_name(
    client: ClientSession, listen: Listen, now: list[datetime], name: str
) -> None:
    wanted = body(now[0], await listen(echo))
    del wanted[name]
    status, answer = await ask(client, "POST", SUBSCRIPTIONS, wanted)
    assert status == 400
    assert f"'{name}'" in answer["error"]["message"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("changeType", "deleted"),
        ("changeType", "created,deleted"),
        ("changeType", 7),
        ("resource", "/me/messages"),
        ("resource", "/communications/callRecords?$filter=participants/any(p:p/id eq 'x')"),
        ("clientState", "x" * 129),
        ("latestSupportedTlsVersion", "v1_4"),
        ("includeResourceData", True),
        ("encryptionCertificate", "MIIB"),
        ("notificationUrl", "http://in.fabrikam.example/graph"),
        ("notificationUrl", "EventHub:https://vault.fabrikam.example/secrets/hub"),
        ("lifecycleNotificationUrl", "http://192.0.2.1/graph"),
        ("expirationDateTime", "tomorrow"),
    ],
)
async def test_a_property_that_graph_does_not_take_is_refused_by_name(
    client: ClientSession, listen: Listen, now: list[datetime], name: str, value: object
) -> None:
    status, answer = await ask(client, "POST", SUBSCRIPTIONS, body(now[0], await listen(echo)) | {name: value})
    assert status == 400
    assert name.lower() in answer["error"]["message"].lower()


@pytest.mark.parametrize("change_type", ["created", "updated", "created,updated"])
@pytest.mark.parametrize("resource", ["communications/callRecords", "/communications/callRecords"])
async def test_a_resource_may_begin_with_a_slash_and_change_types_may_be_combined(
    client: ClientSession, listen: Listen, now: list[datetime], change_type: str, resource: str
) -> None:
    wanted = body(now[0], await listen(echo), changeType=change_type, resource=resource, clientState="x" * 128)
    assert await create(client, wanted)


async def test_a_body_that_is_no_json_object_is_refused(client: ClientSession) -> None:
    for data in (b"", b"{", b"[]"):
        assert (await client.post(SUBSCRIPTIONS, data=data)).status == 400


async def test_a_subscription_lives_for_at_most_4230_minutes(
    client: ClientSession, listen: Listen, now: list[datetime]
) -> None:
    url = await listen(echo)
    subscription_id = await create(client, body(now[0], url, minutes=4_230))
    too_long = body(now[0], url, minutes=4_230.1)
    for method, path, json in (
        ("POST", SUBSCRIPTIONS, too_long),
        ("PATCH", f"{SUBSCRIPTIONS}/{subscription_id}", {"expirationDateTime": too_long["expirationDateTime"]}),
    ):
        status, answer = await ask(client, method, path, json)
        assert status == 400
        assert answer["error"]["message"] == "Subscription expiration can only be 4230 minutes in the future."


@pytest.mark.parametrize("minutes", [-60, 1, 44])
async def test_a_life_under_45_minutes_is_raised_to_45(
    client: ClientSession, listen: Listen, now: list[datetime], minutes: int
) -> None:
    wanted = body(now[0], await listen(echo), minutes=minutes)
    _, created = await ask(client, "POST", SUBSCRIPTIONS, wanted)
    assert datetime.fromisoformat(created["expirationDateTime"]) == now[0] + timedelta(minutes=45)


async def test_a_life_over_an_hour_needs_a_lifecycle_url(
    client: ClientSession, listen: Listen, now: list[datetime]
) -> None:
    url = await listen(echo)
    short = body(now[0], url, minutes=60, lifecycleNotificationUrl=None)
    subscription_id = await create(client, short)
    longer = body(now[0], url, minutes=61)["expirationDateTime"]
    for method, path, json in (
        ("POST", SUBSCRIPTIONS, {**short, "expirationDateTime": longer}),
        ("PATCH", f"{SUBSCRIPTIONS}/{subscription_id}", {"expirationDateTime": longer}),
    ):
        status, answer = await ask(client, method, path, json)
        assert status == 400
        assert "lifecycleNotificationUrl" in answer["error"]["message"]


async def test_the_organisation_has_a_quota_of_100_subscriptions(
    client: ClientSession, listen: Listen, now: list[datetime]
) -> None:
    wanted = body(now[0], await listen(echo), lifecycleNotificationUrl=None, minutes=60)
    ids = await asyncio.gather(*(create(client, wanted) for _ in range(100)))
    status, answer = await ask(client, "POST", SUBSCRIPTIONS, wanted)
    assert status == 403
    assert "100 subscriptions" in answer["error"]["message"]
    await ask(client, "DELETE", f"{SUBSCRIPTIONS}/{ids[0]}")
    assert await create(client, wanted)


async def test_the_list_shows_live_subscriptions_without_their_client_state(
    client: ClientSession, listen: Listen, now: list[datetime]
) -> None:
    subscription_id = await create(client, body(now[0], await listen(echo)))
    _, listed = await ask(client, "GET", SUBSCRIPTIONS)
    assert [(each["id"], each["clientState"]) for each in listed["value"]] == [(subscription_id, None)]


async def test_an_expired_subscription_is_gone(
    graph: GraphSimulator, client: ClientSession, listen: Listen, now: list[datetime]
) -> None:
    subscription_id = await create(client, body(now[0], await listen(echo), minutes=45))
    now[0] += timedelta(minutes=45)
    assert not graph.subscriptions.live()
    assert (await ask(client, "GET", f"{SUBSCRIPTIONS}/{subscription_id}"))[0] == 404
    now[0] -= timedelta(minutes=1)
    assert not graph.subscriptions.live()


async def test_a_subscription_is_renewed_by_a_new_expiry(
    client: ClientSession, listen: Listen, now: list[datetime]
) -> None:
    path = f"{SUBSCRIPTIONS}/{await create(client, body(now[0], await listen(echo), minutes=50))}"
    later = body(now[0], "", minutes=120)["expirationDateTime"]
    status, renewed = await ask(client, "PATCH", path, {"expirationDateTime": later})
    assert status == 200
    assert datetime.fromisoformat(renewed["expirationDateTime"]) == datetime.fromisoformat(later)
    assert await ask(client, "GET", path) == (200, renewed)


async def test_a_new_notification_url_is_validated(
    graph: GraphSimulator, client: ClientSession, listen: Listen, now: list[datetime]
) -> None:
    path = f"{SUBSCRIPTIONS}/{await create(client, body(now[0], await listen(echo)))}"
    (before,) = graph.subscriptions.live()
    assert (await ask(client, "PATCH", path, {"notificationUrl": await listen(refuse)}))[0] == 400
    assert graph.subscriptions.live() == [before]
    new_url = await listen(echo)
    assert (await ask(client, "PATCH", path, {"notificationUrl": new_url}))[0] == 200
    assert [each.notification_url for each in graph.subscriptions.live()] == [new_url]


async def test_a_subscription_that_ends_during_a_handshake_stays_ended(
    graph: GraphSimulator, client: ClientSession, listen: Listen, now: list[datetime]
) -> None:
    subscription_id = await create(client, body(now[0], await listen(echo)))

    async def end(request: web.Request) -> web.Response:
        graph.subscriptions.delete(subscription_id)
        return await echo(request)

    change = {"notificationUrl": await listen(end)}
    assert (await ask(client, "PATCH", f"{SUBSCRIPTIONS}/{subscription_id}", change))[0] == 404
    assert not graph.subscriptions.live()


@pytest.mark.parametrize(
    "change", [{}, {"clientState": "new"}, {"lifecycleNotificationUrl": "https://in.fabrikam.example/"}]
)
async def test_nothing_but_expiry_and_notification_url_can_be_changed(
    client: ClientSession, listen: Listen, now: list[datetime], change: JsonObject
) -> None:
    path = f"{SUBSCRIPTIONS}/{await create(client, body(now[0], await listen(echo)))}"
    assert (await ask(client, "PATCH", path, change))[0] == 400


async def test_a_subscription_is_reauthorized_with_204_and_needs_the_role_for_it(
    graph: GraphSimulator, client: ClientSession, listen: Listen, now: list[datetime]
) -> None:
    path = f"{SUBSCRIPTIONS}/{await create(client, body(now[0], await listen(echo)))}"
    assert await ask(client, "POST", f"{path}/reauthorize") == (204, {})
    graph.granted.clear()
    assert (await ask(client, "POST", f"{path}/reauthorize"))[0] == 403
    assert (await ask(client, "PATCH", path, {"expirationDateTime": "2026-03-05T00:00:00Z"}))[0] == 403


async def test_a_deleted_subscription_is_gone(client: ClientSession, listen: Listen, now: list[datetime]) -> None:
    path = f"{SUBSCRIPTIONS}/{await create(client, body(now[0], await listen(echo)))}"
    assert await ask(client, "DELETE", path) == (204, {})
    for method, where, json in (
        ("GET", path, None),
        ("DELETE", path, None),
        ("PATCH", path, {"expirationDateTime": "2026-03-05T00:00:00Z"}),
        ("POST", f"{path}/reauthorize", None),
    ):
        status, answer = await ask(client, method, where, json)
        assert (status, answer["error"]["code"]) == (404, "ResourceNotFound")


async def test_subscriptions_take_no_query_options(client: ClientSession) -> None:
    status, answer = await ask(client, "GET", f"{SUBSCRIPTIONS}?$top=1")
    assert (status, answer["error"]["code"]) == (400, "BadRequest")
