"""The networks and devices of an endpoint, as Graph's networkInfo and deviceInfo tell of them.

https://learn.microsoft.com/graph/api/resources/callrecords-networkinfo and
https://learn.microsoft.com/graph/api/resources/callrecords-deviceinfo
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import cast

from callrecords.graphtypes import MOST_EXACT, JsonObject, known, rounded, text
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
_LENGTH = re.compile(r"[0-9]|[1-9][0-9]|1[01][0-9]|12[0-8]")
# What clients send for "not known", and for what the system hides from them.
_NOTHING = frozenset(("", "unknown", "unknownFutureValue", "02:00:00:00:00:00", "02-00-00-00-00-00"))
_NO_SPEED = 4_294_967_295


def properties(value: object) -> JsonObject:
    """What an object such as a networkInfo or a deviceInfo tells: nothing that is not known, or is no JSON."""
    # This is called for each property of each medium at each end, so that what most are is looked for first.
    found: JsonObject = {}
    for name, each in value.items() if isinstance(value, dict) else ():
        kind = type(each)
        if kind is str:
            if each not in _NOTHING:
                found[name] = each
        elif kind is float:
            found[name] = rounded(each)
        elif kind is int:
            if each != _NO_SPEED and -MOST_EXACT <= each <= MOST_EXACT:
                found[name] = each
        elif (other := _other(each)) is not None:
            found[name] = other
    return found


def _other(value: object) -> object:
    """What neither a string nor a number tells, if anything."""
    if isinstance(value, bool):
        return value
    if isinstance(value, list):
        return [found for each in value if (found := properties({"": each}).get("")) is not None] or None
    return properties(value) or None


def subnet_in(network: JsonObject) -> tuple[str | None, int | None]:
    """The subnet of a networkInfo, and the length of its prefix in bits, where they are told."""
    subnet, _, length = (text(network.get("subnet")) or "").partition("/")
    return subnet or None, int(length) if _LENGTH.fullmatch(length) else None


def network_rows(networks: Iterable[JsonObject]) -> list[NetworkRow]:
    """What is plain in a row of each of the networks, once: that over which most media went first."""
    found = Counter([tuple([text(value) for value in map(network.get, _PLAIN)]) for network in networks])
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
    shared = networks[0]
    for other in networks[1:]:
        shared = {name: each for name, each in shared.items() if other.get(name) == each}
    own = [{name: each for name, each in network.items() if name not in shared} for network in networks]
    return {name: each for name, each in shared.items() if name not in _PLAIN}, own
