"""Follows the facts of calls across restarts: prints, for each row that is new or changed, who received poor media and
why, as a line of JSON.

    COSMOS_ENDPOINT=https://<account>.documents.azure.com COSMOS_DATABASE=callrecords python follow_calls.py FILE

FILE keeps the position in the change feed. It is saved after the rows before it are handled: after a crash the rows
since the last save come again, and none is lost. A row may also be written again in the same version, for example
when facts are derived again. So take each row unless its version is lower than the one that you have of the call.

Needs azure-cosmos, and azure-identity where COSMOS_KEY is not set.
"""

import base64
import gzip
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from azure.cosmos import ContainerProxy, CosmosClient

PAUSE_SECONDS = float(os.environ.get("PAUSE_SECONDS", "5"))


def main(position_file: Path) -> None:
    """Runs until it is stopped."""
    with CosmosClient(os.environ["COSMOS_ENDPOINT"], credential()) as client:
        database = client.get_database_client(os.environ["COSMOS_DATABASE"])
        calls = database.get_container_client("calls")
        while True:
            follow(calls, position_file)
            time.sleep(PAUSE_SECONDS)


def credential() -> Any:
    """The account's key where one is given, otherwise the identity that this runs as."""
    if key := os.environ.get("COSMOS_KEY"):
        return key
    from azure.identity import DefaultAzureCredential

    return DefaultAzureCredential()


def follow(calls: ContainerProxy, position_file: Path) -> None:
    """Handles what changed since the saved position, page by page; everything, where there is none."""
    position = position_file.read_text() if position_file.exists() else None
    since: dict[str, Any] = {"continuation": position} if position else {"start_time": "Beginning"}
    pages: Any = calls.query_items_change_feed(max_item_count=100, **since).by_page()
    for page in pages:
        for row in page:
            handle(row)
        save(position_file, pages.continuation_token)


def handle(row: dict[str, Any]) -> None:
    """What is done with a row; put your own here."""
    poor = [
        {"who": each["who"].get("id"), "causes": causes_of_what_was_received(each)}
        for each in endpoints(row)
        if each["quality"] == "poor"
    ]
    line = {"callId": row["callId"], "version": row["version"], "day": row["day"], "poor": poor}
    print(json.dumps(line), flush=True)  # noqa: T201


def causes_of_what_was_received(endpoint: dict[str, Any]) -> list[str]:
    """Without those that explain what the endpoint sent."""
    return [each["cause"] for each in endpoint.get("causes", []) if each["direction"] == "received"]


def endpoints(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The endpoints of a call, also where its row has them packed; none where it has no room for them."""
    if "endpoints" in row or "details" not in row:
        return list(row.get("endpoints", []))
    details = json.loads(gzip.decompress(base64.b64decode(row["details"])))
    return list(details["endpoints"])


def save(position_file: Path, position: str) -> None:
    """Replaces the file in one step, so that it is never half written."""
    written = position_file.with_suffix(".new")
    written.write_text(position)
    written.replace(position_file)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
