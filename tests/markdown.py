"""Reads the project's Markdown pages: sections, tables, headings, links."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]

_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_INLINE_CODE = re.compile(r"`[^`\n]*`")


def page(name: str) -> str:
    """The text of a page, for example docs/data.md."""
    return (ROOT / name).read_text()


def section(document: str, heading: str) -> str:
    """What stands under a heading of the second level."""
    _, found, rest = document.partition(f"\n## {heading}\n")
    assert found, f"There is no section {heading!r}."
    return rest.split("\n## ")[0]


def table(document: str, heading: str) -> list[list[str]]:
    """The cells of the tables under `heading`, without the first one's own head."""
    lines = [line for line in section(document, heading).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def unwrapped(document: str) -> str:
    """The text with a single space wherever there is white space, so that a sentence is found across lines."""
    return " ".join(document.split())


def headings(document: str, level: str = "##") -> list[str]:
    """The headings of a level, in their order."""
    return re.findall(rf"^{level} (.+)$", _FENCED.sub("", document), re.MULTILINE)


def anchors(document: str) -> list[str]:
    """The anchors of all headings, in their order."""
    return [anchor(heading) for heading in headings(document, "#{1,6}")]


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading that is the first of its name on its page."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def links(document: str) -> list[str]:
    """Where the links lead that are not absolute URLs: another page, an anchor, or both."""
    return re.findall(r"\]\((?!https?:)([^)\s]+)\)", _INLINE_CODE.sub("", _FENCED.sub("", document)))
