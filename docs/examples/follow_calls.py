"""Follows the facts of calls: prints every row that is new or changed as a line of JSON, across restarts.

    COSMOS_ENDPOINT=https://<account>.documents.azure.com COSMOS_DATABASE=callrecords python follow_calls.py FILE

FILE keeps the position in the change feed. It is saved after the rows before it are handled: after a crash the rows
since the last save come again, and none is lost. Whoever handles rows by `callId` and `version` does not mind.

Needs azure-cosmos, and azure-identity where COSMOS_KEY is not set.
"""

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
    print(json.dumps(row), flush=True)  # noqa: T201


def save(position_file: Path, position: str) -> None:
    """Replaces the file in one step, so that it is never half written."""
    written = position_file.with_suffix(".new")
    written.write_text(position)
    written.replace(position_file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
