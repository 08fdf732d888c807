"""Puts a command for the app on its queue `operations`.

The app does it within seconds. GET /api/operations tells what came of the newest commands.

You need the role Storage Queue Data Message Sender on that queue, and to be signed in: with az login, for
example. No function key opens what these commands do.

  set -a; eval "$(azd env get-values)"; set +a    # sets QUEUE_ENDPOINT and AZURE_TENANT_ID
  scripts/operate replay --queue call-records --reason "Graph answered 400."
  scripts/operate discard --queue subscriptions --every-reason
  scripts/operate audit --from 2026-01-01 --to 2026-01-31
  scripts/operate derive --from 2026-01-01 --to 2026-01-31
  scripts/operate reconcile --from 2026-01-30 --to 2026-01-31

The local stack needs no account: put the connection string of its queues into CallRecordsQueue, and its tenant
into GRAPH_TENANT_ID. scripts/demo --keep prints such a command.
"""

import argparse
import asyncio
import logging
import os
import sys
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, get_args

import orjson
from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.identity.aio import DefaultAzureCredential
from azure.storage.queue import TextBase64EncodePolicy
from azure.storage.queue.aio import QueueClient

from callrecords.collect.chosendays import MOST_DAYS, WrongDays, check_days
from callrecords.errors import Unreadable
from callrecords.operate.commands import Action, CommandMessage
from callrecords.queues.workqueue import OPERATIONS, QUEUES
from callrecords.settings import forms
from callrecords.settings.connections import QUEUE_CONNECTION

ROLE = "Storage Queue Data Message Sender"
_SHOWN = 60  # characters of a wrong value: enough to recognise it
_PATIENCE: dict[str, Any] = {"retry_total": 1, "initial_backoff": 1}
_FIELDS = ("queue", "reason", "first_day", "last_day")
_DOES = {
    "replay": "put messages that were given up back on their queue",
    "discard": "delete messages that were given up, for good",
    "audit": "compare header, parts and row of each call of these days in Cosmos DB, and mend what is not whole",
    "derive": "derive the fact rows of these days again from the stored records",
    "reconcile": "compare what Graph lists of these days with Cosmos DB, and fetch what is missing",
}


def command(tenant_id: str, action: Action, **wanted: Any) -> CommandMessage:
    """A new command with the fields of CommandMessage in `wanted`. Raises Unreadable, which says what is wrong."""
    new = CommandMessage(
        tenant_id=tenant_id, notified_at=datetime.now(UTC), command_id=str(uuid.uuid4()), action=action, **wanted
    )
    try:
        text = str(new)
    except orjson.JSONEncodeError:
        raise Unreadable("An argument has bytes that are no UTF-8.") from None
    return CommandMessage.parse(text)


async def send(queue: QueueClient, message: CommandMessage) -> None:
    """Puts the command on the queue. Raises AzureError where that is not possible."""
    await queue.send_message(TextBase64EncodePolicy().encode(str(message)), time_to_live=-1)


async def _send(connection: str | None, account: str, message: CommandMessage) -> None:
    if connection:
        async with QueueClient.from_connection_string(connection, OPERATIONS, **_PATIENCE) as queue:
            await send(queue, message)
        return
    async with (
        DefaultAzureCredential() as credential,
        QueueClient(account, OPERATIONS, credential, **_PATIENCE) as queue,
    ):
        await send(queue, message)


def parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    """The arguments, of which some have defaults in the environment."""
    raw = argparse.RawDescriptionHelpFormatter
    whole = argparse.ArgumentParser(prog="scripts/operate", description=__doc__, formatter_class=raw)
    actions = whole.add_subparsers(dest="action", required=True, metavar="COMMAND")
    for action in get_args(Action):
        each = actions.add_parser(
            action, help=_DOES[action], description=f"{_DOES[action][0].upper()}{_DOES[action][1:]}."
        )
        if action in ("replay", "discard"):
            each.add_argument(
                "--queue",
                required=True,
                choices=QUEUES,
                metavar="QUEUE",
                help="the queue that they were on before they were given up: %(choices)s",
            )
            which = each.add_mutually_exclusive_group(required=True)
            which.add_argument(
                "--reason", metavar="TEXT", help="only those with this reason, copied from GET /api/poison"
            )
            which.add_argument("--every-reason", action="store_true", help="all of them")
        else:
            each.add_argument(
                "--from",
                required=True,
                dest="first_day",
                metavar="DAY",
                help="the first day, in UTC, such as 2026-01-01",
            )
            each.add_argument(
                "--to",
                required=True,
                dest="last_day",
                metavar="DAY",
                help=f"the last day, at most {MOST_DAYS} days in all",
            )
        if action == "derive":
            each.add_argument(
                "--all", action="store_true", dest="all_rows", help="also derive rows that have the new rules already"
            )
        each.add_argument(
            "--account",
            metavar="URL",
            default=environ.get("QUEUE_ENDPOINT"),
            help="the queues of the storage account, such as https://<name>.queue.core.windows.net; default:"
            " QUEUE_ENDPOINT in the environment",
        )
        each.add_argument(
            "--tenant",
            metavar="ID",
            default=environ.get("GRAPH_TENANT_ID") or environ.get("AZURE_TENANT_ID"),
            help="the tenant whose calls the app collects, a GUID; default: GRAPH_TENANT_ID or else AZURE_TENANT_ID"
            " in the environment",
        )
    return whole


async def give(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Gives the command; the exit status. Raises Unreadable and WrongDays for what is no command."""
    message = command(
        arguments.tenant,
        arguments.action,
        **{name: getattr(arguments, name, None) for name in _FIELDS},
        all_rows=getattr(arguments, "all_rows", False),
    )
    if message.first_day and message.last_day:
        check_days(message.first_day, message.last_day, message.notified_at.date())
    try:
        await _send(environ.get(QUEUE_CONNECTION), arguments.account, message)
    except (AzureError, ValueError) as error:
        print(in_words(error), file=sys.stderr)
        return 1
    print(f"Command {message.command_id} is on the queue. GET /api/operations tells what came of it.")
    return 0


def main(words: Sequence[str], environ: Mapping[str, str]) -> int:
    """Exit status: 0 the command is on its queue, 1 it is not, 2 it is no command."""
    whole = parser(environ)
    arguments = whole.parse_args(words)
    if not arguments.tenant:
        whole.error("--tenant is missing, and so are GRAPH_TENANT_ID and AZURE_TENANT_ID in the environment")
    if not (arguments.account or environ.get(QUEUE_CONNECTION)):
        whole.error("--account is missing, and so are QUEUE_ENDPOINT and CallRecordsQueue in the environment")
    try:
        arguments.tenant = forms.guid(arguments.tenant)
    except ValueError as error:
        whole.error(f"the tenant is {arguments.tenant[:_SHOWN]!r}: expected {error}")
    logging.getLogger("azure").setLevel(logging.CRITICAL)  # what it has to say is said below
    try:
        return asyncio.run(give(arguments, environ))
    except (Unreadable, WrongDays) as error:
        whole.error(str(error))


def in_words(error: Exception) -> str:
    """What is wrong, and what to do."""
    match error:
        case ClientAuthenticationError():
            return "You are not signed in to Azure, or the account does not accept you: run az login."
        case ResourceNotFoundError():
            return f"The account has no queue {OPERATIONS}: is it the one of this app?"
        case HttpResponseError(status_code=403):
            return f"The account refuses: you need the role {ROLE} on the queue {OPERATIONS}, or another network."
        case ValueError():
            return "The connection string or the URL of the account is malformed."
    return f"The queue could not be reached ({type(error).__name__})."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
