"""What is asked of one endpoint: as a condition of a query and as a test of an endpoint at hand."""

from itertools import combinations
from random import Random
from typing import TYPE_CHECKING, Any, cast

import orjson
import pytest

from callrecords.cosmos.endfilters import OF_AN_END, EndFilters
from callrecords.graphtypes import JsonObject
from callrecords.http.filters import filters
from local.cosmos.query import compile_query
from tests.generated import rows

if TYPE_CHECKING:
    from callrecords.ports.callrow import EndpointRow

ROWS: list[JsonObject] = orjson.loads(orjson.dumps(rows()))  # as they are stored
USER = {"kind": "user", "id": "0a11b22c-1111-4222-8333-444455556666", "userPrincipalName": "Ann@fabrikam.example"}
NETWORKS = [
    {"connectionType": "wifi", "subnet": "192.0.2.0", "publicAddress": "203.0.113.7"},
    {"connectionType": "wired", "subnet": "198.51.100.0"},
]
ENDPOINT: JsonObject = {
    "endpointId": "a/caller",
    "who": USER,
    "platform": "windows",
    "clientVersion": "27/1.4",
    "captureDevices": ["Fabrikam Hörkapsel BT"],
    "renderDevices": ["Contoso Speaker"],
    "cameras": ["Contoso Cam"],
    "networks": NETWORKS,
    "rating": "bad",
    "failed": True,
    "quality": "poor",
}
# What the endpoint has, each with something that it has not.
ASKED = [
    ({"user": "0A11B22C-1111-4222-8333-444455556666"}, {"user": "0a11b22c-1111-4222-8333-44445555666a"}),
    ({"user": "ann@FABRIKAM.example"}, {"user": "bob@fabrikam.example"}),
    ({"platform": "windows"}, {"platform": "web"}),
    ({"clientVersion": "27/1.4"}, {"clientVersion": "27/1.5"}),
    ({"connectionType": "wired"}, {"connectionType": "tunnel"}),
    ({"subnet": "192.0.2.0", "connectionType": "wifi"}, {"subnet": "192.0.2.0", "connectionType": "wired"}),
    ({"publicAddress": "203.0.113.7"}, {"publicAddress": "203.0.113.8"}),
    ({"device": "HÖRKAPSEL"}, {"device": "headset"}),
    ({"device": "speaker"}, {"device": "speakers"}),
    ({"device": "cam"}, {"device": "contoso bt"}),
    ({"rating": "bad"}, {"rating": "good"}),
    ({"quality": "poor"}, {"quality": "good"}),
    ({"failed": "true"}, {"failed": "false"}),
]

EVERYTHING = {name: value for has, _ in ASKED for name, value in has.items()} | {"connectionType": "wifi"}


def asked_of_end(asked: dict[str, str]) -> EndFilters:
    return filters(asked).end


def are_met(asked: dict[str, str], endpoint: JsonObject) -> bool:
    return asked_of_end(asked).are_met_by(cast("EndpointRow", endpoint))


@pytest.mark.parametrize(("has", "has_not"), ASKED, ids=str)
def test_an_endpoint_meets_what_it_has_and_nothing_else(has: dict[str, str], has_not: dict[str, str]) -> None:
    assert are_met(has, ENDPOINT)
    assert not are_met(has_not, ENDPOINT)
    assert not are_met(EVERYTHING | has_not, ENDPOINT)


def test_an_endpoint_meets_all_that_it_has_at_once() -> None:
    assert EVERYTHING.keys() == {*OF_AN_END}
    assert are_met(EVERYTHING, ENDPOINT)


@pytest.mark.parametrize("kind", ["phone", "application"])
def test_an_endpoint_that_is_no_client_is_not_searched(kind: str) -> None:
    assert not are_met({"platform": "windows"}, {**ENDPOINT, "who": {**USER, "kind": kind}})


@pytest.mark.parametrize("name", [name for name in OF_AN_END if name not in ("quality", "failed")])
def test_an_endpoint_of_which_something_is_not_known_does_not_meet_it(name: str) -> None:
    (asked, *_) = [has for has, _ in ASKED if name in has]
    bare = {"endpointId": "a/caller", "who": {"kind": "user"}, "failed": True, "quality": "poor"}
    assert not are_met(asked, bare)


def selected(asked: dict[str, str]) -> set[str]:
    """The ids of the generated calls of which the query says that they have such an endpoint."""
    end = asked_of_end(asked)
    query = compile_query(f"SELECT VALUE c.id FROM c WHERE {end.of_endpoint}")
    return {row.value for row in query.run(ROWS, {f"@{name}": value for name, value in end.values.items()})}


def pairs() -> list[dict[str, str]]:
    """Two things that are asked of one endpoint, some of them together at none."""
    rng = Random(5)
    values: dict[str, list[Any]] = {name: [] for name in OF_AN_END}
    for end in (end for row in ROWS for end in row["endpoints"]):
        values["user"] += [end["who"][name] for name in ("id", "userPrincipalName") if name in end["who"]]
        values["device"] += [each[2:9] for each in end.get("captureDevices", ())]
        values["failed"].append(str(end["failed"]).lower())
        for name in ("platform", "clientVersion", "rating", "quality"):
            values[name] += [end[name]] if name in end else []
        for name in ("connectionType", "subnet", "publicAddress"):
            values[name] += [network[name] for network in end.get("networks", ()) if name in network]
    return [
        {name: rng.choice(sorted(set(values[name]))) for name in names} for names in [*combinations(OF_AN_END, 2)] * 3
    ]


def test_the_condition_of_the_query_and_the_test_of_endpoints_at_hand_say_the_same() -> None:
    found = 0
    for asked in pairs():
        end = asked_of_end(asked)
        if end.of_endpoint is None:
            continue
        wanted = {row["id"] for row in ROWS if any(map(end.are_met_by, row["endpoints"]))}
        assert selected(asked) == wanted, asked
        found += bool(wanted)
    assert found > 30
