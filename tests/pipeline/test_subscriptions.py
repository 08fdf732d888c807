"""The subscription that the app keeps in Graph, through the real worker."""

from datetime import UTC, datetime, timedelta

import aiohttp

from local.graph.subscriptions import Subscription
from local.stack import CLIENT_STATE, IDENTITY_HEADER, TENANT_ID, Stack
from tests.pipeline.waiting import until


def subscriptions(stack: Stack) -> list[Subscription]:
    return stack.graph.subscriptions.live()


async def create_in_graph(
    stack: Stack, http: aiohttp.ClientSession, notification_url: str, lifecycle_url: str, minutes: int = 4_000
) -> str:
    graph_url = f"http://127.0.0.1:{stack.ports.graph}"
    async with http.get(
        f"{graph_url}/msi/token?api-version=2019-08-01&resource=https://graph.microsoft.com",
        headers={"X-IDENTITY-HEADER": IDENTITY_HEADER},
    ) as answer:
        token = (await answer.json())["access_token"]
    body = {
        "changeType": "updated",
        "resource": "/communications/callRecords",
        "notificationUrl": notification_url,
        "lifecycleNotificationUrl": lifecycle_url,
        "expirationDateTime": (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat(),
        "clientState": CLIENT_STATE,
    }
    headers = {"Authorization": f"Bearer {token}"}
    async with http.post(f"{graph_url}/v1.0/subscriptions", json=body, headers=headers) as answer:
        created: str = (await answer.json())["id"]
        return created


async def test_a_subscription_that_graph_lost_is_created_anew(stack: Stack) -> None:
    (lost,) = subscriptions(stack)
    stack.graph.subscriptions.delete(lost.id)
    await until(lambda: len(subscriptions(stack)) == 1)
    (created,) = subscriptions(stack)
    assert created.id != lost.id
    assert created.change_type == "updated"
    assert created.expires > datetime.now(UTC) + timedelta(minutes=4_200)


async def test_a_duplicate_is_removed_and_a_foreign_url_left_alone(stack: Stack, http: aiohttp.ClientSession) -> None:
    routes = f"{stack.app_url}/api/graph"
    foreign = await create_in_graph(stack, http, f"{routes}/lifecycle", f"{routes}/lifecycle")
    await create_in_graph(stack, http, f"{routes}/notifications", f"{routes}/lifecycle", minutes=3_000)
    assert len(subscriptions(stack)) == 3
    await until(lambda: len(subscriptions(stack)) == 2)
    assert foreign in {each.id for each in subscriptions(stack)}
    stack.graph.subscriptions.delete(foreign)


async def test_graphs_wish_for_reauthorization_leads_to_a_renewal(stack: Stack) -> None:
    (before,) = subscriptions(stack)
    state, item_id = stack.database.get_container_client("state"), f"{TENANT_ID}:subscription"
    an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    aged = [{"op": "set", "path": "/reauthorizedAt", "value": an_hour_ago}]

    async def is_renewed() -> bool:
        """Asks again, as Graph does: the app's timer may have written meanwhile that it was created just now."""
        await state.patch_item(item_id, item_id, aged)
        stack.graph.send_lifecycle("reauthorizationRequired")
        return subscriptions(stack)[0].expires > before.expires

    await until(is_renewed)
    assert subscriptions(stack)[0].id == before.id


async def test_what_was_done_is_recorded_in_state(stack: Stack) -> None:
    (subscription,) = subscriptions(stack)
    state = stack.database.get_container_client("state")

    async def is_recorded() -> bool:
        item = await state.read_item(f"{TENANT_ID}:subscription", partition_key=f"{TENANT_ID}:subscription")
        return bool(item["subscriptionId"] == subscription.id)

    await until(is_recorded)
