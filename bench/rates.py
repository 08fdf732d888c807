"""How several workers share Graph's rate, in simulated time: the app's own limiter and failure table, Graph's limits.

Wanted of all workers together, from a minute after the first came or another went: 85 % of Graph's rate, under 2 % of
429s and under 0.5 put-backs a call. Takes some minutes of CPU. The same seed gives the same figures.
"""

from rich.console import Console
from rich.table import Table

from local.rates import COMING_AND_GOING, JOINING, Figures, Shift, settled, simulate

SECONDS = 500.0
SEED = 1
FLEETS = {f"{number} from the start": [Shift()] * number for number in (1, 2, 3, 4, 10, 40)}
SCENARIOS = FLEETS | {"10, joining one by one": JOINING, "coming and going": COMING_AND_GOING}
COLUMNS = ("rate used", "for whole calls", "429s", "put-backs a call", "look-ups answered", "their p50 and p99")


def cells(figures: Figures, spans: list[tuple[float, float]]) -> list[str]:
    waits = sorted(figures.waits)
    return [
        f"{figures.rate_used(spans):.1%}",
        f"{figures.rate_of_calls(spans):.1%}",
        f"{figures.throttled:.2%}",
        f"{figures.put_backs:.2f}",
        f"{figures.look_ups['answered'] / figures.look_ups.total():.1%}",
        f"{waits[len(waits) // 2]:.1f} s, {waits[len(waits) * 99 // 100]:.1f} s",
    ]


def main() -> None:
    table = Table("workers", *COLUMNS)
    for name, shifts in SCENARIOS.items():
        table.add_row(name, *cells(simulate(shifts, SECONDS, seed=SEED), list(settled(shifts, SECONDS))))
    Console().print(table)


if __name__ == "__main__":
    main()
