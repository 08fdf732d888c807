"""The types of what the app stores have the fields that docs/schemas promises, and no others."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from callrecords.collect.arrivals import Arrival
from callrecords.collect.auditrun import AuditOutcome
from callrecords.collect.givenup import GivenUpCall
from callrecords.collect.phone.run import PhoneOutcome, PhoneRefused
from callrecords.collect.reconcile.dropped import Dropping
from callrecords.collect.reconcile.ladder import Asked, Ladder
from callrecords.collect.reconcile.run import Running
from callrecords.collect.rederiverun import DeriveOutcome
from callrecords.collect.subscription import SubscriptionState
from callrecords.documents import Document
from callrecords.operate.commands import CommandOutcome
from callrecords.operate.flow import Flow
from callrecords.operate.heartbeats import Heartbeat
from callrecords.ports.callrow import StreamCounts
from callrecords.ports.completeness import Correction, DayCompleteness, HourCompared, LackingCall
from callrecords.ports.usage import DayRollUp, FailureCount, SubnetQuality
from callrecords.usage.rollup import RollUpState

SCHEMAS = Path(__file__).parents[2] / "docs/schemas"
STATE: Mapping[str, type[Document]] = {
    "subscription": SubscriptionState,
    "ingest": Arrival,
    "usage": RollUpState,
    "reconcileLadder": Ladder,
    "reconcileRunning": Running,
    "reconcileAsked": Asked,
    "reconcileDropped": Dropping,
    "audit": AuditOutcome,
    "derive": DeriveOutcome,
    "phone": PhoneOutcome,
    "phoneRefused": PhoneRefused,
    "heartbeat": Heartbeat,
    "flow": Flow,
    "givenUp": GivenUpCall,
    "command": CommandOutcome,
    "completeness": DayCompleteness,
}


def schema(container: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((SCHEMAS / f"{container}.schema.json").read_text())
    return document


def camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def test_each_schema_of_an_item_of_the_state_has_its_type() -> None:
    assert schema("state")["$defs"].keys() == {"time", *STATE}


@pytest.mark.parametrize("name", STATE)
def test_an_item_of_the_state_has_the_fields_of_its_schema(name: str) -> None:
    described, kind = schema("state")["$defs"][name], STATE[name]
    assert described["properties"].keys() == {"id", *every_field(kind)}
    assert set(described["required"]) == {"id", *fields_with_values(kind)}


@pytest.mark.parametrize(
    ("path", "kind"),
    [(("hours",), HourCompared), (("hours", "lacking"), LackingCall), (("corrections",), Correction)],
)
def test_what_is_in_the_lists_of_completeness_has_the_fields_of_its_schema(
    path: tuple[str, ...], kind: type[Document]
) -> None:
    described = schema("state")["$defs"]["completeness"]
    for name in path:
        described = described["properties"][name]["items"]
    assert described["properties"].keys() == every_field(kind)
    assert set(described["required"]) == fields_with_values(kind)


def every_field(kind: type[Document]) -> set[str]:
    return {camel_case(field.name) for field in fields(kind)}


def fields_with_values(kind: type[Document]) -> set[str]:
    """Those that are always there. What may be None is left out: it has None for a default, and nothing else has. So is
    what has its default, where a document is sparse."""
    defaults = {camel_case(field.name): field.default for field in fields(kind)}
    return {name for name, each in defaults.items() if each is MISSING or not (each is None or kind.sparse)}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ((), DayRollUp),
        (("properties", "streams", "properties", "audio"), StreamCounts),
        (("properties", "failures", "items"), FailureCount),
        (("properties", "worstSubnets", "items"), SubnetQuality),
    ],
)
def test_a_roll_up_has_the_fields_of_its_schema(path: tuple[str, ...], kind: type) -> None:
    whole = described = schema("usage")
    for name in path:
        described = described[name]
    if reference := described.get("$ref"):
        described = whole["$defs"][reference.rpartition("/")[2]]
    own = {name for name in described["properties"] if not name.startswith("_")}
    assert own == set(described["required"]) == set(kind.__annotations__)
