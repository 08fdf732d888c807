"""Networks that calls go over, as networkInfo.

https://learn.microsoft.com/graph/api/resources/callrecords-networkinfo
"""

from dataclasses import dataclass
from random import Random

from callrecords.graphtypes import JsonObject
from local.traffic.clients import Client
from local.traffic.conditions import DATA_CENTRE, Conditions, conditions
from local.traffic.primitives import single

# What clients send where they do not know the speed, and where the system hides the address.
_UNKNOWN_LINK_SPEED = 4294967295
_HIDDEN_MAC_ADDRESS = "02:00:00:00:00:00"

_NOTHING: JsonObject = {
    "ipAddress": None,
    "subnet": None,
    "linkSpeed": None,
    "connectionType": "unknown",
    "port": None,
    "reflexiveIPAddress": None,
    "relayIPAddress": None,
    "relayPort": None,
    "macAddress": None,
    "wifiMicrosoftDriver": None,
    "wifiMicrosoftDriverVersion": None,
    "wifiVendorDriver": None,
    "wifiVendorDriverVersion": None,
    "wifiChannel": None,
    "wifiBand": "unknown",
    "basicServiceSetIdentifier": None,
    "wifiRadioType": "unknown",
    "wifiSignalStrength": None,
    "wifiBatteryCharge": None,
    "dnsSuffix": None,
    "sentQualityEventRatio": None,
    "receivedQualityEventRatio": None,
    "delayEventRatio": None,
    "bandwidthLowEventRatio": None,
    "networkTransportProtocol": "udp",
    "traceRouteHops": [],
}
_MOBILE_TYPES = {"wifi": 55, "mobile": 45}
_WIRED_TYPES = {"wired": 100}
_COMPUTER_TYPES = {"wired": 35, "wifi": 50, "tunnel": 10, "mobile": 2, "unknown": 3}
_TYPES_BY_PLATFORM = {
    "iOS": _MOBILE_TYPES,
    "android": _MOBILE_TYPES,
    "roomSystem": _WIRED_TYPES,
    "ipPhone": _WIRED_TYPES,
}


@dataclass(frozen=True)
class Connection:
    """How one party is connected for one session: the networkInfo that all its media share, and its conditions."""

    info: JsonObject
    conditions: Conditions


def client_connection(rng: Random, client: Client) -> Connection:
    """A connection of a type that such a client uses."""
    types = _TYPES_BY_PLATFORM.get(client.platform, _COMPUTER_TYPES)
    (connection_type,) = rng.choices(tuple(types), tuple(types.values()))
    address, subnet = _address(rng, connection_type)
    info = {
        **_NOTHING,
        "ipAddress": address,
        "subnet": subnet,
        "linkSpeed": 1_000_000_000 if connection_type == "wired" else _UNKNOWN_LINK_SPEED,
        "connectionType": connection_type,
        "reflexiveIPAddress": f"203.0.113.{rng.randrange(1, 255)}",
        "relayIPAddress": f"198.51.100.{rng.randrange(1, 255)}",
        "macAddress": _mac_address(rng, client),
        "dnsSuffix": rng.choice(("corp.fabrikam.example", "", None)),
        "networkTransportProtocol": rng.choices(("udp", "tcp", "unknown"), (93, 6, 1))[0],
    }
    if connection_type == "wifi":
        info |= _wifi(rng, client)
    return Connection(info, conditions(rng, connection_type))


def service_connection(rng: Random) -> Connection:
    """The network of a media service, which tells little of itself."""
    address = f"192.0.2.{rng.randrange(1, 255)}"
    info = {**_NOTHING, "ipAddress": address, "linkSpeed": 0, "connectionType": "wired", "reflexiveIPAddress": ""}
    return Connection(info, DATA_CENTRE)


def network_info(rng: Random, connection: Connection, port: int, relay_port: int) -> JsonObject:
    """The networkInfo of one media over `connection`."""
    if connection.info["relayIPAddress"] is None:
        return {**connection.info, "port": relay_port}
    trouble = 0.4 if connection.conditions.poor else 0.01
    return {
        **connection.info,
        "port": port,
        "relayPort": relay_port,
        "sentQualityEventRatio": single(rng.random() * trouble),
        "receivedQualityEventRatio": single(rng.random() * trouble),
        "delayEventRatio": single(rng.random() * trouble) if connection.conditions.round_trip > 0.2 else 0,
        "bandwidthLowEventRatio": rng.choice((None, 0, 0)),
    }


def _address(rng: Random, connection_type: str) -> tuple[str, str | None]:
    if connection_type == "mobile" and rng.random() < 0.5:
        return f"2001:db8:{rng.randrange(1, 65536):x}::{rng.randrange(1, 65536):x}", None
    network = {
        "wired": f"10.{rng.randrange(20, 24)}.{rng.randrange(256)}",
        "wifi": rng.choice((f"10.40.{rng.randrange(64)}", f"192.168.{rng.choice((0, 1, 178))}")),
        "tunnel": f"172.16.{rng.randrange(32)}",
    }.get(connection_type, f"10.200.{rng.randrange(256)}")
    return f"{network}.{rng.randrange(1, 255)}", f"{network}.0"


def _mac_address(rng: Random, client: Client) -> str | None:
    if client.platform == "web":
        return None
    if client.platform in ("iOS", "android"):
        return _HIDDEN_MAC_ADDRESS
    # Some clients send eight octets.
    return _documentation_mac_address(rng) + rng.choice(("", "", "", "-00-00"))


def _documentation_mac_address(rng: Random) -> str:
    """From the range that RFC 7042 keeps for documentation."""
    return f"00-00-5E-00-53-{rng.randrange(256):02X}"


def _wifi(rng: Random, client: Client) -> JsonObject:
    band, channel, radio, speed = rng.choice(
        (
            ("frequency24GHz", 6, "wifi80211n", 144_400_000),
            ("frequency50GHz", 36, "wifi80211ac", 866_700_000),
            ("frequency50GHz", 100, "wifi80211ax", 1_201_000_000),
            ("frequency60GHz", 37, "wifi80211ax", 2_401_900_000),
        )
    )
    wifi: JsonObject = {
        "linkSpeed": speed,
        "wifiChannel": channel,
        "wifiBand": band,
        "basicServiceSetIdentifier": _documentation_mac_address(rng),
        "wifiRadioType": radio,
        "wifiSignalStrength": rng.randrange(25, 100),
        "wifiBatteryCharge": rng.randrange(5, 101),
    }
    if client.platform == "windows":
        wifi |= {
            "wifiMicrosoftDriver": "Contoso Virtueller WiFi-Direct-Adapter",
            "wifiMicrosoftDriverVersion": "Contoso:10.0.26100",
            "wifiVendorDriver": "Fabrikam Wi-Fi 6E 160MHz",
            "wifiVendorDriverVersion": f"Fabrikam:23.{rng.randrange(20, 130)}.0",
        }
    return wifi
