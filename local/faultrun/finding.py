"""What a scenario came to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True)
class Finding:
    """Figures by what they tell, and, in sentences, what is not as it has to be."""

    title: str
    figures: Mapping[str, int]
    wrong: Sequence[str]

    @property
    def failed(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.wrong)

    def as_json(self) -> dict[str, object]:
        """The same for `--json`."""
        return {**self.figures, "wrong": list(self.wrong)}

    def table(self) -> Table:
        """The same as a person reads it."""
        table = Table("What", "Figure", title=self.title)
        table.columns[1].justify = "right"
        for name, figure in self.figures.items():
            table.add_row(name, f"{figure:,}")
        table.add_section()
        for sentence in self.wrong:
            table.add_row(f"[red]{sentence}[/red]", "")
        if not self.wrong:
            table.add_row("[green]All is as it has to be.[/green]", "")
        return table
