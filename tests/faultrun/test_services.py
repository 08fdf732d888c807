"""Which requests still fail when the faults of the fault run are over."""

from collections import Counter
from datetime import date
from random import Random

from local.cosmos import CosmosServer
from local.faultrun.services import ServiceFaults
from local.graph import GraphSimulator, Operation
from local.graph.faults import take
from local.stack import TENANT_ID
from local.traffic import generate

CALLS = generate(3, 120, date(2026, 3, 4), TENANT_ID)


def test_graph_refuses_some_calls_until_it_is_mended() -> None:
    graph, cosmos = GraphSimulator(TENANT_ID), CosmosServer()
    services = ServiceFaults(graph, cosmos, CALLS, Random(3))
    services.begin()
    assert cosmos.faults.rules
    assert not services.unusable()

    services.end()
    assert not cosmos.faults.rules
    asked = [call.call_id for call in CALLS for _ in range(3)]
    refused = [each for each in asked if take(graph.faults, Operation.GET_RECORD, each, graph.counters.injected)]
    assert Counter(refused) == dict.fromkeys(services.unusable(), 3)
    assert len(services.unusable()) == 2

    services.mend()
    assert not graph.faults
