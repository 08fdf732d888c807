"""What the run came to: its figures, and a table of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.table import Table

from local.compare import Comparison
from local.graph.throttling import Bucket

_MEANINGS = {
    "missing": "Call records that are not in Cosmos",
    "stale": "Call records of an older version",
    "mixed": "Call records with parts of two versions",
    "broken": "Call records that are not as in Graph, byte for byte",
    "orphans": "Parts that no header names",
    "facts": "Calls without exactly one fact row, that of their record",
    "poison": "Messages given up without need, or again",
    "found": "Calls that a comparison with Graph or an audit still found afterwards",
    "completeness": "What the completeness of the day says and is not so",
    "phone": "Rows of phone calls that are missing, not as in Graph, or not at their call",
}


@dataclass(frozen=True)
class Outcome:
    """How Cosmos compares with Graph in the end, and what it took.

    `facts` are the calls whose fact row is not there, or not what their record comes to, or there twice. `poison` are
    the reasons of messages that were given up without need, or again when they were put back; `justified` ones, put
    back as well, had met an answer of Graph that nobody can use. `found` is what a comparison with Graph and an audit
    came upon when all was mended. `completeness` has what was wrong in the completeness of the day, in sentences, while
    `lacking` calls were given up and in the end. `phone` has what was wrong with rows of phone calls.
    `faults`, and `throttled` by limit, count what the app met; `requests` are those that Graph got. `endless` is the
    longest time in seconds for which the app listened to an answer without an end.
    """

    comparison: Comparison
    facts: list[str]
    poison: list[str]
    found: int
    completeness: list[str]
    phone: list[str]
    lacking: int
    justified: int
    faults: Mapping[str, int]
    throttled: Mapping[Bucket, int]
    requests: int
    endless: float
    seconds: float

    @property
    def failures(self) -> dict[str, int]:
        """The figures that have to be 0."""
        compared = self.comparison
        lists = (compared.missing, compared.stale, compared.mixed, compared.broken, compared.orphans)
        others = (self.facts, self.poison, self.completeness, self.phone)
        facts, given_up, of_day, phone = map(len, others)
        figures = (*map(len, lists), facts, given_up, self.found, of_day, phone)
        return dict(zip(_MEANINGS, figures, strict=True))

    @property
    def failed(self) -> bool:
        """Whether one of them is not."""
        return any(self.failures.values())

    def as_json(self) -> dict[str, object]:
        """The figures of `--json`."""
        return {
            **self.failures,
            "held": self.comparison.held,
            "justified": self.justified,
            "lacking": self.lacking,
            "requests": self.requests,
            "throttled": sum(self.throttled.values()),
            "seconds": round(self.seconds, 1),
            "faults": dict(self.faults),
        }

    def table(self) -> Table:
        """The same as a person reads it."""
        table = Table("What", "Times", title="What failed, and what came of it")
        table.columns[1].justify = "right"
        for kind, times in sorted(self.faults.items()):
            table.add_row(kind, f"{times:,}")
        for bucket, times in self.throttled.items():
            table.add_row(f"Graph's limit, {bucket.replace('_', ' ')}", f"{times:,}")
        table.add_section()
        table.add_row("Requests that Graph got", f"{self.requests:,}")
        if self.endless:
            table.add_row("Seconds of an answer without end, at most", f"{self.endless:,.0f}")
        table.add_row("Messages given up for an unusable answer, and put back", f"{self.justified:,}")
        table.add_row("  calls that the completeness of the day was to name by then", f"{self.lacking:,}")
        table.add_row("Call records that Graph holds", f"{self.comparison.held:,}")
        table.add_row("  whole in Cosmos, at their newest version", f"{self.comparison.whole:,}")
        table.add_row("    with what was no JSON replaced, and a caveat", f"{len(self.comparison.repaired):,}")
        table.add_row("Seconds", f"{self.seconds:,.0f}", end_section=True)
        for name, figure in self.failures.items():
            colour = "red" if figure else "green"
            table.add_row(_MEANINGS[name], f"[{colour}]{figure:,}[/{colour}]")
        return table
