"""Lets everything fail that can while a day of calls arrives, and compares in the end what Cosmos and Graph hold."""

import argparse
import asyncio
import json
import shutil
import signal
import sys
import time
from pathlib import Path

from rich.console import Console

from local.environment import ROOT
from local.faultrun.run import fault_run
from local.processes import StackError

FOLDER = ROOT / ".local" / "faults"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/faults", description=__doc__)
    parser.add_argument("--calls", type=int, default=2_000, metavar="N", help="calls in the day (2000)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another seed, other calls and faults (1)")
    parser.add_argument("--speed", type=int, default=30, metavar="N", help="delays on the queue last an Nth (30)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    arguments = parser.parse_args()
    for name in ("calls", "speed"):
        if getattr(arguments, name) < 1:
            parser.error(f"--{name} is {getattr(arguments, name)}: expected a number from 1")
    return arguments


def main() -> int:
    """Exit status: 0 nothing was lost, 1 something was, 2 the stack does not run, 130 interrupted."""
    console, began = Console(), time.monotonic()
    arguments = _arguments()
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))  # both end the stack in order
    if FOLDER.exists():
        shutil.rmtree(FOLDER)
    FOLDER.mkdir(parents=True)

    def say(what: str) -> None:
        console.print(f"{time.monotonic() - began:5.0f} s  {what}", highlight=False)

    try:
        outcome = asyncio.run(fault_run(arguments.calls, arguments.seed, arguments.speed, FOLDER, say))
    except StackError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        console.print("Stopped; nothing is left running.")
        return 130
    console.print(outcome.table())
    if arguments.json:
        arguments.json.write_text(json.dumps(outcome.as_json(), indent=2) + "\n")
    return 1 if any(outcome.failures.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
