"""Figures of rounds: their medians and quartiles, and files of them."""

import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import orjson

type Figures = dict[str, float]
"""Of one round, by name; CPU in milliseconds, memory in megabytes."""


class Quartiles(NamedTuple):
    """How a figure is spread over the rounds."""

    low: float
    median: float
    high: float


@dataclass
class Scenario:
    """What was measured, in each of its rounds."""

    name: str
    rounds: list[Figures] = field(default_factory=list)

    def add(self, figures: Figures) -> None:
        self.rounds.append(figures)

    def of(self, figure: str) -> Quartiles:
        """The spread of the figure; a round that does not have it counts as 0."""
        values = [each.get(figure, 0) for each in self.rounds]
        if len(values) == 1:
            return Quartiles(*values * 3)
        return Quartiles(*statistics.quantiles(values, n=4, method="inclusive"))

    def names(self, prefix: str) -> list[str]:
        """The figures whose names start so."""
        return sorted({name for each in self.rounds for name in each if name.startswith(prefix)})


def pooled(scenarios: Iterable[Scenario]) -> list[Scenario]:
    """Those of one name as one."""
    found: dict[str, Scenario] = {}
    for scenario in scenarios:
        found.setdefault(scenario.name, Scenario(scenario.name)).rounds.extend(scenario.rounds)
    return list(found.values())


def write(file: Path, scenarios: Sequence[Scenario]) -> None:
    """Writes each figure of each round, with the medians and quartiles."""
    content = {
        "measuredAt": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"python": platform.python_version(), "system": platform.system(), "cores": os.cpu_count()},
        "scenarios": {
            scenario.name: {
                "summary": {name: scenario.of(name)._asdict() for name in scenario.names("")},
                "rounds": scenario.rounds,
            }
            for scenario in scenarios
        },
    }
    file.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")


def read(files: Iterable[Path]) -> list[Scenario]:
    """What `write` has written, of all files together. Raises OSError, and ValueError for anything else."""
    found = []
    for file in files:
        try:
            scenarios = orjson.loads(file.read_bytes())["scenarios"]
            found += [Scenario(name, scenario["rounds"]) for name, scenario in scenarios.items()]
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            raise ValueError(f"{file} has no figures of scripts/bench ingest.") from None
    return pooled(found)
