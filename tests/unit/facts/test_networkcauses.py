import pytest

from callrecords.facts.networkcauses import Evidence, highest, network_causes
from callrecords.graphtypes import JsonObject


@pytest.mark.parametrize(
    ("network", "cause", "evidence"),
    [
        (
            {"wifiBand": "frequency24GHz", "wifiChannel": 6},
            "wifi24GHz",
            {"wifiBand": "frequency24GHz", "wifiChannel": 6},
        ),
        ({"wifiBand": "frequency24GHz", "wifiChannel": ["6"]}, "wifi24GHz", {"wifiBand": "frequency24GHz"}),
        ({"connectionType": "wifi", "wifiSignalStrength": 49}, "weakWifi", {"wifiSignalStrength": 49}),
        ({"connectionType": "wifi", "wifiSignalStrength": 0}, "weakWifi", {"wifiSignalStrength": 0}),
        ({"connectionType": "tunnel"}, "vpn", {"connectionType": "tunnel"}),
        ({"networkTransportProtocol": "tcp"}, "tcp", {"networkTransportProtocol": "tcp"}),
        ({"bandwidthLowEventRatio": 0.005}, "lowBandwidth", {"bandwidthLowEventRatio": 0.005}),
    ],
)
def test_what_speaks_against_a_network_is_told_with_its_evidence(
    network: JsonObject, cause: str, evidence: Evidence
) -> None:
    assert network_causes([{"port": 1}, network]) == {cause: evidence}


@pytest.mark.parametrize(
    "network",
    [
        {},
        {"wifiBand": "frequency50GHz", "connectionType": "wifi", "wifiSignalStrength": 50},
        {"connectionType": "wired", "wifiSignalStrength": 10},
        {"connectionType": "wireless?", "wifiBand": "frequency24GHz"},
        {"connectionType": "wifi", "wifiSignalStrength": "10"},
        {"connectionType": "wifi", "wifiSignalStrength": -60},
        {"connectionType": "mobile", "networkTransportProtocol": "udp", "bandwidthLowEventRatio": 0.004},
        {"bandwidthLowEventRatio": "0.5"},
        {"bandwidthLowEventRatio": 80},
        {"wifiBand": ["frequency24GHz"], "connectionType": {"tunnel": 1}, "networkTransportProtocol": 6},
    ],
)
def test_nothing_speaks_against_a_network_of_which_nothing_bad_is_told(network: JsonObject) -> None:
    assert network_causes([network]) == {}


def test_several_may_hold_and_the_evidence_is_the_worst() -> None:
    networks: list[JsonObject] = [
        {"connectionType": "tunnel", "bandwidthLowEventRatio": 0.01},
        {"connectionType": "tunnel", "networkTransportProtocol": "tcp", "bandwidthLowEventRatio": 0.2},
    ]
    assert network_causes(networks) == {
        "vpn": {"connectionType": "tunnel"},
        "tcp": {"networkTransportProtocol": "tcp"},
        "lowBandwidth": {"bandwidthLowEventRatio": 0.2},
    }
    assert network_causes([]) == {}


def test_of_several_ratios_those_are_evidence_that_are_high() -> None:
    devices: list[JsonObject] = [{"a": 0.3, "b": 0.001}, {"a": 0.1, "c": 0.01}]
    assert highest(devices, "a", "b", "c", "d") == {"a": 0.3, "c": 0.01}
    assert highest(devices, "b", "d") is None
