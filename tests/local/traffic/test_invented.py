"""Nothing in the traffic can belong to anybody: names and addresses come from ranges kept for examples."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import pytest

from callrecords.graphtypes import JsonObject

# RFC 5737, RFC 3849 and RFC 1918.
NETWORKS: list[IPv4Network | IPv6Network] = [
    ip_network(each)
    for each in (
        "192.0.2.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "2001:db8::/32",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
    )
]


@pytest.fixture(scope="module")
def dump(objects: list[JsonObject]) -> str:
    """Every text in every record, each once, one to a line."""
    return "\n".join(sorted({text for each in objects for text in _texts(each)}))


def _texts(found: JsonObject) -> Iterator[str]:
    for value in found.values():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str):
                yield each


def test_addresses_are_private_or_kept_for_documentation(dump: str) -> None:
    dotted = re.findall(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])", dump)
    colons = re.findall(r"^[0-9a-fA-F:]*::[0-9a-fA-F:]*$", dump, re.MULTILINE)
    assert len(dotted) > 100
    assert colons
    for text in (*dotted, *colons):
        assert any(ip_address(text) in network for network in NETWORKS), text


def test_mac_addresses_are_hidden_or_kept_for_documentation(dump: str) -> None:
    found = re.findall(r"\b(?:[0-9a-fA-F]{2}[-:]){5}[0-9a-fA-F]{2}", dump)
    assert len(found) > 100
    assert all(each.startswith("00-00-5E-00-53-") or each == "02:00:00:00:00:00" for each in found)


def test_telephone_numbers_are_fictitious(dump: str) -> None:
    found = re.findall(r"\+\d{4,}", dump)
    assert len(found) > 10
    assert all(re.fullmatch(r"\+155501\d\d", each) for each in found)


def test_mail_domains_and_hosts_are_examples(dump: str) -> None:
    domains = set(re.findall(r"@([\w.-]+)", dump))
    assert domains == {"fabrikam.example", "contoso.example"}
    assert set(re.findall(r"https?://([^/\s]+)", dump)) == {"teams.example"}
    assert not re.findall(r"[\w-]+\.(?:com|net|org|edu|gov|io|de|fr|ms)\b", dump)
