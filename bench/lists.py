"""A day of reconciliation in simulated time, at several volumes: the app's own use case and limiter, Graph's limits.

Wanted: at 1,000,000 calls a day two rungs in two thirds of the first pages, and nothing left in the end; 6 RU a call at
most; a call that was not announced within 2 h of its record, if that is there by the rung of 3 h. Takes some minutes of
CPU, the last part of it alone two. The same seed gives the same figures.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from statistics import median

from rich.console import Console
from rich.table import Table

from callrecords.collect.reconcile.ladder import rungs_for
from local.rates import ListFigures, office_day, simulate_lists
from local.rates.withheld import Found, WithheldCalls, withheld

VOLUMES = (1_000, 50_000, 190_000, 500_000, 720_000, 1_000_000, 1_080_000, 1_500_000)
COLUMNS = (
    "calls a day",
    "rungs",
    "first pages",
    "following",
    "429s",
    "calls a page",
    "longest wait",
    "left",
    "minutes",
)
# A revision is found at the next rung, which may be half a month later.
WITHHELD_CALLS, DAYS, DAYS_COUNTED = 1_000, 31, 15
FOUND: dict[str, Callable[[Found], bool]] = {
    "record there by the rung of 3 h": lambda found: found.what == "call" and found.was_there_by_third_hour,
    "record there later": lambda found: found.what == "call" and not found.was_there_by_third_hour,
    "revision": lambda found: found.what == "revision",
}


def cells(figures: ListFigures) -> list[str]:
    calls = figures.calls.profile.calls
    return [
        f"{calls:,}",
        str(len(rungs_for(calls))),
        f"{figures.first_pages:.1%}",
        f"{figures.next_pages:.1%}",
        str(len(figures.graph.throttled)),
        f"{figures.calls_a_page:.1f}",
        ", ".join(f"{rung}: {_hours(wait)}" for rung, wait in sorted(figures.waits.items(), key=lambda each: each[1])),
        _hours(max(figures.behind.values())),
        f"{figures.minutes / 60:.0%}",
        f"{figures.units_a_call:.2f}",
    ]


def found_cells(found: list[Found]) -> list[str]:
    return [
        str(len(found)),
        _hours(timedelta(seconds=median(each.took.total_seconds() for each in found))),
        _hours(max(each.took for each in found)),
        f"{max(each.enqueued - each.due for each in found).total_seconds():.0f} s",
    ]


def _hours(time: timedelta) -> str:
    return f"{time / timedelta(hours=1):.2f} h"


def main() -> None:
    logging.disable(logging.CRITICAL)  # each wait is told, and each call that is found
    volumes = Table(*COLUMNS, "RU a call")
    for volume in VOLUMES:
        volumes.add_row(*cells(simulate_lists(office_day(volume))))
    Console(width=200).print(volumes)
    profile = office_day(WITHHELD_CALLS)
    calls = simulate_lists(profile, days=DAYS, calls=withheld(profile)).calls
    assert isinstance(calls, WithheldCalls)
    counted = [each for each in calls.found if each.since < calls.begin + timedelta(days=DAYS_COUNTED)]
    table = Table("not announced", "found", "median", "longest", "after the next rung was due, at most")
    for name, is_of in FOUND.items():
        table.add_row(name, *found_cells(list(filter(is_of, counted))))
    Console().print(table)


if __name__ == "__main__":
    main()
