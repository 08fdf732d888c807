"""A token that Graph does not accept is asked for anew, once."""

from typing import Any

import httpx
import pytest
from azure.core.credentials import AccessToken

from callrecords.errors import Unauthorized
from callrecords.graph.client import GraphClient
from callrecords.graph.signin import RenewableCredential
from tests.unit.graph.fake_graph import FAR_FUTURE, ROOT, SCOPE, FakeGraph, InventedCredential, get_request
from tests.unit.graph.fake_time import FakeTime


class Numbered(InventedCredential):
    """The credentials are numbered, and so are their tokens."""

    made = 0

    def __init__(self) -> None:
        Numbered.made += 1
        self.number, self.closed = Numbered.made, False

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        assert not self.closed
        return AccessToken(str(self.number), FAR_FUTURE)

    async def close(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def from_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Numbered, "made", 0)


def tokens(graph: FakeGraph) -> list[str]:
    return [request.headers["Authorization"].removeprefix("Bearer ") for request in graph.requests]


async def test_a_request_whose_token_is_refused_leaves_once_more_with_a_new_one(graph: FakeGraph) -> None:
    client = GraphClient(ROOT, SCOPE, Numbered)
    graph.answer_in_turn([httpx.Response(401), {"id": 1}, {"id": 2}])
    assert (await client.send(get_request(), "Call record 1")).document == {"id": 1}
    assert (await client.send(get_request(), "Call record 1")).document == {"id": 2}
    assert tokens(graph) == ["1", "2", "2"]


async def test_a_new_token_that_is_refused_as_well_is_unauthorized_and_no_other_is_asked_for(graph: FakeGraph) -> None:
    client = GraphClient(ROOT, SCOPE, Numbered)
    graph.answer = lambda _: httpx.Response(401)
    for _ in range(3):
        with pytest.raises(Unauthorized, match=r"^Call record 1: Graph answered 401\.$"):
            await client.send(get_request(), "Call record 1")
    assert tokens(graph) == ["1", "2", "2", "2"]


async def test_requests_that_were_under_way_together_share_the_new_token() -> None:
    time = FakeTime()
    credential = RenewableCredential(Numbered, lambda: time.now)
    assert [await credential.renew(0), await credential.renew(0)] == [True, True]
    assert (await credential.get_token("scope")).token == "2"


async def test_a_former_credential_that_cannot_be_closed_is_no_hindrance(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: Numbered) -> None:
        raise OSError

    monkeypatch.setattr(Numbered, "close", fail)
    credential = RenewableCredential(Numbered, lambda: 0)
    assert await credential.renew(0)
    assert (await credential.get_token("scope")).token == "2"


async def test_where_no_new_credential_can_be_made_the_former_one_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Numbered) -> None:
        raise ValueError

    credential = RenewableCredential(Numbered, lambda: 0)
    with monkeypatch.context() as patch:
        patch.setattr(Numbered, "__init__", fail)
        with pytest.raises(ValueError):  # noqa: PT011 - azure-identity's own
            await credential.renew(0)
    assert (await credential.get_token("scope")).token == "1"
    assert await credential.renew(0)


async def test_after_a_minute_another_token_may_be_asked_for() -> None:
    time = FakeTime()
    credential = RenewableCredential(Numbered, lambda: time.now)
    assert await credential.renew(0)
    assert not await credential.renew(1)
    time.now += 60
    assert await credential.renew(1)
    assert (await credential.get_token("scope")).token == "3"
