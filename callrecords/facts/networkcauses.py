"""What speaks against a network as the carrier of a call, with the evidence."""

from collections.abc import Callable, Mapping, Sequence

from callrecords.graphtypes import JsonObject, number, ratio, text

type Evidence = dict[str, float | str]

WEAK_SIGNAL = 50  # per cent of wifiSignalStrength, about -70 dBm
EVENT_RATIO = 0.005  # the share of a call from which Microsoft's call analytics mark what went wrong in it


def network_causes(networks: Sequence[JsonObject]) -> Mapping[str, Evidence]:
    """By the name of each cause that holds for one of these networks (as Graph's networkInfo) its evidence."""
    return {name: evidence for name, rule in _RULES.items() if (evidence := rule(networks))}


def first_with(networks: Sequence[JsonObject], name: str, value: str, *others: str) -> Evidence | None:
    """Of the first network whose property has this value, the property and the others that are told."""
    return _first(networks, lambda network: network.get(name) == value, name, *others)


def highest(things: Sequence[JsonObject], *names: str) -> Evidence | None:
    """Of each of these ratios of events the highest, where it is high."""
    found = {name: max((ratio(each.get(name)) or 0 for each in things), default=0) for name in names}
    return {name: value for name, value in found.items() if value >= EVENT_RATIO} or None


def _weak_wifi(networks: Sequence[JsonObject]) -> Evidence | None:
    def is_weak(network: JsonObject) -> bool:
        signal = number(network.get("wifiSignalStrength"))
        return network.get("connectionType") == "wifi" and signal is not None and signal < WEAK_SIGNAL

    return _first(networks, is_weak, "wifiSignalStrength")


_RULES: dict[str, Callable[[Sequence[JsonObject]], Evidence | None]] = {
    "wifi24GHz": lambda networks: first_with(
        [each for each in networks if each.get("connectionType") in ("wifi", None)],
        "wifiBand",
        "frequency24GHz",
        "wifiChannel",
    ),
    "weakWifi": _weak_wifi,
    "vpn": lambda networks: first_with(networks, "connectionType", "tunnel"),
    "tcp": lambda networks: first_with(networks, "networkTransportProtocol", "tcp"),
    "lowBandwidth": lambda networks: highest(networks, "bandwidthLowEventRatio"),
}


def _first(networks: Sequence[JsonObject], holds: Callable[[JsonObject], bool], *names: str) -> Evidence | None:
    for network in networks:
        if holds(network):
            return {name: value for name in names if (value := _scalar(network.get(name))) is not None}
    return None


def _scalar(value: object) -> float | str | None:
    return text(value) or number(value)
