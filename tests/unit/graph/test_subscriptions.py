from datetime import UTC, datetime, timedelta

import httpx
import orjson
import pytest

from callrecords.errors import Forbidden, Garbled, NotFound, Unreadable
from callrecords.graph.subscriptions import Subscriptions
from callrecords.graphtypes import JsonObject
from callrecords.ports.subscriptions import NotificationTarget, Subscription
from callrecords.settings.forms import Secret
from tests.invented import CLIENT_STATE
from tests.unit.collect.subscription_world import LIFECYCLE, NOTIFICATIONS
from tests.unit.graph.fake_graph import ROOT, FakeGraph

EXPIRES = datetime(2026, 3, 7, 8, 0, tzinfo=UTC)
URL = f"{ROOT}/v1.0/subscriptions"
ANSWER: JsonObject = {
    "id": "s-1",
    "resource": "/communications/callRecords",
    "changeType": "updated",
    "clientState": None,
    "notificationUrl": NOTIFICATIONS,
    "lifecycleNotificationUrl": LIFECYCLE,
    "expirationDateTime": "2026-03-07T08:00:00.0000000Z",
}
HELD = Subscription(
    id="s-1", change_type="updated", notification_url=NOTIFICATIONS, lifecycle_url=LIFECYCLE, expires=EXPIRES
)


async def test_every_page_of_subscriptions_is_listed(graph: FakeGraph) -> None:
    graph.answer_in_turn(
        [{"value": [ANSWER], "@odata.nextLink": f"{URL}?$skiptoken=a"}, {"value": [{**ANSWER, "id": "s-2"}]}]
    )
    listed = await Subscriptions(graph.client).all()
    assert [each.id for each in listed] == ["s-1", "s-2"]
    assert listed[0] == HELD
    assert [str(request.url) for request in graph.requests] == [URL, f"{URL}?$skiptoken=a"]


@pytest.mark.parametrize("resource", ["/communications/callRecords", "Communications/CallRecords/"])
async def test_the_resource_is_call_records_in_whatever_case_and_with_or_without_slashes(
    graph: FakeGraph, resource: str
) -> None:
    graph.answer_in_turn([{"value": [{**ANSWER, "resource": resource}]}])
    assert await Subscriptions(graph.client).all() == [HELD]


@pytest.mark.parametrize(
    "resource", ["users", None, "communications/callRecords?$filter=participants/any(p:p/id eq 'p')"]
)
async def test_a_subscription_on_anything_else_is_not_listed(graph: FakeGraph, resource: str | None) -> None:
    graph.answer_in_turn([{"value": [{"resource": resource}, ANSWER]}])
    assert await Subscriptions(graph.client).all() == [HELD]


async def test_no_other_host_gets_a_token(graph: FakeGraph) -> None:
    elsewhere = "https://evil.example/v1.0/subscriptions"
    graph.answer = lambda _: httpx.Response(200, json={"value": [], "@odata.nextLink": elsewhere})
    with pytest.raises(Unreadable):
        await Subscriptions(graph.client).all()
    assert {request.url.host for request in graph.requests} == {"graph.fabrikam.example"}


async def test_a_subscription_is_created_with_both_urls_and_the_secret(graph: FakeGraph) -> None:
    graph.answer_in_turn([httpx.Response(201, json=ANSWER)])
    target = NotificationTarget(
        notification_url=NOTIFICATIONS, lifecycle_url=LIFECYCLE, client_state=Secret(CLIENT_STATE)
    )
    created = await Subscriptions(graph.client).create(target, "updated", EXPIRES)
    (request,) = graph.requests
    assert (request.method, str(request.url)) == ("POST", URL)
    assert orjson.loads(request.content) == {
        "changeType": "updated",
        "resource": "/communications/callRecords",
        "notificationUrl": NOTIFICATIONS,
        "lifecycleNotificationUrl": LIFECYCLE,
        "clientState": CLIENT_STATE,
        "expirationDateTime": "2026-03-07T08:00:00+00:00",
        "latestSupportedTlsVersion": "v1_2",
    }
    assert created == HELD


async def test_a_subscription_is_renewed_by_its_expiry_alone(graph: FakeGraph) -> None:
    graph.answer_in_turn([{**ANSWER, "expirationDateTime": "2026-03-07T09:00:00Z"}])
    renewed = await Subscriptions(graph.client).renew("s-1", EXPIRES + timedelta(hours=1))
    (request,) = graph.requests
    assert (request.method, str(request.url)) == ("PATCH", f"{URL}/s-1")
    assert orjson.loads(request.content) == {"expirationDateTime": "2026-03-07T09:00:00+00:00"}
    assert renewed.expires == EXPIRES + timedelta(hours=1)


async def test_an_expiry_without_an_offset_is_in_utc(graph: FakeGraph) -> None:
    graph.answer_in_turn([{**ANSWER, "expirationDateTime": "2026-03-07T08:00:00"}])
    assert await Subscriptions(graph.client).renew("s-1", EXPIRES) == HELD


async def test_a_subscription_is_deleted_by_its_id(graph: FakeGraph) -> None:
    graph.answer_in_turn([httpx.Response(204)])
    await Subscriptions(graph.client).delete("s-1")
    (request,) = graph.requests
    assert (request.method, str(request.url)) == ("DELETE", f"{URL}/s-1")


@pytest.mark.parametrize("missing", ["id", "expirationDateTime"])
async def test_an_answer_without_id_or_expiry_is_garbled(graph: FakeGraph, missing: str) -> None:
    graph.answer_in_turn([{name: value for name, value in ANSWER.items() if name != missing}])
    with pytest.raises(Garbled, match="has no id or no expirationDateTime"):
        await Subscriptions(graph.client).renew("s-1", EXPIRES)


@pytest.mark.parametrize("kind", ["text/html", "application/json"])
async def test_an_answer_that_is_not_json_is_garbled(graph: FakeGraph, kind: str) -> None:
    graph.answer_in_turn([httpx.Response(200, content=b"<h1>", headers={"Content-Type": kind})])
    with pytest.raises(Garbled):
        await Subscriptions(graph.client).all()


@pytest.mark.parametrize("body", [[], {}, {"value": "text"}])
async def test_an_answer_without_a_list_is_garbled(graph: FakeGraph, body: object) -> None:
    graph.answer_in_turn([body])
    with pytest.raises(Garbled):
        await Subscriptions(graph.client).all()


async def test_an_error_names_the_subscription(graph: FakeGraph) -> None:
    graph.answer_in_turn([httpx.Response(404)])
    with pytest.raises(NotFound, match=r"^Subscription s-1: Graph answered 404"):
        await Subscriptions(graph.client).delete("s-1")
    graph.answer_in_turn([httpx.Response(403)])
    with pytest.raises(Forbidden, match=r"^Subscriptions: Graph answered 403"):
        await Subscriptions(graph.client).all()
