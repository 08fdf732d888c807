"""The networks and devices of an endpoint, as Graph's networkInfo and deviceInfo tell of them.

https://learn.microsoft.com/graph/api/resources/callrecords-networkinfo and
https://learn.microsoft.com/graph/api/resources/callrecords-deviceinfo
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import cast

from callrecords.graphtypes import MOST_EXACT, JsonObject, as_object, known, text
from callrecords.ports.callrow import NetworkRow

# By the names of Graph. Those that are missing here stand in the details of the row.
_PLAIN = {
    "connectionType": "connectionType",
    "wifiBand": "wifiBand",
    "basicServiceSetIdentifier": "bssid",
    "subnet": "subnet",
    "reflexiveIPAddress": "publicAddress",
    "networkTransportProtocol": "transport",
}
DECIMALS = 6  # Graph's numbers are of single precision
_LENGTH = re.compile(r"[0-9]|[1-9][0-9]|1[01][0-9]|12[0-8]")
# What clients send for "not known", and for what the system hides from them.
_NOTHING = frozenset(("", "unknown", "02:00:00:00:00:00", "02-00-00-00-00-00"))
_NO_SPEED = 4_294_967_295


def properties(value: object) -> JsonObject:
    """What an object such as a networkInfo or a deviceInfo tells: nothing that is not known, or is no JSON."""
    return {
        name: found
        for name, each in as_object(value).items()
        if each is not None and (found := _known(each)) is not None
    }


def _known(value: object) -> object:
    # The class is compared, which is faster: this is called for each property of each medium at each end.
    kind = value.__class__
    if kind is str:
        return None if value in _NOTHING else value
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, int):
        return value if kind is bool or (value != _NO_SPEED and -MOST_EXACT <= value <= MOST_EXACT) else None
    if isinstance(value, list):
        return [found for each in value if (found := _known(each)) is not None] or None
    return properties(value) or None


def subnet_in(network: JsonObject) -> tuple[str | None, int | None]:
    """The subnet of a networkInfo, and the length of its prefix in bits, where they are told."""
    subnet, _, length = (text(network.get("subnet")) or "").partition("/")
    return subnet or None, int(length) if _LENGTH.fullmatch(length) else None


def network_rows(networks: Iterable[JsonObject]) -> list[NetworkRow]:
    """What is plain in a row of each of the networks, once: that over which most media went first."""
    found = Counter(tuple(text(network.get(name)) for name in _PLAIN) for network in networks)
    rows = [(-count, _row(values)) for values, count in found.items()]
    return [row for _, row in sorted(rows, key=lambda each: (each[0], str(each[1]))) if row]


def _row(values: Iterable[str | None]) -> NetworkRow:
    told = dict(zip(_PLAIN, values, strict=True))
    row: JsonObject = {short: told[name] for name, short in _PLAIN.items()}
    row["subnet"], row["prefixLength"] = subnet_in(told)
    return cast("NetworkRow", known(row))


def beyond_rows(networks: Sequence[JsonObject]) -> tuple[JsonObject, list[JsonObject]]:
    """What the rows of the networks lack: that which all of them share, and what each has for itself."""
    if not networks:
        return {}, []
    first, *others = networks
    shared = {name: each for name, each in first.items() if all(other.get(name) == each for other in others)}
    own = [{name: each for name, each in network.items() if name not in shared} for network in networks]
    return {name: each for name, each in shared.items() if name not in _PLAIN}, own
