"""The identity endpoint, and who may ask Graph."""

from datetime import datetime, timedelta

import pytest
from aiohttp import ClientSession
from azure.identity.aio import DefaultAzureCredential

from local.graph import GraphSimulator

SCOPE = "https://graph.microsoft.com/.default"
RECORD = "/v1.0/communications/callRecords/7b1d0c52-9f6e-4f0c-8d0e-000000000001"
TOKEN_QUERY = {"api-version": "2019-08-01", "resource": "https://graph.microsoft.com"}


async def test_the_default_azure_credential_gets_a_token_that_graph_knows(
    graph: GraphSimulator, client: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    unauthenticated = await client.get("/msi/token")
    monkeypatch.setenv("IDENTITY_ENDPOINT", str(unauthenticated.url))
    monkeypatch.setenv("IDENTITY_HEADER", graph.identity_header)
    async with DefaultAzureCredential() as credential:
        token = await credential.get_token(SCOPE)
    assert graph.tokens.verify(f"Bearer {token.token}").resource == "https://graph.microsoft.com"


async def test_a_token_is_described_as_app_service_describes_it(
    graph: GraphSimulator, client: ClientSession, now: list[datetime]
) -> None:
    client_id = "0a11b22c-1111-4222-8333-444455556666"
    response = await client.get(
        "/msi/token",
        params={**TOKEN_QUERY, "client_id": client_id},
        headers={"X-IDENTITY-HEADER": graph.identity_header},
    )
    token = await response.json()
    assert token.pop("access_token")
    assert token == {
        "expires_on": str(int((now[0] + timedelta(hours=1)).timestamp())),
        "resource": "https://graph.microsoft.com",
        "token_type": "Bearer",
        "client_id": client_id,
    }


@pytest.mark.parametrize(
    ("header", "query", "status"),
    [
        ("wrong", TOKEN_QUERY, 401),
        ("local-identity", {**TOKEN_QUERY, "api-version": "2017-09-01"}, 400),
        ("local-identity", {"api-version": "2019-08-01"}, 400),
    ],
)
async def test_a_token_is_refused_to_a_caller_without_the_secret_or_with_another_protocol(
    client: ClientSession, header: str, query: dict[str, str], status: int
) -> None:
    response = await client.get("/msi/token", params=query, headers={"X-IDENTITY-HEADER": header})
    assert response.status == status


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        ("", "Access token is empty."),
        ("Bearer not-issued", "IDX14100: JWT is not well formed, there are no dots (.)."),
    ],
)
async def test_graph_refuses_a_caller_without_a_token_that_was_issued(
    client: ClientSession, authorization: str, message: str
) -> None:
    response = await client.get(RECORD, headers={"Authorization": authorization})
    error = (await response.json())["error"]
    assert response.status == 401
    assert (error["code"], error["message"]) == ("InvalidAuthenticationToken", message)
    assert error["innerError"]["request-id"] == response.headers["request-id"]


async def test_graph_refuses_a_token_that_has_expired(client: ClientSession, now: list[datetime]) -> None:
    now[0] += timedelta(hours=1)
    response = await client.get(RECORD)
    assert response.status == 401
    assert "expired" in (await response.json())["error"]["message"]


async def test_graph_refuses_a_token_for_another_service(graph: GraphSimulator, client: ClientSession) -> None:
    token = graph.tokens.issue("https://graph.microsoft.us", None)["access_token"]
    response = await client.get(RECORD, headers={"Authorization": f"Bearer {token}"})
    assert response.status == 401
    assert "audience" in (await response.json())["error"]["message"]


@pytest.mark.parametrize("path", [RECORD, RECORD + "/sessions", "/v1.0/communications/callRecords"])
async def test_call_records_are_forbidden_without_the_role(
    graph: GraphSimulator, client: ClientSession, path: str
) -> None:
    graph.granted.clear()
    response = await client.get(path)
    error = (await response.json())["error"]
    assert (response.status, error["code"], error["message"]) == (403, "Forbidden", "")
