"""What was measured, as a person reads it."""

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table

from bench.ingest.figures import Scenario
from bench.ingest.stages import STAGES

_STORED = ("archive bytes", "row bytes")
_COMPARED = (
    "Graph requests",
    "Cosmos requests",
    "RU",
    "archive bytes",
    "row bytes",
    "stored bytes",
    "CPU",
    "floor",
    "peak",
)


def tables(scenarios: Sequence[Scenario]) -> Iterator[Table]:
    """Those that have something to show."""
    ingests = [scenario for scenario in scenarios if scenario.names("CPU")]
    bursts = [scenario for scenario in scenarios if scenario.names("peak")]
    if ingests:
        yield _needs(ingests)
        yield _stages(ingests)
        yield _requests(ingests)
    if bursts:
        yield _memory(bursts)


def ratios(scenarios: Sequence[Scenario], before: Mapping[str, Scenario]) -> Table:
    """The medians, each divided by that of the scenario of the same name before."""
    pairs = [(each, before[each.name]) for each in scenarios if each.name in before]
    title = "Ratios to the figures of --against: below 1 is less"
    table = _table(title, "Figure", *(scenario.name for scenario, _ in pairs))
    for name in (*_COMPARED, *(f"CPU {stage}" for stage in STAGES)):
        table.add_row(name, *(_ratio(_median(now, name), _median(then, name)) for now, then in pairs))
    table.add_row("CPU/floor", *(_ratio(_in_floors(now), _in_floors(then)) for now, then in pairs))
    table.caption = "CPU/floor takes the speed that the machine had in either run out of the ratio."
    return table


def _needs(scenarios: Sequence[Scenario]) -> Table:
    title = "What a record needs: medians, in brackets the quartiles. The floor is bare HTTP GETs and one raw write"
    columns = ("Graph requests", "Cosmos requests", "RU", "archive kB", "row kB", "CPU ms", "floor ms", "CPU/floor")
    table = _table(title, "Record", *columns)
    for scenario in scenarios:
        counts = [f"{_median(scenario, name):,.4g}" for name in ("Graph requests", "Cosmos requests")]
        stored = [f"{_median(scenario, name) / 1_000:,.1f}" for name in _STORED]
        times = [_spread(scenario, name) for name in ("CPU", "floor")]
        charge = f"{_median(scenario, 'RU'):,.1f}"
        table.add_row(scenario.name, *counts, charge, *stored, *times, f"{_in_floors(scenario):.1f}")
    return table


def _stages(scenarios: Sequence[Scenario]) -> Table:
    table = _table("CPU by stage, ms", "Record", *STAGES, "floor: reads", "write")
    for scenario in scenarios:
        names = [*(f"CPU {stage}" for stage in STAGES), "floor reads", "floor write"]
        table.add_row(scenario.name, *(f"{_median(scenario, name):,.2f}" for name in names))
    table.caption = "\n".join(f"{stage}: {meaning}" for stage, meaning in STAGES.items())
    table.caption_justify = "left"
    return table


def _requests(scenarios: Sequence[Scenario]) -> Table:
    title = "Requests to Cosmos DB, and their RU by container"
    table = _table(title, "Request", *(scenario.name for scenario in scenarios))
    for name in sorted({name for scenario in scenarios for name in scenario.names("asked ")}):
        table.add_row(name.removeprefix("asked "), *(f"{_median(each, name):,.3g}" for each in scenarios))
    table.add_section()
    for name in sorted({name for scenario in scenarios for name in scenario.names("RU ")}):
        table.add_row(name, *(f"{_median(each, name):,.1f}" for each in scenarios))
    return table


def _memory(scenarios: Sequence[Scenario]) -> Table:
    table = _table("Memory of a fresh worker, MB", "Records at once", "idle", "at most beyond that")
    for scenario in scenarios:
        table.add_row(scenario.name, f"{_median(scenario, 'idle'):,.0f}", _spread(scenario, "peak"))
    return table


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(first, *others, title=title, title_justify="left")
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _median(scenario: Scenario, figure: str) -> float:
    return scenario.of(figure).median


def _in_floors(scenario: Scenario) -> float:
    floor = _median(scenario, "floor")
    return _median(scenario, "CPU") / floor if floor else 0


def _spread(scenario: Scenario, figure: str) -> str:
    low, median, high = scenario.of(figure)
    digits = 0 if median >= 100 else 1
    return f"{median:,.{digits}f} ({low:,.{digits}f}-{high:,.{digits}f})"


def _ratio(now: float, before: float) -> str:
    return f"{now / before:.2f}" if before > 0 else "-"
