"""The two ends of a session or segment, as Graph's endpoint tells of them.

https://learn.microsoft.com/graph/api/resources/callrecords-endpoint
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from callrecords.facts.networks import properties as told_properties
from callrecords.facts.parties import Kind, Party, party_at
from callrecords.graphtypes import JsonObject, as_object, text

type Side = Literal["caller", "callee"]
SIDES: tuple[Side, Side] = ("caller", "callee")
OTHER: dict[Side, Side] = {"caller": "callee", "callee": "caller"}

_SERVICE = "serviceEndpoint"
_NOT_RATED = "notRated"
_NO_PLATFORM = (None, "unknown")
# Told of a machine or a client, and of no use in a search.
_OTHERS = ("cpuName", "cpuCoresCount", "cpuProcessorSpeedInMhz")
_OTHERS_OF_AGENT = ("productFamily", "azureADAppId", "communicationServiceId")


class End(NamedTuple):
    """One end: a party with its client, or a service of Teams with its role, at times with the account it goes by.

    `client_version` is the applicationVersion, or else the header of the user agent, which has a version in it.
    `rating` is what the person answered after the call, `tokens` what they ticked, `words` what they wrote.
    """

    party: Party | None = None
    is_service: bool = True
    role: str | None = None
    platform: str | None = None
    client_version: str | None = None
    host_name: str | None = None
    rating: str | None = None
    tokens: tuple[str, ...] = ()
    words: str | None = None
    others: JsonObject = {}  # noqa: RUF012 - read only

    @property
    def is_client(self) -> bool:
        """Whether a person's own device is there: neither a service, nor a bot, nor a telephone behind a gateway."""
        return not self.is_service and (self.party is None or self.party.kind not in (Kind.PHONE, Kind.APPLICATION))


def is_told(properties: JsonObject) -> bool:
    """Whether these properties tell anything of an end."""
    return _is_service(properties) or any(value for name, value in properties.items() if name != "@odata.type")


def end(properties: JsonObject, kinds: Mapping[str, Kind]) -> End:
    """The end with these properties; `kinds` are those known by Party.key.

    Real services come as clients of unknown platform and family without a role: an end of which neither a party nor a
    client is known counts as one.
    """
    agent = as_object(properties.get("userAgent"))
    role = text(agent.get("role"))
    if role or _is_service(properties):
        has_account = properties.get("associatedIdentity") or properties.get("identity")
        return End(party=party_at(properties, kinds) if has_account else None, role=None if role == "unknown" else role)
    party, platform = party_at(properties, kinds), text(agent.get("platform"))
    host_name, version, header = (
        text(properties.get("name")),
        text(agent.get("applicationVersion")),
        agent.get("headerValue"),
    )
    feedback = as_object(properties.get("feedback"))
    rating = text(feedback.get("rating"))
    others = {name: properties[name] for name in _OTHERS if name in properties}
    others |= {name: agent[name] for name in _OTHERS_OF_AGENT if name in agent}
    return End(
        party=party,
        is_service=party is None and platform in _NO_PLATFORM and host_name is None and rating in (None, _NOT_RATED),
        platform=platform,
        client_version=version or text(header),
        host_name=host_name,
        rating=None if rating == _NOT_RATED else rating,
        tokens=_tokens(feedback),
        words=text(feedback.get("text")),
        others=told_properties(others | {"headerValue": header} if version else others),
    )


def _is_service(properties: JsonObject) -> bool:
    return (text(properties.get("@odata.type")) or "").endswith(_SERVICE)


def _tokens(feedback: JsonObject) -> tuple[str, ...]:
    return tuple(sorted([name for name, is_so in as_object(feedback.get("tokens")).items() if is_so is True]))


def merged(ends: list[End]) -> End:
    """What several mentions of one end, which is no service, tell together: of each property the first that is told."""
    if len(ends) == 1:
        return ends[0]
    first = ends[0]
    return first._replace(
        **{
            name: next((value for each in ends if (value := getattr(each, name))), getattr(first, name))
            for name in ("client_version", "host_name", "rating", "tokens", "words")
        },
        party=next((each.party for each in ends if each.party), None),
        platform=next((each.platform for each in ends if each.platform not in _NO_PLATFORM), first.platform),
        others={name: value for each in reversed(ends) for name, value in each.others.items()},
    )
