"""The command: what is measured, and what becomes of it."""

import argparse
import asyncio
import sys
from pathlib import Path

from rich.console import Console

from bench.ingest import figures
from bench.ingest.figures import Scenario
from bench.ingest.records import demo_day
from bench.ingest.run import measure_day, measure_memory, measure_size
from bench.ingest.tables import ratios, tables

_PARTS = ("sizes", "day", "memory")
_SIZES = (2, 20, 60, 300, 2_000)
_MOST_ROUNDS, _LEAST_ROUNDS, _ROUNDS_TIMES_SESSIONS = 60, 5, 3_000
_FEW_ROUNDS = 3  # of the day, and of one record's memory
_LARGEST, _AT_ONCE = 2_000, 16
_DESCRIPTION = """\
Measures what the app needs to ingest a call record: requests to Graph and to Cosmos DB, request units, bytes that are
stored, CPU of the worker by stage, and memory. Beside each round stands the floor: the same GETs of the same bodies and
one write of as many bytes, with an HTTP client alone. Takes some minutes.
"""
_EPILOG = """\
To compare two checkouts, let them take turns, so that both have the same noise, and put the files together:
  for n in 1 2 3; do (cd before && scripts/bench ingest --json /tmp/before-$n.json)
                     (cd after && scripts/bench ingest --json /tmp/after-$n.json); done
  scripts/bench ingest --read /tmp/after-*.json --against /tmp/before-*.json
"""


def _sizes(text: str) -> list[int]:
    sizes = [int(each) for each in text.split(",")]
    if min(sizes) < 1:
        raise ValueError
    return sizes


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


_sizes.__name__, _positive.__name__ = "list of numbers from 1", "number from 1"  # argparse says these


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/bench ingest",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--only", nargs="+", choices=_PARTS, default=_PARTS, metavar="PART", help="sizes, day or memory (all three)")
    add("--sessions", type=_sizes, default=_SIZES, metavar="N,N", help="the sizes of records (2,20,60,300,2000)")
    add("--calls", type=_positive, default=200, metavar="N", help="calls in the day (200, as the demo has)")
    add("--rounds", type=_positive, metavar="N", help="rounds of everything (sizes 60 to 5, day 3, memory 3 and 1)")
    add("--json", type=Path, metavar="FILE", help="write every figure of every round to FILE")
    add(
        "--read", type=Path, nargs="+", metavar="FILE", help="measure nothing: show the figures of these files together"
    )
    add(
        "--against", type=Path, nargs="+", metavar="FILE", help="show the ratios to the figures of these files together"
    )
    return parser


async def _measure(arguments: argparse.Namespace, console: Console) -> list[Scenario]:
    found: list[Scenario] = []
    rounds: int | None = arguments.rounds
    if "sizes" in arguments.only:
        for size in arguments.sessions:
            console.print(f"Records of {size:,} sessions ...")
            by_size = min(max(_ROUNDS_TIMES_SESSIONS // size, _LEAST_ROUNDS), _MOST_ROUNDS)
            found.append(await measure_size(size, rounds or by_size))
    if "day" in arguments.only:
        console.print(f"A day of {arguments.calls:,} calls ...")
        found += await measure_day(demo_day(arguments.calls), rounds or _FEW_ROUNDS)
    if "memory" in arguments.only:
        for at_once, times in ((1, rounds or _FEW_ROUNDS), (_AT_ONCE, rounds or 1)):
            console.print(f"{at_once} of {_LARGEST:,} sessions ...")
            found.append(await measure_memory(_LARGEST, at_once, times))
    return found


def _run(arguments: argparse.Namespace, console: Console) -> None:
    before = figures.read(arguments.against or ())
    found = figures.read(arguments.read) if arguments.read else asyncio.run(_measure(arguments, console))
    if arguments.json:
        figures.write(arguments.json, found)
    for table in tables(found):
        console.print(table)
    if before:
        console.print(ratios(found, {scenario.name: scenario for scenario in before}))


def main() -> int:
    """Exit status: 0 measured, 1 a file cannot be read or written, 2 wrong arguments."""
    arguments = _parser().parse_args()
    is_terminal = sys.stdout.isatty()
    try:
        _run(arguments, Console() if is_terminal else Console(width=200))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
