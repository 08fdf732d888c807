"""Connections to storage and Cosmos, by the Functions convention, so that one set of app settings serves the
trigger binding and the SDK client alike: `NAME` holds a connection string, or `NAME__<endpoint>`,
`NAME__credential` and `NAME__clientId` describe an identity-based connection
(https://learn.microsoft.com/azure/azure-functions/functions-reference#connections).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from callrecords.settings.forms import Secret, base_url, guid

QUEUE_CONNECTION = "CallRecordsQueue"
COSMOS_CONNECTION = "CallRecordsCosmos"


@dataclass(frozen=True, kw_only=True)
class ConnectionSetting:
    """The settings of one connection: the last part of its endpoint setting's name, and one of which sets of
    names its connection string has to have."""

    name: str
    meaning: str
    endpoint: str
    needed: tuple[frozenset[str], ...]


CONNECTIONS = (
    ConnectionSetting(
        name=QUEUE_CONNECTION,
        meaning="Storage account of the queues",
        endpoint="queueServiceUri",
        needed=(
            frozenset({"AccountName", "AccountKey"}),
            frozenset({"QueueEndpoint", "SharedAccessSignature"}),
            frozenset({"UseDevelopmentStorage"}),
        ),
    ),
    ConnectionSetting(
        name=COSMOS_CONNECTION,
        meaning="Cosmos DB account of the call records",
        endpoint="accountEndpoint",
        needed=(frozenset({"AccountEndpoint", "AccountKey"}),),
    ),
)


@dataclass(frozen=True)
class Connection:
    """Where an account is, and as whom to reach it: a connection string, or an endpoint and an identity."""

    connection_string: Secret | None = None
    endpoint: str = ""
    client_id: str | None = None


def resolve(setting: ConnectionSetting, environ: Mapping[str, str], problems: list[str]) -> Connection:
    """The connection in `environ`; what is wrong with it is added to `problems`, a sentence each."""
    name, endpoint_name = setting.name, f"{setting.name}__{setting.endpoint}"
    if text := environ.get(name):
        names = {pair.partition("=")[0].strip().lower() for pair in text.split(";") if pair.partition("=")[2]}
        if not any({each.lower() for each in needed} <= names for needed in setting.needed):
            expected = ", or ".join(" and ".join(sorted(needed)) for needed in setting.needed)
            problems.append(
                f"{name} is not a connection string: expected 'Name=value;' pairs with {expected}; "
                f"or no {name} and an account URL in {endpoint_name}."
            )
        return Connection(connection_string=Secret(text))
    if not environ.get(endpoint_name):
        problems.append(
            f"{name} is missing: expected a connection string in {name}, or an account URL in {endpoint_name}."
        )
        return Connection()

    def parsed(part: str, parse: Callable[[str], str]) -> str | None:
        text = environ.get(f"{name}__{part}")
        try:
            return parse(text) if text else None
        except ValueError as expected:
            # Not shown: a connection string in the wrong setting has a key in it.
            problems.append(f"{name}__{part} is malformed: expected {expected}.")
            return None

    parsed("credential", _managed_identity)
    endpoint = parsed(setting.endpoint, base_url)
    return Connection(endpoint=endpoint or "", client_id=parsed("clientId", guid))


def _managed_identity(text: str) -> str:
    if text.lower() != "managedidentity":
        raise ValueError("managedidentity")
    return text
