"""Plays a day of Teams calls through the whole app on this machine and compares what Cosmos and Graph hold."""

import argparse
import asyncio
import json
import shutil
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import cast

import aiohttp
from azure.storage.queue.aio import QueueClient
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from callrecords.cosmos import calls as calls_container
from callrecords.cosmos.callrecords import CONTAINER
from callrecords.graphtypes import JsonObject
from callrecords.ports.callrow import CallRow
from callrecords.queues.workqueue import CALL_RECORDS
from local.compare import Comparison, compare
from local.environment import ROOT
from local.explain import in_words
from local.graph import GraphSimulator
from local.operating import reconcile
from local.phoneimport import PhoneComparison, compare_phone_rows, import_phone_rows, stored_rows
from local.play import play, play_phone
from local.processes import exit_status
from local.report import completeness_line, endpoints, figures, phone_failure, phone_table, result_table
from local.stack import IDENTITY_HEADER, TENANT_ID, Ports, Stack, running_stack
from local.traffic import Call, generate, phone_rows

FOLDER = ROOT / ".local" / "demo"
FIRST_PORT = 7071
PLAY_SECONDS = 15
# Of a later day it could not be told yet that it is complete.
DAYS_AGO = timedelta(days=3)
# Graph's own throttling sends records back for up to half a minute; this long without one more is a failure.
PATIENCE_SECONDS = 90


async def demo(arguments: argparse.Namespace, console: Console) -> bool:
    """Runs the demo; whether every record arrived whole at its newest version."""
    began = time.monotonic()
    day = datetime.now(UTC).date() - DAYS_AGO
    ports = Ports.from_first(arguments.first_port)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    console.print("Starting Azurite, a Cosmos server, a Graph simulator and the functions host ...")
    graph = GraphSimulator(TENANT_ID, identity_header=IDENTITY_HEADER)
    async with running_stack(ports, FOLDER, graph, phone_calls=True) as stack:
        calls = generate(arguments.seed, arguments.calls, day, TENANT_ID)
        phone = phone_rows(calls, arguments.seed)
        await stack.wait_until_subscribed()
        console.print("The app's timer created its Graph subscription, and Graph's handshake found the webhook.")
        await _play(calls, stack, console)
        comparison = await compare(graph.records, stack.database.get_container_client(CONTAINER), TENANT_ID)
        play_phone(phone, graph)
        console.print("Graph now has its reports on phone calls too; the app imports them.")
        await import_phone_rows(stack)
        stored = await stored_rows(stack)
        of_phone = compare_phone_rows(phone, stored)
        seconds = time.monotonic() - began
        console.print(result_table(comparison, calls, graph, seconds))
        console.print(phone_table(of_phone))
        of_sides = ("sbc", "microsoft", "configuration", "network")
        if failed := next((row for row in stored if "cause" in row and row["cause"]["side"] in of_sides), None):
            console.print(f"\n[bold]A phone call that failed[/bold], {failed['id']}:\n")
            console.print(phone_failure(failed), soft_wrap=True, highlight=False, markup=False)
        if row := await _bad_call(stack):
            console.print(f"\n[bold]A call that was bad for somebody[/bold], {row['callId']}:\n")
            console.print(in_words(row), "\n", soft_wrap=True, highlight=False, markup=False)
        _conclude(comparison, of_phone, arguments, seconds, stack, console)
        if not arguments.keep:
            console.print("Next: scripts/demo --keep leaves it running to look around; scripts/test runs the tests.")
        console.print(completeness_line(await _completeness(stack, day)), soft_wrap=True, highlight=False)
        if arguments.keep:
            await _keep(stack, of_phone.phoned, console)
    return comparison.complete and of_phone.complete


async def _play(calls: Sequence[Call], stack: Stack, console: Console) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[note]}"))
    with Progress(*columns, console=console) as progress:
        held = progress.add_task("Held by Graph  ", total=len(calls), note="")
        stored = progress.add_task("Newest in Cosmos", total=len(calls), note="")

        async def watch() -> None:
            """Ends when all that was played is stored, or nothing more arrives."""
            last_change, before = time.monotonic(), 0
            while time.monotonic() - last_change < PATIENCE_SECONDS:
                newest = await _count_newest(stack)
                progress.update(stored, completed=newest)
                if newest != before:
                    last_change, before = time.monotonic(), newest
                if playing.done() and newest == len(stack.graph.records) and await _is_idle(stack):
                    return
                await asyncio.sleep(0.25)

        def show(at: datetime) -> None:
            progress.update(held, completed=len(stack.graph.records), note=f"{at:%H:%M} of the day played")

        async with asyncio.TaskGroup() as tasks:
            playing = tasks.create_task(play(calls, stack.graph, PLAY_SECONDS, show))
            tasks.create_task(watch())


async def _count_newest(stack: Stack) -> int:
    """How many records Cosmos holds at the version that Graph holds now."""
    records = stack.database.get_container_client(CONTAINER)
    query = records.query_items("SELECT c.id, c.version FROM c WHERE IS_DEFINED(c.parts)")
    held = stack.graph.records
    return len([item async for item in query if held[item["id"]]["version"] == item["version"]])


async def _bad_call(stack: Stack) -> CallRow | None:
    """Of the calls of few people in which one received poor media that with most poor streams, if there is any."""
    query = "SELECT * FROM c WHERE c.affectedEndpoints > 0 AND c.participantCount <= 6"
    found = stack.database.get_container_client(calls_container.CONTAINER).query_items(query)
    rows = [cast("CallRow", row) async for row in found]
    return max(rows, key=lambda row: (row["poorStreams"], row["callId"]), default=None)


async def _is_idle(stack: Stack) -> bool:
    """Whether every notification was delivered and every message handled."""
    async with QueueClient.from_connection_string(stack.queue_connection, CALL_RECORDS) as queue:
        return not (await queue.get_queue_properties()).approximate_message_count


async def _completeness(stack: Stack, day: date) -> JsonObject:
    """What the app says of the day, once an operator has had it compared with Graph."""
    await reconcile(stack, day)
    days = {"from": day.isoformat(), "to": day.isoformat()}
    async with (
        aiohttp.ClientSession(stack.app_url) as http,
        http.get("/api/completeness", params=days, raise_for_status=True) as answer,
    ):
        found: list[JsonObject] = (await answer.json())["days"]
    return found[0]


def _conclude(
    comparison: Comparison,
    of_phone: PhoneComparison,
    arguments: argparse.Namespace,
    seconds: float,
    stack: Stack,
    console: Console,
) -> None:
    if comparison.complete:
        console.print("[green]Every call record that Graph holds is in Cosmos, whole, at its newest version.[/green]")
    else:
        console.print("[red]Cosmos does not hold what Graph holds.[/red] The app's log says why:")
    if of_phone.complete:
        console.print("[green]So is every row of a phone call, once, with its money to the last digit.[/green]")
    else:
        console.print("[red]Rows of phone calls are missing, or not as Graph has them.[/red]")
    console.print(f"The app's log: {stack.app.log_file.relative_to(Path.cwd(), walk_up=True)}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures(comparison, of_phone, seconds), indent=2) + "\n")


async def _keep(stack: Stack, phoned: str, console: Console) -> None:
    console.print("\nThe stack stays up until Ctrl-C.\n")
    for what, command in endpoints(stack, phoned):
        console.print(f"[bold]{what}[/bold]\n  {command}\n", soft_wrap=True, highlight=False)
    await asyncio.Event().wait()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--calls", type=int, default=200, metavar="N", help="calls in the day (200)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another seed, another day (1)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    parser.add_argument("--keep", action="store_true", help="leave the stack up and print commands to look around")
    parser.add_argument(
        "--first-port", type=int, default=FIRST_PORT, metavar="N", help=f"the first of four ports ({FIRST_PORT})"
    )
    arguments = parser.parse_args()
    if arguments.calls < 1:
        parser.error(f"--calls is {arguments.calls}: expected a number from 1")
    return arguments


def main() -> int:
    """Exit status: 0 all is there, 1 something is not, 2 the stack does not run, 130 interrupted."""
    console = Console()
    arguments = _arguments()
    return exit_status(lambda: 0 if asyncio.run(demo(arguments, console)) else 1)


if __name__ == "__main__":
    sys.exit(main())
