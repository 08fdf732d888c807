"""Lets everything fail that can while a day of calls arrives, and compares in the end what Cosmos and Graph hold."""

import argparse
import asyncio
import contextlib
import fcntl
import json
import shutil
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from local.environment import ROOT
from local.faultrun.finding import Finding
from local.faultrun.largemeeting import large_meeting_run
from local.faultrun.lease import lease_run
from local.faultrun.outcome import Outcome
from local.faultrun.queuestall import queue_stall_run
from local.faultrun.run import fault_run
from local.processes import StackError, exit_status

FOLDER = ROOT / ".local" / "faults"

type _Run = Callable[[int, Path, Callable[[str], None]], Coroutine[Any, Any, Outcome | Finding]]

_SCENARIOS: dict[str, _Run] = {
    "large-meeting": large_meeting_run,
    "lease": lease_run,
    "queue-stall": queue_stall_run,
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/faults", description=__doc__)
    parser.add_argument("--calls", type=int, default=2_000, metavar="N", help="calls in the day (2000)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another seed, other calls and faults (1)")
    parser.add_argument("--hosts", type=int, default=2, metavar="N", help="functions hosts at the same queues (2)")
    parser.add_argument("--speed", type=int, default=30, metavar="N", help="delays after failures last an Nth (30)")
    parser.add_argument(
        "--scenario",
        choices=_SCENARIOS,
        help="not a day but one thing, with the times of Azure: a meeting of 5,000 sessions and a fresh worker at each "
        "visit to Graph, a worker that is killed while it has messages under a lease of 10 minutes, or a queue that "
        "answers nobody for 10 seconds while calls are announced",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    arguments = parser.parse_args()
    for name in ("calls", "speed", "hosts"):
        if getattr(arguments, name) < 1:
            parser.error(f"--{name} is {getattr(arguments, name)}: expected a number from 1")
    return arguments


@contextlib.contextmanager
def _emptied_folder() -> Iterator[Path]:
    """The folder for logs and queues, nobody else's meanwhile. Raises StackError."""
    FOLDER.parent.mkdir(exist_ok=True)
    with FOLDER.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackError(f"Another run is using {FOLDER}: wait for its end, or end it.") from None
        if FOLDER.exists():
            shutil.rmtree(FOLDER)
        FOLDER.mkdir()
        yield FOLDER


def main() -> int:
    """Exit status: 0 nothing was lost, 1 something was, 2 the stack does not run, 130 interrupted."""
    arguments = _arguments()
    return exit_status(lambda: _run(arguments))


def _run(arguments: argparse.Namespace) -> int:
    console, began = Console(), time.monotonic()

    def say(what: str) -> None:
        console.print(f"{time.monotonic() - began:5.0f} s  {what}", highlight=False)

    with _emptied_folder() as folder:
        day = partial(fault_run, calls=arguments.calls, speed=arguments.speed, hosts=arguments.hosts)
        run = _SCENARIOS.get(arguments.scenario, day)
        outcome = asyncio.run(run(arguments.seed, folder, say))
    console.print(outcome.table())
    console.print(f"The app's log: {FOLDER / 'app.log'}", soft_wrap=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(outcome.as_json(), indent=2) + "\n")
    return 1 if outcome.failed else 0


if __name__ == "__main__":
    sys.exit(main())
