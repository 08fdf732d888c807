"""Connections to storage and Cosmos, by the Functions convention, so that one set of app settings serves the
trigger binding and the SDK client alike: `NAME` holds a connection string, or `NAME__<endpoint>`,
`NAME__credential` and `NAME__clientId` describe an identity-based connection
(https://learn.microsoft.com/azure/azure-functions/functions-reference#connections).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from callrecords.values import Secret, base_url, guid

QUEUE_CONNECTION = "CallRecordsQueue"
COSMOS_CONNECTION = "CallRecordsCosmos"


@dataclass(frozen=True)
class ConnectionSetting:
    """The settings of one connection: the last part of its endpoint setting's name, and what one of the pairs
    of its connection string has to be, a pattern and in words."""

    name: str
    meaning: str
    endpoint: str
    pairs: str
    expected: str


CONNECTIONS = (
    ConnectionSetting(
        QUEUE_CONNECTION,
        "Storage account of the queues",
        "queueServiceUri",
        r"(^|;)(AccountName|QueueEndpoint)=|^UseDevelopmentStorage=true;?$",
        "AccountName or QueueEndpoint",
    ),
    ConnectionSetting(
        COSMOS_CONNECTION,
        "Cosmos DB account of the call records",
        "accountEndpoint",
        r"(^|;)AccountEndpoint=",
        "AccountEndpoint",
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
        if not re.search(setting.pairs, text, re.IGNORECASE):
            problems.append(
                f"{name} is not a connection string: expected 'Key=value;' pairs with {setting.expected}, "
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
            problems.append(f"{name}__{part} is {text!r}: expected {expected}.")
            return None

    parsed("credential", _managed_identity)
    endpoint = parsed(setting.endpoint, base_url)
    return Connection(endpoint=endpoint or "", client_id=parsed("clientId", guid))


def _managed_identity(text: str) -> str:
    if text.lower() != "managedidentity":
        raise ValueError("managedidentity")
    return text
