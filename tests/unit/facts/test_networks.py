import pytest

from callrecords.facts.networks import beyond_rows, network_rows, properties, subnet_in


@pytest.mark.parametrize(
    "info",
    [
        None,
        [],
        "wifi",
        7,
        {},
        {"subnet": "", "connectionType": None, "wifiBand": "unknown"},
        {"wifiBand": "unknownFutureValue"},
    ],
)
def test_a_network_of_which_nothing_is_told_has_no_properties(info: object) -> None:
    assert properties(info) == {}
    assert network_rows([properties(info)]) == []


def test_what_clients_send_for_not_known_or_hidden_is_left_out() -> None:
    info = {
        "linkSpeed": 4_294_967_295,
        "macAddress": "02-00-00-00-00-00",
        "basicServiceSetIdentifier": "02:00:00:00:00:00",
        "traceRouteHops": [],
        "wifiSignalStrength": 0,
        "port": 50_012,
        "relayPort": 2**70,
        "delayEventRatio": 0.123456789,
        "isNew": False,
        "nested": {"a": None, "b": [None, {}, {"c": "unknown", "d": 1}]},
    }
    assert properties(info) == {
        "wifiSignalStrength": 0,
        "port": 50_012,
        "delayEventRatio": 0.123457,
        "isNew": False,
        "nested": {"b": [{"d": 1}]},
    }


def test_levels_may_be_negative() -> None:
    assert properties({"sentSignalLevel": -21, "receivedNoiseLevel": -60.5}) == {
        "sentSignalLevel": -21,
        "receivedNoiseLevel": -60.5,
    }


def test_a_row_of_a_network_has_the_fields_that_are_searched_for() -> None:
    info = {
        "connectionType": "wifi",
        "wifiBand": "frequency50GHz",
        "basicServiceSetIdentifier": "00-00-5e-00-53-01",
        "subnet": "10.20.3.0/24",
        "reflexiveIPAddress": "203.0.113.9",
        "networkTransportProtocol": "udp",
        "linkSpeed": 866_000_000,
    }
    assert network_rows([info]) == [
        {
            "connectionType": "wifi",
            "wifiBand": "frequency50GHz",
            "bssid": "00-00-5e-00-53-01",
            "subnet": "10.20.3.0",
            "prefixLength": 24,
            "publicAddress": "203.0.113.9",
            "transport": "udp",
        }
    ]


@pytest.mark.parametrize(
    ("subnet", "told"),
    [
        ("10.20.3.0", ("10.20.3.0", None)),
        ("10.20.3.0/0", ("10.20.3.0", 0)),
        ("2001:db8::/128", ("2001:db8::", 128)),
        ("2001:db8::/129", ("2001:db8::", None)),
        ("10.20.3.0/255.255.255.0", ("10.20.3.0", None)),
        ("/24", (None, 24)),
        (7, (None, None)),
        (None, (None, None)),
    ],
)
def test_a_subnet_may_be_told_with_the_length_of_its_prefix(
    subnet: object, told: tuple[str | None, int | None]
) -> None:
    assert subnet_in({"subnet": subnet}) == told


def test_each_network_is_told_once_and_that_of_most_media_first() -> None:
    home: dict[str, object] = {"subnet": "192.168.1.0", "port": 1}
    office: dict[str, object] = {"subnet": "10.1.0.0"}
    rows = network_rows([office, home, {**home, "port": 2}, {"port": 3}])
    assert rows == [{"subnet": "192.168.1.0"}, {"subnet": "10.1.0.0"}]
    assert network_rows([home, office]) == network_rows([office, home])


def test_what_rows_lack_is_told_once_where_all_networks_share_it() -> None:
    one = {"subnet": "10.1.0.0", "ipAddress": "10.1.0.7", "port": 1, "linkSpeed": 5}
    other = {"subnet": "10.1.0.0", "ipAddress": "10.1.0.7", "port": 2}
    assert beyond_rows([one, other]) == ({"ipAddress": "10.1.0.7"}, [{"port": 1, "linkSpeed": 5}, {"port": 2}])
    assert beyond_rows([one]) == ({"ipAddress": "10.1.0.7", "port": 1, "linkSpeed": 5}, [{}])
    assert beyond_rows([]) == ({}, [])
