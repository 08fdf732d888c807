"""The two anonymous routes, as Graph and as everybody else may call them."""

import io
import uuid
from pathlib import Path

import aiohttp
import orjson

from callrecords.graphtypes import JsonObject
from local.apphost import running_app
from local.processes import free_port
from local.stack import BODY_LIMIT, CLIENT_STATE, TENANT_ID, Stack
from tests.pipeline.reading import is_idle
from tests.pipeline.waiting import until

SETTINGS = {
    "GRAPH_TENANT_ID": TENANT_ID,
    "GRAPH_CLIENT_STATE": CLIENT_STATE,
    "NOTIFICATION_BASE_URL": "https://calls.fabrikam.example",
    "CallRecordsCosmos": "AccountEndpoint=http://127.0.0.1:9/;AccountKey=bm9uZQ==;",
}


def notification(call_id: str, **changed: object) -> JsonObject:
    resource = f"communications/callRecords/{call_id}"
    return {
        "subscriptionId": str(uuid.uuid4()),
        "clientState": CLIENT_STATE,
        "changeType": "updated",
        "resource": resource,
        "subscriptionExpirationDateTime": "2026-03-07T08:00:00.000+00:00",
        "resourceData": {"@odata.type": "#Microsoft.Graph.callrecord", "@odata.id": resource, "id": call_id},
        "tenantId": TENANT_ID,
    } | changed


async def test_the_handshake_returns_the_decoded_token_as_plain_text(stack: Stack, http: aiohttp.ClientSession) -> None:
    url = f"{stack.app_url}/api/graph/lifecycle?validationToken=Validation%3A%20a%2Bb%20%3Cb%3E"
    async with http.post(url, headers={"Content-Type": "text/plain; charset=utf-8"}) as answer:
        assert answer.status == 200
        assert await answer.text() == "Validation: a+b <b>"
        assert answer.content_type == "text/plain"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_what_is_not_a_notification_collection_is_refused_in_plain_words(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    async with http.post(f"{stack.app_url}/api/graph/notifications", data=b"{") as answer:
        assert (answer.status, await answer.text()) == (400, "The body is not JSON.")


async def test_a_body_over_the_limit_is_refused(stack: Stack, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{stack.app_url}/api/graph/notifications", data=b" " * 262_145) as answer:
        assert answer.status == 413
        assert "262144" in await answer.text()


async def test_a_body_that_no_route_takes_is_refused_by_the_host(stack: Stack, http: aiohttp.ClientSession) -> None:
    for path in ("graph/notifications", "graph/lifecycle", "poison/replay"):
        async with http.post(f"{stack.app_url}/api/{path}", data=io.BytesIO(b" " * (BODY_LIMIT + 1))) as answer:
            assert answer.status == 413


async def test_notifications_that_cannot_be_trusted_are_acknowledged_and_dropped(
    stack: Stack, http: aiohttp.ClientSession
) -> None:
    call_id = str(uuid.uuid4())
    body = {
        "value": [
            notification(call_id, clientState="a guess"),
            notification(call_id, tenantId=str(uuid.uuid4())),
            notification(call_id, resource="users/someone/messages/1"),
        ]
    }
    await until(lambda: is_idle(stack))
    async with http.post(f"{stack.app_url}/api/graph/notifications", data=orjson.dumps(body)) as answer:
        assert answer.status == 202
    assert await is_idle(stack)
    counted = "Notifications dropped: {'wrong clientState': 1, 'unknown tenant': 1, 'foreign resource': 1}."
    await until(lambda: counted in stack.app.log_file.read_text())


async def test_graph_is_asked_to_send_again_while_the_queue_takes_nothing(
    tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    nobody = f"DefaultEndpointsProtocol=http;AccountName=a;AccountKey=bm9uZQ==;QueueEndpoint=http://127.0.0.1:{free_port()}/a;"
    port = free_port()
    async with running_app(port, tmp_path, SETTINGS | {"CallRecordsQueue": nobody}):
        body = {"value": [notification(str(uuid.uuid4()))]}
        async with http.post(f"http://127.0.0.1:{port}/api/graph/notifications", data=orjson.dumps(body)) as answer:
            assert answer.status == 503


async def test_an_app_with_wrong_settings_says_so_and_takes_no_messages(
    stack: Stack, tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    port = free_port()
    wrong = SETTINGS | {"CallRecordsQueue": stack.queue_connection, "GRAPH_TENANT_ID": "fabrikam"}
    async with running_app(port, tmp_path, wrong) as app:
        async with http.get(f"http://127.0.0.1:{port}/admin/functions") as answer:
            functions = {function["name"] for function in await answer.json()}
        assert functions == {"notifications", "lifecycle", "health", "health_details"}
        async with http.post(f"http://127.0.0.1:{port}/api/graph/notifications", data=b"{}") as answer:
            assert answer.status == 503
        async with http.get(f"http://127.0.0.1:{port}/api/health") as answer:
            assert (answer.status, await answer.read()) == (503, b"")
        async with http.get(f"http://127.0.0.1:{port}/api/health/details") as answer:
            assert (await answer.json())["broken"]["link"] == "settings"
    log = app.log_file.read_text()
    assert "GRAPH_TENANT_ID is 'fabrikam': expected a GUID such as" in log
    assert "Traceback" not in log
